import { startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import type { MigrationFindingCode } from "../../../migration/migration-finding.ts";
import type { Trial } from "../../../migration/trial.ts";
import { describeServers, toldOnBase } from "./testing/describe-servers.ts";
import type { EffectMeter } from "./testing/measure-effect.ts";
import { BASE } from "./testing/rule-cases.ts";

/** A change, and a query of code that runs already: whether it fails afterwards says whether the rule has to speak. */
interface OutcomeCase {
  readonly rule: MigrationFindingCode;
  readonly change: readonly string[];
  /** Fails, by an error or by a division by zero. */
  readonly query: string;
  readonly history?: readonly string[];
  /** Why the text alone does not tell. */
  readonly needsTrial?: string;
}

const READS_ORDERS = "select id from orders";
const READS_NOTE = "select note from orders";
const HAS_ROWS = "select 1 / count(*) from orders";
const KEEPS_NOTES = "select 1 / count(*) from orders where note <> 'x'";

/** Fails where the delete of a customer whom nobody refers to reads orders from end to end, if only it can't do otherwise. */
const DELETES_BY_INDEX = `
  do $$ declare before bigint; begin
    set local enable_seqscan = off;
    insert into customers values (9999);
    select coalesce(sum(seq_tup_read), 0) into before from pg_stat_xact_user_tables where relname = 'orders';
    delete from customers where id = 9999;
    perform 1 / (case when coalesce(sum(seq_tup_read), 0) > before then 0 else 1 end)
      from pg_stat_xact_user_tables where relname = 'orders';
  end $$`;
const KEY =
  "alter table orders add constraint k foreign key (customer_id) references customers not valid";

const CASES: readonly OutcomeCase[] = [
  { rule: "drop-table", change: ["drop table orders"], query: READS_ORDERS },
  {
    rule: "drop-table",
    change: ["drop table customers cascade"],
    query: "select id from customers",
  },
  {
    rule: "drop-table",
    change: ["drop table if exists purchases"],
    query: READS_ORDERS,
    needsTrial: "whether there is such a table is not in the statement",
  },
  {
    rule: "drop-table",
    change: ["create table staged (n int)", "drop table staged"],
    query: READS_ORDERS,
  },
  { rule: "drop-column", change: ["alter table orders drop column note"], query: READS_NOTE },
  {
    rule: "drop-column",
    change: ["alter table orders alter filled drop not null"],
    query: READS_NOTE,
  },
  {
    rule: "drop-column",
    change: ["alter table orders add column n int", "alter table orders drop column n"],
    query: READS_NOTE,
  },
  { rule: "rename-table", change: ["alter table orders rename to purchases"], query: READS_ORDERS },
  {
    rule: "rename-table",
    change: [
      "create table orders_new (like orders)",
      "alter table orders rename to orders_old",
      "alter table orders_new rename to orders",
    ],
    query: READS_ORDERS,
  },
  {
    rule: "rename-table",
    change: ["alter index orders_pkey rename to orders_key"],
    query: READS_ORDERS,
  },
  {
    rule: "rename-column",
    change: ["alter table orders rename column note to remark"],
    query: READS_NOTE,
  },
  {
    rule: "rename-column",
    change: [
      "alter table orders add column note_new text",
      "alter table orders rename column note to note_old",
      "alter table orders rename column note_new to note",
    ],
    query: READS_NOTE,
  },
  {
    rule: "rename-column",
    change: ["alter table orders rename constraint orders_pkey to orders_key"],
    query: READS_NOTE,
  },
  { rule: "truncate-table", change: ["truncate orders"], query: HAS_ROWS },
  {
    rule: "truncate-table",
    change: ["create table staged (n int)", "truncate staged"],
    query: HAS_ROWS,
  },
  { rule: "update-all-rows", change: ["update orders set note = 'x'"], query: KEEPS_NOTES },
  { rule: "update-all-rows", change: ["delete from orders"], query: HAS_ROWS },
  {
    rule: "update-all-rows",
    change: ["update orders set note = 'x' where id < 9"],
    query: KEEPS_NOTES,
  },
  { rule: "foreign-key-without-index", change: [KEY], query: DELETES_BY_INDEX },
  {
    rule: "foreign-key-without-index",
    change: [KEY, "create index on orders (customer_id, note)"],
    query: DELETES_BY_INDEX,
  },
  {
    rule: "foreign-key-without-index",
    change: [KEY],
    history: ["create index on orders (customer_id) where customer_id is not null"],
    query: DELETES_BY_INDEX,
  },
  {
    rule: "foreign-key-without-index",
    change: [KEY, "create index on orders (customer_id) where total > 7"],
    query: DELETES_BY_INDEX,
  },
  {
    rule: "foreign-key-without-index",
    change: [KEY, "create index on orders using hash (customer_id)"],
    query: DELETES_BY_INDEX,
  },
  {
    rule: "foreign-key-without-index",
    change: [KEY, "alter table orders drop constraint k"],
    query: DELETES_BY_INDEX,
  },
];

async function codesOf(
  { change, history = [] }: Pick<OutcomeCase, "change" | "history">,
  by: Trial | null,
): Promise<readonly MigrationFindingCode[]> {
  const told = await toldOnBase(history, [{ up: change }], by, 150_000);
  return told.map(({ code }) => code);
}

/** Whether the server takes it. */
async function succeeds(meter: EffectMeter, sql: string): Promise<boolean> {
  try {
    await meter.query(sql);
    return true;
  } catch {
    return false;
  }
}

describeServers({ start: startPostgres, startDebian: startDebianPostgres }, (server) => {
  test.for(
    CASES.map((one) => ({ ...one, title: [...(one.history ?? []), ...one.change].join("; ") })),
  )("$rule: $title", { timeout: 60_000 }, async (one, context) => {
    const meter = server.meter(context);
    const { change, history = [], needsTrial, query, rule } = one;
    await meter.clear();
    for (const sql of [...BASE, ...history]) await meter.query(sql);
    expect(await succeeds(meter, rule === "foreign-key-without-index" ? "select 1" : query)).toBe(
      true,
    );
    for (const sql of change) await meter.query(sql);
    const breaks = !(await succeeds(meter, query));

    expect((await codesOf(one, null)).includes(rule)).toBe(
      needsTrial === undefined ? breaks : !breaks,
    );
    expect((await codesOf(one, server.trial())).includes(rule)).toBe(breaks);
  });

  test("concurrently-if-not-exists: the second attempt hides what the first one left", async (context) => {
    const meter = server.meter(context);
    await meter.clear();
    for (const sql of BASE) await meter.query(sql);
    const build = "create unique index concurrently if not exists orders_code on orders (code)";
    expect(await succeeds(meter, build)).toBe(false);
    expect(await succeeds(meter, build)).toBe(true);
    const valid = "select indisvalid from pg_index where indexrelid = 'orders_code'::regclass";
    expect(await meter.query(valid)).toEqual([{ indisvalid: false }]);
    expect(await succeeds(meter, build.replace("if not exists ", ""))).toBe(false);
  });
});
