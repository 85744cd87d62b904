import { startPostgres } from "@dbadvise/testkit";
import type { ChangedSnapshot } from "../../catalog/changed-snapshot.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { checkWorkload } from "./check-workload.ts";
import { newDuplicateIndex } from "./new-duplicate-index.ts";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });

const QUERY = "select id, total from orders where customer_id = 77";

function changed(ddl: readonly string[]): Promise<ChangedSnapshot> {
  const { changeSnapshot } = postgres;
  if (changeSnapshot === undefined) throw new Error("no planner");
  return changeSnapshot(shop.snapshot, ddl, () => undefined);
}

/** Verdicts on production's schema as the statements leave it. */
async function duplicates(ddl: readonly string[]): Promise<ReturnType<typeof newDuplicateIndex>> {
  const { snapshot, changes, failed } = await changed(ddl);
  expect(failed).toEqual([]);
  const statements = await shop.statementsOf(ddl);
  const before = shop.snapshot.catalog;
  return newDuplicateIndex({ before, after: snapshot.catalog, changes, statements }, []);
}

/** Pairs of indexes of the real table that PostgreSQL's own catalog holds for alike, once the statements have run there. */
async function realTwins(ddl: readonly string[], table: string): Promise<string | undefined> {
  const [answer] = await shop.afterReally(
    [
      ...ddl,
      `do $$ begin if exists (select from pg_index a join pg_index b on a.indrelid = b.indrelid and a.indexrelid < b.indexrelid
        and a.indkey::text = b.indkey::text and a.indclass::text = b.indclass::text
        where a.indrelid = '${table}'::regclass and pg_get_expr(a.indpred, a.indrelid) is not distinct from pg_get_expr(b.indpred, b.indrelid))
      then create table twins (); end if; end $$`,
    ],
    ["select from twins"],
  );
  return answer === undefined || "error" in answer ? undefined : table;
}

/** Title, table, statements, and what is found: in which of them, and how the message begins. None meets another one's indexes. */
const DUPLICATES: readonly (readonly [string, string, readonly string[], number, string])[] = [
  [
    "of an index that is there",
    "orders",
    [
      "create table other (id int)",
      "create index concurrently orders_buyer on orders (customer_id)",
    ],
    2,
    "public.orders_buyer holds the same keys as orders_customer (customer_id), which is there already: ",
  ],
  [
    "that reads backwards",
    "orders",
    ["create index on orders (status desc, at desc)"],
    1,
    "public.orders_status_at_idx holds the same keys as orders_status_at (status, at)",
  ],
  [
    "of a primary key",
    "orders",
    ["create unique index orders_id on orders (id)"],
    1,
    "public.orders_id holds the same keys as orders_pkey (id)",
  ],
  [
    "of another new one",
    "orders",
    ["create index a on orders (total)", "create index b on orders (total)"],
    2,
    "public.b holds the same keys as a (total), which the change adds as well",
  ],
  [
    "made by a constraint",
    "customers",
    ["alter table customers add constraint email_once unique (email)"],
    1,
    "public.email_once holds the same keys as customers_email (email), which is there already: ",
  ],
  [
    "in a new table",
    "carts",
    [
      "create table carts (id int primary key, customer_id bigint)",
      "create index carts_id on carts (id)",
    ],
    2,
    "public.carts_id holds the same keys as carts_pkey (id)",
  ],
  [
    "that says more than the old one",
    "tiny",
    ["create index tiny_id_kind on tiny (id, kind)", "create unique index once on tiny (id, kind)"],
    1,
    "public.tiny_id_kind holds the same keys as once (id, kind)",
  ],
];

/** Near misses that leave the old indexes as they are, and do not meet one another. */
const BESIDE: readonly (readonly [string, readonly string[]])[] = [
  ["other keys", ["create index on orders (at)"]],
  ["another condition", ["create index on orders (customer_id) where status = 'open'"]],
  ["another order of NULLs", ["create index on orders (customer_id desc nulls last, at)"]],
  ["unique beside plain, of other columns", ["create unique index on orders (customer_id, id)"]],
  ["another access method", ["create index on orders using hash (customer_id)"]],
];

/** By title. A sandbox takes a second: cases that do not meet are tried in one, one after the other. */
let found: ReadonlyMap<string, ReturnType<typeof newDuplicateIndex>>;
beforeAll(async () => {
  const cases = [...DUPLICATES.map(([title, , ddl]) => [title, ddl] as const), ...BESIDE];
  const findings = await duplicates(cases.flatMap(([, ddl]) => ddl));
  let end = 0;
  found = new Map(
    cases.map(([title, ddl]) => {
      const start = end;
      end += ddl.length;
      const own = findings.filter(
        ({ place }) => place.line > start && place.line <= start + ddl.length,
      );
      return [
        title,
        own.map((one) => ({ ...one, place: { ...one.place, line: one.place.line - start } })),
      ];
    }),
  );
});

async function expectNoTwins(ddl: readonly string[]): Promise<void> {
  const table = ddl.some((sql) => sql.includes("purchases")) ? "purchases" : "tiny";
  expect(await realTwins(ddl, table)).toBeUndefined();
}

describe("a duplicate", () => {
  test.each(DUPLICATES)("%s", async (title, table, ddl, line, opening) => {
    const findings = found.get(title) ?? [];
    expect(findings).toHaveLength(1);
    const severity = table === "tiny" ? "info" : "warning";
    expect(findings[0]).toMatchObject({ code: "new-duplicate-index", severity, place: { line } });
    expect(findings[0]?.message).toContain(opening);
    expect(await realTwins(ddl, table)).toBe(table);
  });

  test("that makes the old one needless", async () => {
    const [finding, ...more] = await duplicates([
      "alter table orders add constraint one unique (customer_id)",
    ]);
    expect(more).toEqual([]);
    expect(finding?.message).toContain(
      "public.one holds the same keys as orders_customer (customer_id), which is there already and which it makes needless",
    );
    expect(finding?.object.name).toBe("orders_customer");
  });
});

test.each(BESIDE)("no duplicate: %s", async (title, ddl) => {
  expect(found.get(title)).toEqual([]);
  await expectNoTwins(ddl);
});

test.each<[string, readonly string[]]>([
  [
    "one that replaces the old one",
    ["create index orders_buyer on orders (customer_id)", "drop index orders_customer"],
  ],
  ["one that is renamed", ["alter index orders_customer rename to orders_buyer"]],
  [
    "one of a table that is renamed",
    ["drop view open_orders", "alter table orders rename to purchases"],
  ],
  [
    "one that a new type builds anew",
    ["drop view open_orders", "alter table orders alter column customer_id type int"],
  ],
  [
    "a constraint that takes over an index",
    ["alter table customers add constraint email_once unique using index customers_email"],
  ],
])("no duplicate: %s", async (_, ddl) => {
  expect(await duplicates(ddl)).toEqual([]);
  await expectNoTwins(ddl);
});

test("is found among what the whole check tells", async () => {
  const { findings } = await shop.verdictsOn(
    ["create index orders_buyer on orders (customer_id)"],
    [QUERY],
  );
  expect(findings.map(({ code }) => code)).toEqual(["new-duplicate-index"]);
});

test("without a snapshot the trial's schema tells", async () => {
  const ddl = [
    "create table carts (id int primary key, customer_id bigint unique, note text)",
    "create index on carts (customer_id)",
    "create index carts_note on carts (note)",
  ];
  const { snapshot } = await changed(ddl);
  const verdicts = await checkWorkload({
    engine: postgres,
    snapshot: null,
    statements: await shop.statementsOf(ddl),
    trial: { before: shop.snapshot.catalog, after: snapshot.catalog },
    write: () => ({ files: [], note: "" }),
  });
  expect(verdicts.coverage).toBeNull();
  expect(verdicts.findings).toMatchObject([
    {
      code: "new-duplicate-index",
      severity: "warning",
      place: { line: 2 },
      object: { name: "carts_customer_id_idx", table: "carts" },
    },
  ]);
});
