import pg from "pg";
import type { Snapshot } from "../../../catalog/snapshot.ts";
import type { Engine } from "../../../engine.ts";
import type { EventSource } from "../../../log/event-source.ts";
import type { QueryEvent } from "../../../log/query-event.ts";
import type { Planner } from "../../../whatif/planner.ts";
import type { MigrationEngine } from "../../migration-engine.ts";
import type { CheckedStatement } from "../../migration-rule.ts";
import { EMPTY_SCHEMA } from "../../track-schema.ts";
import {
  checkWorkload,
  type CheckWorkloadOptions,
  type WorkloadVerdicts,
} from "../check-workload.ts";

const TABLES = `
  select setseed(0.25);
  create type mood as enum ('sad', 'ok', 'happy');
  create table customers (id bigint primary key, email text not null, country text, mood mood, score int);
  insert into customers select g, 'user' || g || '@example.com', (array['DE', 'US', 'FR'])[1 + g % 3],
    (array['sad', 'ok', 'happy'])[1 + floor(random() * 3)]::mood, floor(random() * 10000) from generate_series(1, 50000) g;
  create unique index customers_email on customers (email);
  create table orders (id int primary key, customer_id bigint not null references customers, status text not null, total numeric(12, 2), at timestamptz, note text);
  insert into orders select g, 1 + floor(random() * 49999), (array['done', 'done', 'done', 'open'])[1 + floor(random() * 4)],
    (random() * 1000)::numeric(12, 2), '2024-01-01'::timestamptz + g * interval '1 minute', repeat('n', 40) from generate_series(1, 200000) g;
  create index orders_customer on orders (customer_id);
  create index orders_status_at on orders (status, at);
  create table tiny (id int primary key, kind int);
  insert into tiny select g, g % 5 from generate_series(1, 200) g;
  create index tiny_kind on tiny (kind);
  create view open_orders as select id, customer_id, total from orders where status = 'open';
  vacuum analyze;`;

/** Where the shop is filled, and who looks at it. */
export interface ShopParts {
  readonly database: { readonly url: string; close(): Promise<void> };
  readonly engine: Engine;
  readonly describe: MigrationEngine["describe"];
}

/** A filled database on a real server, and its snapshot. */
export interface Shop {
  readonly engine: Engine;
  readonly snapshot: Snapshot;
  /** Statements as a migration `change.sql` holds them, one a line. */
  statementsOf(ddl: readonly string[]): Promise<readonly CheckedStatement[]>;
  /** The verdicts on a change, with production's workload. */
  verdictsOn(
    ddl: readonly string[],
    workload: Parameters<typeof workloadOf>[0],
    rest?: Partial<CheckWorkloadOptions>,
  ): Promise<WorkloadVerdicts>;
  /** What the real server says of queries once the statements have really run; they are rolled back afterwards. */
  afterReally(
    ddl: readonly string[],
    queries: readonly string[],
  ): Promise<readonly (RealPlan | { readonly error: string })[]>;
  close(): Promise<void>;
}

export interface RealPlan {
  readonly cost: number;
  readonly text: string;
}

export async function startShop(
  { database, engine, describe }: ShopParts,
  further = "",
): Promise<Shop> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of `${further === "" ? "" : `${further};\n`}${TABLES}`.split(/;\n/))
    await client.query(statement);
  const session = await engine.connect(database.url);
  const snapshot = await engine.capture(session, { values: true, workload: false, node: "db" });
  await session.close();
  let opened: Promise<Planner> | undefined;
  const planner = (): Promise<Planner> =>
    (opened ??= engine.createPlanner(snapshot, () => undefined));
  const statementsOf = (ddl: readonly string[]): Promise<readonly CheckedStatement[]> =>
    checkedStatements(ddl, describe);
  return {
    engine,
    snapshot,
    statementsOf,
    verdictsOn: async (ddl, workload, rest = {}) =>
      checkWorkload({
        engine,
        snapshot,
        ...(rest.snapshot === undefined ? { planner: await planner() } : {}),
        sources: [workloadOf(workload)],
        statements: await statementsOf(ddl),
        trial: null,
        write: ({ apply }) => ({
          files: [{ name: "add_index.sql", content: apply.join("\n") }],
          note: "",
        }),
        ...rest,
      }),
    async afterReally(ddl, queries) {
      await client.query("begin");
      try {
        for (const sql of ddl) await client.query(sql.replace(/concurrently/gi, ""));
        const plans: (RealPlan | { error: string })[] = [];
        for (const sql of queries) {
          await client.query("savepoint query");
          try {
            plans.push(await realPlan(client, sql));
          } catch (error) {
            plans.push({ error: error instanceof Error ? error.message : String(error) });
            await client.query("rollback to query");
          }
        }
        return plans;
      } finally {
        await client.query("rollback");
      }
    },
    async close() {
      await (await opened)?.close();
      await client.end();
      await database.close();
    },
  };
}

async function realPlan(client: pg.Client, sql: string): Promise<RealPlan> {
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(
    `explain (format json) ${sql}`,
  );
  const plan = rows[0]?.["QUERY PLAN"][0].Plan;
  return { cost: plan?.["Total Cost"] ?? Number.NaN, text: JSON.stringify(plan) };
}

/** A day of statements, each executed a thousand times in ten seconds unless it says otherwise. */
export function workloadOf(
  queries: readonly (string | (Partial<QueryEvent> & { readonly sql: string }))[],
  name = "test.log",
): EventSource {
  const events = queries.map((query) => ({
    calls: 1_000,
    totalMs: 10_000,
    ...(typeof query === "string" ? { sql: query } : query),
  }));
  return {
    name,
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds: 86_400 }),
  };
}

async function checkedStatements(
  ddl: readonly string[],
  describe: MigrationEngine["describe"],
): Promise<readonly CheckedStatement[]> {
  const statements: CheckedStatement[] = [];
  for (const [position, sql] of ddl.entries()) {
    const described = await describe(sql, "public");
    statements.push({
      statement: {
        sql,
        place: { file: "change.sql", line: position + 1, column: 1, endLine: position + 1 },
      },
      migration: {
        name: "change",
        file: "change.sql",
        up: { transaction: "none", run: () => Promise.resolve() },
        down: null,
      },
      direction: "up",
      actions: described.kind === "actions" ? described.actions : [],
      observation: null,
      inTransaction: false,
      before: [],
      earlier: [],
      schema: EMPTY_SCHEMA,
      lockTimeoutMs: null,
    });
  }
  return statements;
}
