import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analyze.ts";
import { captureServers } from "../capture-servers.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { openLog } from "../digest/open-log.ts";
import { postgres } from "../postgres/engine.ts";
import type { Report } from "../report/report.ts";
import type { Finding } from "./finding.ts";
import { logStatements } from "./testing/server-log.ts";

/** Four of five jobs are `retired`; 2,000 other states have 40 each. `shard` is spread evenly. */
const SCHEMA = `
  create table jobs (id int primary key, state text not null, shard int not null, payload text);
  insert into jobs select i, case when i % 5 < 4 then 'retired' else 'state ' || i % 2003 end, i % 1000, repeat('x', 60)
    from generate_series(1, 400000) i;
  create index on jobs (state);
  create index on jobs (shard);`;

let database: TestDatabase;
let snapshot: Snapshot;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  await client.end();
  snapshot = await captureServers([database.url], { workload: false });
});

afterAll(() => database.close());

/** Runs statements, and analyses what the server logged of them. */
async function reportOn(run: (client: pg.Client) => Promise<void>): Promise<Report> {
  const session = await logStatements(database.url);
  try {
    await run(session.client);
    return await analyze({ engine: postgres, snapshot, sources: [openLog(session.write())] });
  } finally {
    await session.close();
  }
}

function skewed(report: Report): readonly Finding[] {
  return report.findings.filter((finding) => finding.code === "skewed-query");
}

function states(): readonly string[] {
  return Array.from({ length: 50 }, (_, at) => (at % 5 === 0 ? "retired" : `state ${at}`));
}

const SQL = "select count(payload) from jobs where state = ";

describe("skewed-query", () => {
  test.for([
    ["extended", (client: pg.Client, state: string) => client.query(`${SQL}$1`, [state])],
    ["simple", (client: pg.Client, state: string) => client.query(`${SQL}'${state}'`)],
  ] as const)("is told of a log of the %s protocol, without the values", async ([, send]) => {
    const report = await reportOn(async (client) => {
      for (const state of states()) await send(client, state);
    });
    const [finding, ...others] = skewed(report);
    expect(others).toEqual([]);
    expect(finding?.object).toMatchObject({ type: "column", table: "jobs", columns: ["state"] });
    expect(finding?.message).toContain("fast for 80 % of the logged executions and slow for 20 %");
    expect(finding?.confidence).toBe("verified");
    expect(finding?.queries[0]).toMatchObject({ calls: 50, sql: `${SQL}$1` });
    expect(finding?.queries[0]?.planBefore.join()).toContain("Seq Scan");
    expect(JSON.stringify(report)).not.toMatch(/retired|state \d/);
  });

  test("advises to plan each execution where one plan would be kept for all, and says what it does not know", async () => {
    const [finding] = skewed(
      await reportOn(async (client) => {
        for (const state of states()) await client.query(`${SQL}$1`, [state]);
      }),
    );
    expect(finding?.message).toContain("SET plan_cache_mode = force_custom_plan;");
    const generic = finding?.evidence.find(({ check }) => check === "generic-plan");
    expect(generic?.verdict).toBe("for");
    expect(generic?.detail).toMatch(/for 20 % of the executions; .* is not known$/);
    expect(finding?.ddl).toBeNull();
  });

  test("the server does keep that one plan for all values", async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`prepare p as ${SQL}$1`);
      for (const state of states()) await client.query(`execute p ('${state}')`);
      const { rows } = await client.query<{ generic_plans: string }>(
        "select generic_plans from pg_prepared_statements where name = 'p'",
      );
      expect(Number(rows[0]?.generic_plans)).toBeGreaterThan(0);
    } finally {
      await client.end();
    }
  });

  test.for([
    [
      "values are spread evenly",
      Array.from({ length: 30 }, (_, at) => `select count(payload) from jobs where shard = ${at}`),
    ],
    [
      "the slow value is the usual one",
      Array.from({ length: 30 }, (_, at) => `${SQL}'${at < 20 ? "retired" : `state ${at}`}'`),
    ],
    [
      "every value is slow",
      Array.from({ length: 30 }, (_, at) => `select count(*) from jobs where payload > '${at}'`),
    ],
  ] as const)("nothing is told where %s", async ([, texts]) => {
    const report = await reportOn(async (client) => {
      for (const text of texts) await client.query(text);
    });
    expect(report.workload.calls).toBeGreaterThanOrEqual(30);
    expect(skewed(report)).toEqual([]);
  });
});
