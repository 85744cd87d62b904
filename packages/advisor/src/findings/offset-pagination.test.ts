import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { offsetPagination } from "./offset-pagination.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";
import { withWorkload } from "./testing/with-workload.ts";

const SCHEMA = `
  create table posts (id bigint primary key, at timestamp not null, grp int not null, score int, title text not null);
  insert into posts select i, timestamp '2024-01-01' + (i * 7919 % 9000) * interval '1 min', i % 3, nullif(i % 9, 0), 't' || i % 40
    from generate_series(1, 40000) i;
  create index posts_at_id_idx on posts (at, id);
  create table pairs (a int, b int, c int not null, primary key (a, b));
  insert into pairs select i % 200, i / 200, i % 7 from generate_series(1, 20000) i;`;

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
  return offsetPagination(await withWorkload(postgres, real.context, statements));
}

describe("offsetPagination", () => {
  it("gives the page behind the last row, and the cost of both at the deepest logged offset", async () => {
    const [finding, ...more] = await findings(
      "SELECT id, title FROM posts ORDER BY at DESC LIMIT 20 OFFSET 30000",
      "SELECT id, title FROM posts ORDER BY at DESC LIMIT 20 OFFSET 40",
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      confidence: "estimated",
      savedMsPerDay: null,
      ddl: null,
    });
    const [query] = finding?.queries ?? [];
    expect(query?.rewrite).toBe(
      "SELECT id, title FROM posts WHERE (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $2",
    );
    expect(query?.costAfter).toBeLessThan((query?.costBefore ?? 0) / 10);
    expect(finding?.message).toContain("OFFSET 30000");
    expect(finding?.evidence[0]).toMatchObject({ check: "same-rows", verdict: "unknown" });
    expect(finding?.evidence[0]?.detail).toContain("not the same query");
  });

  it(
    "gives every row of the table once, page by page, in the order of the text",
    { timeout: 60_000 },
    async () => {
      const texts = [
        "select id, at from posts where grp = 1 order by at limit 700 offset 2000",
        "select id from posts p where (p.grp = 1 or p.score = 2) order by p.title desc, p.at desc limit 900 offset 1000",
        "select a, b from pairs order by c, a limit 1500 offset 3000",
        "select a, b from pairs where c > 2 order by a desc offset 3000 limit 2000",
      ];
      for (const sql of texts) {
        const { workload } = await withWorkload(postgres, real.context, [sql]);
        const [query] = workload.queries;
        if (query === undefined) throw new Error(sql);
        const reviews = await real.context.reviewQuery(query, real.context.snapshot.catalog);
        const review = reviews.find(({ kind }) => kind === "offset-pagination");
        const page = review?.rewrite?.samples[0]?.after.sql ?? "";
        const keys = review?.columns ?? [];
        expect(page, sql).toMatch(/\$\d/);
        // The first page is the same text without what it starts behind; it has to read the keys too.
        const select = `select ${keys.join(", ")}, * from`;
        const first = page
          .replace(/select .*? from/i, select)
          .replace(/ (?:where|and) \(?[\w., ]+\)? [<>] \(?\$[$\d, ]+\)?/i, "");
        const firstParameter = Math.min(
          ...[...page.matchAll(/\$(\d+)/g)].map(([, at]) => Number(at)),
        );
        const next = page
          .replace(/select .*? from/i, select)
          .replaceAll(/\$(\d+)/g, (_, at) => `$${Number(at) - firstParameter + 1}`);
        const seen: string[] = [];
        let { rows } = await client.query<Record<string, unknown>>(first);
        for (let turn = 0; rows.length > 0 && turn < 50; turn++) {
          seen.push(...rows.map((row) => JSON.stringify(row)));
          const last = rows.at(-1) ?? {};
          ({ rows } = await client.query(
            next,
            keys.map((key) => last[key]),
          ));
        }
        const all = await client.query(first.replace(/ limit \d+/i, ""));
        expect(seen, sql).toEqual(all.rows.map((row) => JSON.stringify(row)));
        expect(seen.length).toBeGreaterThan(2_000);
      }
    },
  );

  it("leaves pages that no row's key can start", async () => {
    expect(
      await findings(
        "select id from posts order by at limit 20 offset 40",
        "select id from posts order by score limit 20 offset 30000",
        "select id from posts order by at, title desc limit 20 offset 30000",
        "select grp, count(*) from posts group by grp order by grp limit 20 offset 30000",
        "select distinct title from posts order by title limit 20 offset 30000",
        "select p.id from posts p join pairs q on q.a = p.grp order by p.at limit 20 offset 30000",
        "select id from posts order by lower(title) limit 20 offset 30000",
        "select id from posts limit 20 offset 30000",
        "select id, row_number() over (order by at) from posts order by at limit 20 offset 30000",
        "select id from posts order by at offset 30000",
        "select id from posts order by at desc nulls last limit 20 offset 30000",
      ),
    ).toEqual([]);
  });
});
