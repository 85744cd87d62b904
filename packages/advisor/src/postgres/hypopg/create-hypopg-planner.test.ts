import { type DebianServer, startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { candidateId } from "../../candidates/candidate-index.ts";
import { analyze } from "../../analyze.ts";
import { captureServers } from "../../capture-servers.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { EventSource } from "../../log/event-source.ts";
import { aKey } from "../../findings/testing/builders.ts";
import type { Plan, PlanResult } from "../../whatif/plan.ts";
import type { Planner } from "../../whatif/planner.ts";
import type { Query } from "../../workload/workload.ts";
import { connect } from "../connect.ts";
import { postgres } from "../engine.ts";
import { parse } from "../parse.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import { createHypopgPlanner } from "./create-hypopg-planner.ts";

const SCHEMA = `
  create extension hypopg;
  create table customers (id int primary key, email text not null, country char(2), created_at timestamptz not null);
  insert into customers select g, 'user' || g || '@example.com', (array['DE','US','FR'])[1 + g % 3],
    '2024-01-01'::timestamptz + g * interval '10 minutes' from generate_series(1, 40000) g;
  create table orders (id int primary key, customer_id int not null, status text not null, total numeric(12, 2),
    created_at timestamptz not null, note text, attributes jsonb);
  insert into orders select g, 1 + (g::bigint * 7919) % 40000,
    (array['done','done','done','done','done','done','done','done','open','failed'])[1 + g % 10], (g * 31) % 1000,
    '2024-01-01'::timestamptz + g * interval '1 minute', case when g % 3 = 0 then repeat('x', g % 60) end,
    jsonb_build_object('n', g % 100)
    from generate_series(1, 300000) g;
  create index orders_created_at on orders (created_at);
  create table events (id int, kind int, at timestamptz not null) partition by range (at);
  create table events_1 partition of events for values from ('2024-01-01') to ('2024-04-01');
  create table events_2 partition of events for values from ('2024-04-01') to ('2025-01-01');
  insert into events select g, g % 500, '2024-01-01'::timestamptz + g * interval '2 minutes' from generate_series(1, 150000) g;`;

type Options = Partial<Pick<CandidateIndex, "include" | "predicate" | "method">>;

function on(name: string, keys: readonly string[], options: Options = {}): CandidateIndex {
  const table = { schema: "public", name };
  return { table, method: "btree", keys: keys.map(aKey), include: [], predicate: null, ...options };
}

/** Queries, each with an index that serves it and whether it is planned for all values. */
const SHAPES: readonly (readonly [sql: string, index: CandidateIndex])[] = [
  ["select * from orders where customer_id = 4711", on("orders", ["customer_id"])],
  ["select * from orders where customer_id = $1", on("orders", ["customer_id"])],
  [
    "select * from orders where customer_id = $1 and status = $2",
    on("orders", ["customer_id", "status"]),
  ],
  ["select * from orders where status = 'failed'", on("orders", ["status"])],
  ["select * from orders where total > 990", on("orders", ["total"])],
  [
    "select id, total from orders where status = 'open' and total > 900",
    on("orders", ["status", "total"]),
  ],
  [
    "select * from orders where customer_id = 3 order by created_at desc limit 10",
    on("orders", ["customer_id", "created_at desc"]),
  ],
  ["select id from orders order by total desc limit 20", on("orders", ["total desc"])],
  [
    "select customer_id, sum(total) from orders where customer_id < 500 group by customer_id",
    on("orders", ["customer_id"], { include: ["total"] }),
  ],
  [
    "select * from orders where status = 'open' and total < 20",
    on("orders", ["total"], { predicate: "status = 'open'" }),
  ],
  [
    "select * from customers where lower(email) = 'user77@example.com'",
    on("customers", ["lower(email)"]),
  ],
  ["select * from orders where customer_id in (5, 6, 7, 800)", on("orders", ["customer_id"])],
  [
    "select o.* from customers c join orders o on o.customer_id = c.id where c.id = 5",
    on("orders", ["customer_id"]),
  ],
  [
    "select count(*) from orders where note is null and customer_id < 1000",
    on("orders", ["customer_id"]),
  ],
  [
    "select c.id, l.id from customers c cross join lateral (select o.id from orders o where o.customer_id = c.id order by o.created_at desc limit 1) l where c.id < 200",
    on("orders", ["customer_id", "created_at"]),
  ],
  ["update orders set note = 'x' where customer_id = 8", on("orders", ["customer_id"])],
  ["select * from events where kind = 5", on("events", ["kind"])],
  [
    "select * from customers where created_at between '2024-03-01' and '2024-03-08'",
    on("customers", ["created_at"]),
  ],
];

/**
 * HypoPG leaves out what descending a tree costs, and packs an index otherwise than PostgreSQL does, whose sizes the sandbox
 * foretells: most where a plan reads little else than the index.
 */
const STATED_ERROR = 0.2;
const USUAL_ERROR = 0.1;
const STATED_SIZE_ERROR = 0.5;

/** The server's version plans otherwise than the sandbox's in a few places, also without any new index. */
const BASE_ERROR = 0.01;

/** How far two costs are apart, as a share of the second. */
function difference([one, other]: readonly (Plan | undefined)[]): number {
  return Math.abs((one?.cost ?? Number.NaN) / (other?.cost ?? Number.NaN) - 1);
}

async function queryOf(sql: string, snapshot: Snapshot): Promise<Query> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`no query: ${sql}`);
  const { fingerprint } = parsed;
  const statement = parsed.describe(snapshot.catalog);
  return {
    fingerprint,
    sql,
    calls: 1,
    totalMs: 1,
    rows: undefined,
    samples: [],
    sources: [],
    callSites: [],
    statement,
  };
}

function planOf(result: PlanResult): Plan {
  if (!result.ok) throw new Error(result.reason);
  return result.plan;
}

const server: DebianServer | null = await startDebianPostgres("hypopg");
if (server === null)
  process.stderr.write(
    "SKIPPED: no PostgreSQL of Debian's packages with HypoPG is installed: the hypopg planner is not tested\n",
  );

describe.skipIf(server === null)("the hypopg planner on a server that has the extension", () => {
  const url = server?.url ?? "";
  let snapshot: Snapshot;
  let session: Session;
  let hypopg: Planner;
  let sandbox: Planner;
  const differences: number[] = [];

  beforeAll(async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(SCHEMA);
    await client.query("vacuum analyze");
    await client.end();
    snapshot = await captureServers([url], { workload: false });
    session = await connect(url);
    hypopg = await createHypopgPlanner(session, snapshot);
    sandbox = await createSandbox(snapshot, () => {});
  });

  afterAll(async () => {
    await hypopg.close();
    await session.close();
    await sandbox.close();
    await server?.close();
  });

  test("names itself and its server", () => {
    expect(hypopg.name).toMatch(/^hypopg \d+\.\d+(\.\d+)? \(PostgreSQL \d+\.\d+\)$/);
    expect(hypopg.capabilities.hypotheticalIndexes).toBe(true);
  });

  test.for(SHAPES)("agrees with the sandbox: %s", async ([sql, index]) => {
    const query = await queryOf(sql, snapshot);
    await hypopg.propose([index]);
    await sandbox.propose([index]);
    const none = { add: [], hide: [] };
    const base = [await hypopg.plan(query, none), await sandbox.plan(query, none)].map(planOf);
    expect(difference(base)).toBeLessThan(BASE_ERROR);
    const added = { add: [index], hide: [] };
    const [live, offline] = [await hypopg.plan(query, added), await sandbox.plan(query, added)].map(
      planOf,
    );
    expect(live?.candidates).toEqual([candidateId(index)]);
    expect(offline?.candidates).toEqual([candidateId(index)]);
    differences.push(difference([live, offline]));
    expect(difference([live, offline])).toBeLessThan(STATED_ERROR);
  });

  test("most shapes agree better than that", () => {
    expect(differences).toHaveLength(SHAPES.length);
    const close = differences.filter((one) => one < USUAL_ERROR).length;
    expect(close / SHAPES.length).toBeGreaterThan(0.85);
  });

  test("a refused candidate says what HypoPG lacks", async () => {
    const gin = on("orders", ["attributes"], { method: "gin" });
    const [proposal] = await hypopg.propose([gin]);
    expect(proposal).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/^HypoPG .*: access method "gin" is not supported$/),
    });
    const query = await queryOf(`select * from orders where attributes @> '{"n": 1}'`, snapshot);
    expect(await hypopg.plan(query, { add: [gin], hide: [] })).toMatchObject({ ok: false });
  });

  test("a candidate on a partitioned table is one on each partition", async () => {
    const index = on("events", ["at", "kind"]);
    const [proposal] = await hypopg.propose([index]);
    const query = await queryOf(
      "select * from events_2 where at = '2024-05-01' and kind = 3",
      snapshot,
    );
    const plan = planOf(await hypopg.plan(query, { add: [index], hide: [] }));
    expect(plan.candidates).toEqual([candidateId(index)]);
    expect(plan.lines.join("\n")).toContain("[new index on events (at, kind)]");
    const [whole] = await sandbox.propose([index]);
    expect(proposal).toMatchObject({ accepted: true });
    const bytes = [proposal, whole].map((one) => (one?.accepted ? one.bytes : Number.NaN));
    expect(Math.abs((bytes[0] ?? 0) / (bytes[1] ?? 1) - 1)).toBeLessThan(STATED_SIZE_ERROR);
  });

  test("leaves nothing behind: no hypothetical index, no prepared statement, no transaction, also after an error", async () => {
    const index = on("orders", ["customer_id"]);
    await hypopg.propose([index, on("orders", ["nonsense"])]);
    const broken = await queryOf("select nope($1) from orders where customer_id = $2", snapshot);
    const result = await hypopg.plan(broken, { add: [index], hide: [] });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining("nope") });
    await hypopg.plan(await queryOf("select * from orders where customer_id = $1", snapshot), {
      add: [index],
      hide: [],
    });
    const [left] = await session.query(
      `select (select count(*)::int from hypopg()) as indexes, (select count(*)::int from pg_prepared_statements) as prepared,
        current_setting('plan_cache_mode') as mode, now() = statement_timestamp() as alone`,
    );
    expect(left).toEqual({ indexes: 0, prepared: 0, mode: "auto", alone: true });
  });

  test("an analysis can ask it, says so, and leaves it open", async () => {
    const sql = "select * from orders where customer_id = $1";
    const source: EventSource = {
      name: "test",
      events: (async function* () {
        yield { sql, calls: 100, totalMs: 5_000 };
      })(),
      summary: () => ({ records: 1, unread: 0, seconds: 60 }),
    };
    const report = await analyze({
      engine: postgres,
      snapshot,
      planner: hypopg,
      sources: [source],
    });
    expect(report.planner?.name).toBe(hypopg.name);
    const [finding] = report.findings.filter(({ code }) => code === "missing-index");
    expect(finding).toMatchObject({ planner: hypopg.name, confidence: "verified" });
    expect(finding?.object.columns).toEqual(["customer_id"]);
    const query = await queryOf(sql, snapshot);
    expect((await hypopg.plan(query, { add: [], hide: [] })).ok).toBe(true);
  });

  test("the session it works in can write nothing", async () => {
    await expect(session.query("create table t ()")).rejects.toMatchObject({ code: "25006" });
  });

  test("an index that exists is hidden where the extension can, and else that is said", async () => {
    const query = await queryOf("select * from orders where created_at = '2024-02-01'", snapshot);
    const hide = [{ schema: "public", name: "orders_created_at" }];
    const result = await hypopg.plan(query, { add: [], hide });
    const refused = { ok: false, reason: expect.stringContaining("can't hide indexes") };
    const hidden = { ok: true, plan: { indexes: [] } };
    expect(result).toMatchObject(hypopg.capabilities.hideIndexes ? hidden : refused);
    expect(planOf(await hypopg.plan(query, { add: [], hide: [] })).indexes).toEqual([
      "public.orders_created_at",
    ]);
  });
});

test("a server without the extension is refused with what to do", async () => {
  const database = await startPostgres();
  const session = await connect(database.url);
  try {
    const snapshot = await captureServers([database.url], { workload: false });
    await expect(createHypopgPlanner(session, snapshot)).rejects.toMatchObject({
      code: "planner-failed",
      message: expect.stringContaining("hypopg is not installed"),
      hint: expect.stringContaining("CREATE EXTENSION hypopg"),
    });
  } finally {
    await session.close();
    await database.close();
  }
});
