import { startPostgres } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import { buildWorkload } from "../../workload/build-workload.ts";
import { readProduction } from "./read-production.ts";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import { workloadOf } from "./testing/real-shop.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(
  startPostgres,
  { engine: postgres, describe: describeMigration },
  `
  create table events (id int, at date, primary key (id, at)) partition by range (at);
  create table events_1 partition of events for values from ('2024-01-01') to ('2024-07-01');
  create table events_2 partition of events for values from ('2024-07-01') to ('2025-01-01');
  create index events_1_at on events_1 (at);
  insert into events select g, '2024-01-01'::date + g % 360 from generate_series(1, 30000) g`,
);

test("sizes are the real ones, partitions together", async () => {
  const production = readProduction(shop.snapshot, null);
  const [orders] = await shop.afterReally([], ["select 1"]);
  expect(orders).not.toHaveProperty("error");
  expect(production({ schema: "public", name: "orders" })).toMatchObject({
    rows: 200_000,
    readsPerDay: null,
    writesPerDay: null,
  });
  const events = production({ schema: "public", name: "events" });
  const parts = ["events_1", "events_2"].map((name) => production({ schema: "public", name }));
  expect(events?.rows).toBe(30_000);
  expect(events?.bytes).toBe(parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0));
  expect(events?.indexBytes).toBe(parts.reduce((sum, part) => sum + (part?.indexBytes ?? 0), 0));
  expect(events?.indexBytes).toBeGreaterThan(3 * 100_000);
  expect(production({ schema: "public", name: "nowhere" })).toBeNull();
});

test("reads and writes a day are those of the workload, by its length", async () => {
  const workload = await buildWorkload(
    [
      workloadOf([
        { sql: "select * from orders where id = 1", calls: 100 },
        { sql: "update orders set note = 'x' where id = 2", calls: 7 },
        { sql: "delete from orders where id = 3", calls: 5 },
        { sql: "insert into events_1 values (1, '2024-01-01')", calls: 3 },
        { sql: "insert into tiny select id, 1 from orders", calls: 2 },
        { sql: "select * from customers where id = 1", calls: 11 },
      ]),
    ],
    postgres.parse,
    shop.snapshot.catalog,
  );
  const half = { ...workload, seconds: 43_200 };
  const production = readProduction(shop.snapshot, half);
  expect(production({ schema: "public", name: "orders" })).toMatchObject({
    readsPerDay: 204,
    writesPerDay: 24,
  });
  expect(production({ schema: "public", name: "events" })).toMatchObject({
    readsPerDay: 0,
    writesPerDay: 6,
  });
});
