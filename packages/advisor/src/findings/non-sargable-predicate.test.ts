import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { nonSargablePredicate } from "./non-sargable-predicate.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";
import { withWorkload } from "./testing/with-workload.ts";

const SCHEMA = `
  create table visits (id bigint primary key, at timestamp, tz timestamptz, day date, score int, plain int, code text, note text);
  insert into visits select i, timestamp '2024-01-01' + i * interval '11 min', timestamptz '2024-01-01+00' + i * interval '11 min',
    date '2024-01-01' + i / 130, i % 5000, i % 5000, 'c' || i % 9000, 'n' || i from generate_series(1, 60000) i;
  create index visits_at_idx on visits (at);
  create index visits_tz_idx on visits (tz);
  create index visits_score_idx on visits (score);
  create index visits_code_idx on visits (code text_pattern_ops);
  create table few (id int primary key, at timestamp);
  insert into few select i, now() from generate_series(1, 50) i;
  create index few_at_idx on few (at);`;

let database: TestDatabase;
let real: RealContext;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  await client.end();
  real = await realContext(postgres, database.url, []);
});

afterAll(async () => {
  await real?.close();
  await database?.close();
});

async function findings(...statements: readonly string[]): Promise<readonly Finding[]> {
  return nonSargablePredicate(await withWorkload(postgres, real.context, statements));
}

describe("nonSargablePredicate", () => {
  it("gives the rewritten query and the cost of both, with an index that exists", async () => {
    const [finding, ...more] = await findings(
      "select note from visits where date(at) = '2024-03-01'",
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      confidence: "verified",
      object: { type: "column", table: "visits", columns: ["at"] },
      ddl: null,
    });
    const [query] = finding?.queries ?? [];
    expect(query?.rewrite).toBe(
      "select note from visits where at >= $1::date AND at <= $1::date + time '23:59:59.999999'",
    );
    expect(query?.costAfter).toBeLessThan((query?.costBefore ?? 0) / 2);
    expect(query?.planAfter.join("\n")).toContain("visits_at_idx");
    expect(finding?.message).toContain("date(at) = $1");
  });

  it("keeps the rest of the text as it was written, and holds no constants", async () => {
    const [finding] = await findings(
      "SELECT v.note,  count(*) FROM visits AS v WHERE v.note <> 'secret' AND  v.score + 1 = 4711 GROUP BY v.note",
    );
    expect(finding?.queries[0]?.rewrite).toBe(
      "SELECT v.note,  count(*) FROM visits AS v WHERE v.note <> $1 AND  v.score = $3::bigint - $2::bigint GROUP BY v.note",
    );
    expect(JSON.stringify(finding)).not.toMatch(/secret|4711/);
  });

  it("proposes the index that the rewritten query needs", async () => {
    // All columns: no index on the expression could cover the query and leave nothing to gain.
    const [finding] = await findings("select * from visits where plain - 5 = 77");
    expect(finding?.ddl?.apply.join("\n")).toMatch(/CREATE INDEX .* \(plain\)/);
    expect(finding?.evidence.map(({ check }) => check)).toContain("index");
  });

  it("gives no rewrite where the two may differ, but says what it costs", async () => {
    const [finding] = await findings("select note from visits where tz::date = '2024-03-01'");
    expect(finding).toMatchObject({ confidence: "estimated", savedMsPerDay: null });
    expect(finding?.queries[0]?.rewrite).toBeNull();
    expect(finding?.queries[0]?.costAfter).toBeLessThan((finding?.queries[0]?.costBefore ?? 0) / 2);
    expect(finding?.evidence[0]?.detail).toContain("TimeZone");
  });

  it("tells a pattern that begins with a wildcard, and one finding for several queries of one column", async () => {
    const [finding, ...more] = await findings("select id from visits where code like '%77'");
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: "info",
      confidence: "insufficient-evidence",
      queries: [],
    });
    const [both, ...none] = await findings(
      "select note from visits where date(at) = '2024-03-01'",
      "select id from visits where at::date between '2024-03-01' and '2024-03-02'",
    );
    expect(none).toEqual([]);
    expect(both?.queries).toHaveLength(2);
  });

  it("leaves an expression that an advised index serves as it is", async () => {
    const found = await findings("select id from visits where lower(note) = 'n5'");
    expect(found).toMatchObject([
      { severity: "info", queries: [{ rewrite: null }], ddl: null, savedMsPerDay: null },
    ]);
    expect(found[0]?.message).toContain("lower(note)");
  });

  it("says nothing where nothing is gained", async () => {
    expect(
      await findings(
        "select id from few where date(at) = '2024-03-01'",
        "select note from visits where id = 5 and date(at) = '2024-03-01'",
        "select note from visits where id = 7 and score + 1 = 6 and code like '%x'",
      ),
    ).toEqual([]);
  });
});
