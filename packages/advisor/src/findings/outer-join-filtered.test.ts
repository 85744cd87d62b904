import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../postgres/engine.ts";
import { engineNamed } from "../engines.ts";
import type { Query } from "../workload/workload.ts";
import type { Finding } from "./finding.ts";
import { outerJoinFiltered } from "./outer-join-filtered.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";
import { withWorkload } from "./testing/with-workload.ts";

const SCHEMA = `
  create table buyers (id int primary key, name text, boss int);
  create table sales (id int primary key, buyer_id int, total int, state text);
  insert into buyers select i, 'b' || i % 7, nullif(i % 5, 0) from generate_series(1, 60) i;
  insert into sales select i, nullif(i % 40, 0), nullif(i % 6, 0), case when i % 4 > 0 then 's' || i % 3 end from generate_series(1, 300) i;`;

let database: TestDatabase;
let client: pg.Client;
let real: RealContext;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  real = await realContext(postgres, database.url, []);
});

afterAll(async () => {
  await real?.close();
  await client?.end();
  await database?.close();
});

async function findings(...statements: readonly string[]): Promise<readonly Finding[]> {
  return outerJoinFiltered(await withWorkload(postgres, real.context, statements));
}

async function shapeOf(sql: string): Promise<Query> {
  const { snapshot } = real.context;
  const parsed = await engineNamed(snapshot.server.engine).parse(sql);
  if (parsed.kind !== "query") throw new Error(sql);
  return {
    fingerprint: parsed.fingerprint,
    sql: parsed.normalized,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [{ sql, durationMs: undefined }],
    sources: ["test"],
    callSites: [],
    statement: parsed.describe(snapshot.catalog),
  };
}

async function rows(sql: string): Promise<readonly string[]> {
  const result = await client.query({ text: sql, rowMode: "array" });
  return result.rows.map((row) => JSON.stringify(row)).toSorted((a, b) => (a < b ? -1 : 1));
}

const CONDITIONS = [
  "s.total = ?",
  "s.total > ?",
  "s.total <> ?",
  "s.total between ? and 4",
  "s.total in (?, 3)",
  "s.total = any('{1,?}')",
  "? <= s.total",
  "s.state like 's?%'",
  "s.state is not null and b.id > ?",
  "s.total < ? and b.boss is null",
  "s.state not like 's?'",
  "s.id > ? * 10",
  "s.total not in (?, 5)",
];
const FROM = [
  "buyers b left join sales s on s.buyer_id = b.id",
  "buyers b LEFT OUTER JOIN sales s ON s.buyer_id = b.id and s.total > 1",
  "buyers x join buyers b on b.boss = x.id left join sales s on s.buyer_id = b.id",
  "buyers b left join (sales s join buyers y on y.id = s.total) on s.buyer_id = b.id",
  "buyers b left join buyers z on z.id = b.boss left join sales s on s.buyer_id = z.id",
];
const VALUES = ["0", "1", "2", "5"];

describe("outerJoinFiltered", () => {
  it(
    "gives an inner join with the same rows, in over 200 combinations",
    { timeout: 120_000 },
    async () => {
      const statements = FROM.flatMap((from) =>
        CONDITIONS.flatMap((condition) =>
          VALUES.map(
            (value) => `select b.id, s.id from ${from} where ${condition.replace("?", value)}`,
          ),
        ),
      );
      let differing = 0;
      for (const sql of statements) {
        const query = await shapeOf(sql);
        const reviews = await real.context.reviewQuery(query, real.context.snapshot.catalog);
        const [review] = reviews.filter(({ kind }) => kind === "outer-join-filtered");
        const after = review?.rewrite?.samples[0]?.after.sql ?? "";
        expect(after, sql).not.toBe("");
        expect(after).not.toMatch(
          /left\s+(?:outer\s+)?join sales|left\s+(?:outer\s+)?join \(sales/i,
        );
        expect(await rows(after), sql).toEqual(await rows(sql));
        // Without the condition the two differ: the data can tell them apart.
        const [open, inner] = [sql, after].map((text) => text.replace(/ where .*/, ""));
        if ((await rows(open ?? "")).length !== (await rows(inner ?? "")).length) differing++;
      }
      expect(statements.length).toBeGreaterThanOrEqual(200);
      expect(differing).toBeGreaterThan(statements.length / 2);
    },
  );

  it("claims no saving where the planner sees it too", async () => {
    const [finding, ...more] = await findings(
      "select b.name FROM buyers b LEFT  JOIN sales s ON s.buyer_id = b.id WHERE s.state = 'paid'",
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity: "info", savedMsPerDay: null, ddl: null });
    const [query] = finding?.queries ?? [];
    expect(query?.rewrite).toBe(
      "select b.name FROM buyers b JOIN sales s ON s.buyer_id = b.id WHERE s.state = $1",
    );
    expect(query?.costAfter).toBe(query?.costBefore);
    expect(finding?.evidence.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      "same-rows for",
      "intent unknown",
      "replan unknown",
    ]);
  });

  it("leaves conditions that rows without a match pass", async () => {
    const from = "select b.id from buyers b left join sales s on s.buyer_id = b.id";
    expect(
      await findings(
        from,
        `${from} where s.id is null`,
        `${from} where s.total = 1 or s.id is null`,
        `${from} where coalesce(s.total, 0) = 0`,
        `${from} where b.boss = 3`,
        `${from} where s.total is distinct from 4`,
        `${from} where not (s.total = 1 and b.id = 2)`,
        `${from} and s.total = 3`,
        `${from} where (s.total = 1) is not true`,
        `${from} where exists (select from sales x where x.total = s.total)`,
        `${from} where case when s.total = 1 then false else true end`,
        "select b.id from buyers b right join sales s on s.buyer_id = b.id where s.total = 1",
        "select b.id from buyers b join sales s on s.buyer_id = b.id where s.total = 1",
        "select b.id from buyers b full join sales s on s.buyer_id = b.id where s.total = 1",
        "select b.id from buyers b where exists (select from buyers c left join sales s on s.buyer_id = c.id where b.boss = 1)",
      ),
    ).toEqual([]);
  });
});
