import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDigestState } from "./create-digest-state.ts";
import { bucketOf, percentile } from "./histogram.ts";
import { mergeDigests } from "./merge-digests.ts";
import { countAll, type Seen } from "./testing/random-executions.ts";
import { writeDigest } from "./write-digest.ts";

let folder = "";
let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "digest-format-"));
  database = await startPostgres();
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
  rmSync(folder, { recursive: true });
});

test("the documented statement merges saved digests as dbadvise does", async () => {
  const page = readFileSync(new URL("../../../../docs/digest-format.md", import.meta.url), "utf8");
  const statement = /```sql\n([^`]+)```/.exec(page)![1]!;
  const paths = [0, 1, 2].map((host) => {
    const all = Array.from({ length: 300 }, (_, number): Seen => ({
      shape: (number * 7 + host) % 20,
      constant: number,
      ms: ((number * 7919 + host * 31) % 100_000) / 1000,
      at: 1_770_000_000_000 + number * 1000,
      rows: number % 7,
      user: number % 5,
      session: host,
      failed: number % 11 === 0,
    }));
    const path = join(folder, `${host}.dbd`);
    writeDigest(path, countAll(createDigestState(), all).finish());
    return path;
  });
  await client.query("create table lines (line jsonb)");
  const lines = paths.flatMap((path) => readFileSync(path, "utf8").trimEnd().split("\n"));
  await client.query("insert into lines select unnest($1::jsonb[])", [lines]);

  const { rows } = await client.query(statement);
  expect(rows).toEqual(
    mergeDigests(paths).shapes.map((shape) => ({
      shape: shape.id,
      text: shape.text,
      calls: String(shape.calls),
      errors: String(shape.errors),
      timed_calls: String(shape.timedCalls),
      total_us: String(shape.totalUs),
      max_us: String(shape.maxUs),
      p95_bucket: bucketOf(Math.round(percentile(shape.histogram, 0.95)!)),
    })),
  );
  expect(rows).toHaveLength(20);
});
