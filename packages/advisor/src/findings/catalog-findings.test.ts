import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { postgres } from "../postgres/engine.ts";
import type { Planner } from "../whatif/planner.ts";
import type { Query, Workload } from "../workload/workload.ts";
import { FINDINGS } from "./all-findings.ts";
import type { Finding, FindingCode } from "./finding.ts";
import { type FindingContext, serverContext } from "./finding-context.ts";

// The findings over what a real server's capture says, planned by the real sandbox. Each index is named after what it is.
const SCHEMA = `
  create table customers (id int primary key, email text not null, region int);
  create table orders (
    id int primary key, customer_id int references customers on delete cascade, shipper_id int references customers,
    status int, day date, total int, note text);
  insert into customers select i, 'c' || i || '@example.com', i % 50 from generate_series(1, 20000) i;
  insert into orders select i, 1 + i * 7919 % 20000, 1 + i % 20000, i % 20, date '2024-01-01' + i % 700, i % 1000, 'note'
    from generate_series(1, 60000) i;
  create unique index customers_email_key on customers (email);
  create index used on orders (status);
  create index idle on customers (region);
  create index duplicate_kept on orders (day);
  create index narrow on orders (shipper_id);
  create index cheap on orders (total);
  create table audit (at timestamptz not null, what text not null, id bigint not null);
  insert into audit select now(), 'w' || i, i from generate_series(1, 5000) i;
  create table ledger (at timestamptz, what text);
  insert into ledger select now(), 'w' || i from generate_series(1, 5000) i;
  create unique index audit_id_key on audit (id);
  create table events (id int, kind int, at date) partition by range (at);
  create table events_old partition of events for values from (minvalue) to ('2025-01-01');
  create table events_new partition of events for values from ('2025-01-01') to (maxvalue);
  insert into events select i, i % 9, date '2024-06-01' + i % 400 from generate_series(1, 20000) i;
  create index events_idle on events (kind);
  create index events_incomplete on only events (id);
  alter table events add primary key (id, at);`;

const WORKLOAD = [
  "select * from orders where status = 3 and day > date '2025-11-29'",
  "select note from orders where shipper_id = 17",
  "select id from orders where day = date '2024-03-01'",
  "select count(*) from orders where total between 100 and 400",
];

/** Made when the others have been scanned: the planner would else be free to choose. */
const LATER = `
  create index duplicate_extra on orders (day desc);
  create index wide on orders (shipper_id, status);
  create index covering on orders (total, note, day, status, id);`;

const LATER_WORKLOAD = [
  "select note from orders where shipper_id = 17 and status = 3",
  "select total, note, status from orders where total = 3 and note = 'x'",
];

let database: TestDatabase;
let client: pg.Client;
let planner: Planner;
let context: FindingContext;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "create function region_of(int) returns int language sql immutable as 'select $1 / 10'",
  );
  await client.query(SCHEMA);
  // Fails on equal rows and leaves an invalid index behind.
  await client
    .query("create unique index concurrently broken on orders (status, customer_id)")
    .catch(() => undefined);
  await client.query("vacuum analyze");
  for (const sql of WORKLOAD) await client.query(sql);
  await client.query(LATER);
  for (const sql of LATER_WORKLOAD) await client.query(sql);
  await client.query("select pg_stat_force_next_flush()");

  const session = await postgres.connect(database.url);
  const captured = await postgres.capture(session, {
    values: true,
    workload: false,
    node: "db1:5432/shop",
  });
  await session.close();
  const snapshot = olderCounters(captured);
  planner = await postgres.createPlanner(snapshot, () => {});
  const workload = await workloadOf([...WORKLOAD, ...LATER_WORKLOAD], snapshot.catalog);
  context = {
    snapshot,
    workload,
    planner,
    selection: null,
    ...serverContext(postgres, snapshot),
    now: new Date(),
  };
});

afterAll(async () => {
  await planner?.close();
  await client?.end();
  await database?.close();
});

/** The same counters, as if they had run for five weeks: a test can't wait that long. */
function olderCounters(snapshot: Snapshot): Snapshot {
  const since = new Date(Date.parse(snapshot.capturedAt) - 35 * 86_400_000).toISOString();
  return { ...snapshot, nodes: snapshot.nodes.map((node) => ({ ...node, since })) };
}

async function workloadOf(statements: readonly string[], catalog: Catalog): Promise<Workload> {
  const queries: Query[] = [];
  for (const sql of statements) {
    const parsed = await postgres.parse(sql);
    if (parsed.kind !== "query") throw new Error(`not a query: ${sql}`);
    queries.push({
      fingerprint: parsed.fingerprint,
      sql: parsed.normalized,
      calls: 100,
      totalMs: 1_000,
      rows: undefined,
      samples: [{ sql, durationMs: 10 }],
      sources: ["test"],
      callSites: [],
      statement: parsed.describe(catalog),
    });
  }
  return { queries, skipped: [], ignoredCalls: 0, seconds: undefined };
}

function find(code: FindingCode, from: FindingContext = context): Promise<readonly Finding[]> {
  return FINDINGS[code](from);
}

function verdicts(findings: readonly Finding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    findings.map(({ object, confidence, ddl }) => [
      object.name ?? object.table,
      ddl === null ? `${confidence}, no change` : confidence,
    ]),
  );
}

/** Every index of the schema with its definition and state. */
async function indexes(): Promise<unknown> {
  const { rows } = await client.query(
    `select pg_get_indexdef(indexrelid) as definition, indisvalid, indisprimary from pg_index
      where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) order by 1`,
  );
  return rows;
}

test("the workload was planned in full", () => {
  expect(context.workload.queries).toHaveLength(6);
  expect(context.workload.queries.flatMap((query) => query.statement.unresolved)).toEqual([]);
  expect(planner.gaps).toEqual([]);
  expect(context.snapshot.gaps).toEqual([]);
});

test("unused: what nobody scanned and nothing rests on, the partitioned index as a whole", async () => {
  const findings = await find("unused-index");
  expect(verdicts(findings)).toMatchObject({ idle: "estimated", events_idle: "estimated" });
  expect(verdicts(findings)).not.toHaveProperty("used");
  expect(verdicts(findings)).not.toHaveProperty("customers_email_key");
  expect(verdicts(findings)).not.toHaveProperty("events_old_kind_idx");
});

test("unused: nothing is advised by counters that began with the test", async () => {
  const since = context.snapshot.capturedAt;
  const nodes = context.snapshot.nodes.map((node) => ({ ...node, since }));
  const findings = await find("unused-index", {
    ...context,
    snapshot: { ...context.snapshot, nodes },
  });
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.filter((finding) => finding.ddl !== null)).toEqual([]);
});

test("duplicate: one of the two that read alike backwards", async () => {
  expect(verdicts(await find("duplicate-index"))).toEqual({ duplicate_extra: "verified" });
});

test("redundant: the planner does without the one, and pays for the other", async () => {
  const findings = await find("redundant-index");
  expect(verdicts(findings)).toEqual({
    narrow: "verified",
    cheap: "insufficient-evidence, no change",
  });
  const cheap = findings.find((finding) => finding.object.name === "cheap");
  const [impact] = cheap?.queries ?? [];
  expect(impact?.costAfter).toBeGreaterThan((impact?.costBefore ?? 0) * 1.1);
});

test("invalid: the failed build, and the partitioned index that lacks its parts", async () => {
  expect(verdicts(await find("invalid-index"))).toEqual({
    broken: "verified",
    events_incomplete: "verified, no change",
  });
});

test("foreign key: only the one whose index was never built", async () => {
  expect(verdicts(await find("unindexed-foreign-key"))).toEqual({
    orders_customer_id_fkey: "verified",
  });
});

test("primary key: a unique index can become it, or nothing can", async () => {
  expect(verdicts(await find("missing-primary-key"))).toEqual({
    audit: "verified",
    ledger: "verified, no change",
  });
});

test("every statement works on the server, and the undo of all, in turn, restores what was there", async () => {
  const codes: readonly FindingCode[] = [
    "unused-index",
    "duplicate-index",
    "redundant-index",
    "unindexed-foreign-key",
    "missing-primary-key",
  ];
  const all = (await Promise.all(codes.map((code) => find(code)))).flat();
  const changes = all.flatMap((finding) => (finding.ddl === null ? [] : [finding.ddl]));
  expect(changes.length).toBeGreaterThanOrEqual(6);
  const before = await indexes();
  for (const { apply } of changes) for (const statement of apply) await client.query(statement);
  expect(await indexes()).not.toEqual(before);
  for (const { undo } of changes.toReversed())
    for (const statement of undo) await client.query(statement);
  expect(await indexes()).toEqual(before);
});
