import { type DebianServer, startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observation, Trial } from "../../migration/trial.ts";
import { openTrial } from "./open-trial.ts";
import { SHOP, SHOP_ROWS, TRIAL_CASES } from "./testing/trial-cases.ts";

const progress = (): void => undefined;

let embedded: Trial;
beforeAll(async () => {
  embedded = await openTrial({ url: null, progress });
  await embedded.run(SHOP);
}, 120_000);
afterAll(() => embedded.close());

/** What a statement does, taken back again. */
async function seen(trial: Trial, sql: string): Promise<Observation> {
  await trial.begin();
  try {
    return (await trial.observe(sql)).observation;
  } finally {
    await trial.rollback();
  }
}

/** In words: `customers: SHARE`, `customers rewritten`. */
async function words(sql: string): Promise<readonly string[]> {
  const { locks, rewritten, scanned } = await seen(embedded, sql);
  return [
    ...locks.map(({ mode, table }) => `${table.name}: ${mode}`),
    ...rewritten.map(({ name }) => `${name} rewritten`),
    ...scanned.map(({ name }) => `${name} scanned`),
  ];
}

/** Measured by hand on PostgreSQL 15. */
test.for([
  [
    "alter table orders add foreign key (product_id) references products (id)",
    ["orders: SHARE ROW EXCLUSIVE", "products: SHARE ROW EXCLUSIVE", "orders scanned"],
  ],
  [
    "alter table orders add foreign key (product_id) references products (id) not valid",
    ["orders: SHARE ROW EXCLUSIVE", "products: SHARE ROW EXCLUSIVE"],
  ],
  ["alter table customers add column a timestamptz default now()", ["customers: ACCESS EXCLUSIVE"]],
  [
    "alter table customers add column a timestamptz default clock_timestamp()",
    ["customers: ACCESS EXCLUSIVE", "customers rewritten", "customers scanned"],
  ],
  [
    "alter table customers add column a int generated always as identity",
    ["customers: ACCESS EXCLUSIVE", "customers rewritten", "customers scanned"],
  ],
  ["alter table customers alter label type varchar(100)", ["customers: ACCESS EXCLUSIVE"]],
  ["alter table customers alter label type text", ["customers: ACCESS EXCLUSIVE"]],
  [
    "alter table customers alter label type varchar(20)",
    ["customers: ACCESS EXCLUSIVE", "customers rewritten", "customers scanned"],
  ],
  [
    "alter table customers alter n type bigint",
    ["customers: ACCESS EXCLUSIVE", "customers rewritten", "customers scanned"],
  ],
  // In UTC.
  ["alter table customers alter created type timestamptz", ["customers: ACCESS EXCLUSIVE"]],
  // The check on the name is made again.
  [
    "alter table customers alter name type text",
    ["customers: ACCESS EXCLUSIVE", "customers scanned"],
  ],
  [
    "alter table customers alter n set not null",
    ["customers: ACCESS EXCLUSIVE", "customers scanned"],
  ],
  ["alter table customers alter name set not null", ["customers: ACCESS EXCLUSIVE"]],
  ["create index on customers (n)", ["customers: SHARE", "customers scanned"]],
] as const)("%s", async ([sql, expected]) => {
  expect(await words(sql)).toEqual(expected);
});

let debian: DebianServer | null = null;
beforeAll(async () => {
  debian = await startDebianPostgres("plpgsql");
}, 60_000);
afterAll(async () => {
  await debian?.close();
});

describe.each(["the test server", "an older server of Debian's packages"])(
  "the same as on tables with rows on %s",
  (name) => {
    let trial: Trial | null = null;
    let close = (): Promise<void> => Promise.resolve();
    beforeAll(async () => {
      let url = debian?.url;
      if (name === "the test server") {
        const database = await startPostgres();
        ({ url, close } = database);
      }
      if (url === undefined) return;
      trial = await openTrial({ url, progress });
      await trial.run(SHOP);
      await trial.run(SHOP_ROWS);
    }, 60_000);
    afterAll(async () => {
      await trial?.close();
      await close();
    });

    test.for(TRIAL_CASES)("%s", { timeout: 30_000 }, async ([sql, since = 0], context) => {
      if (trial === null) return context.skip("no PostgreSQL of Debian's packages here");
      if (trial.versionNumber < since * 10_000) return context.skip(`new in PostgreSQL ${since}`);
      expect(await seen(embedded, sql)).toEqual(await seen(trial, sql));
    });
  },
);
