import { loadModule } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { withKnownLimit } from "./known-limit.ts";

beforeAll(loadModule);

function limited(
  sql: string,
  rest: { rows?: number; calls?: number; samples?: readonly string[] } = {},
): string {
  const samples = (rest.samples ?? []).map((text) => ({ sql: text, durationMs: undefined }));
  return withKnownLimit({ sql, samples, rows: rest.rows, calls: rest.calls ?? 1 });
}

const SQL = "select a from t where b = $1 order by a limit $2 offset $3";

test("takes the limit of a sample", () => {
  const samples = ["select a from t where b = 'limit 7' order by a limit 20 offset 4"];
  expect(limited(SQL, { samples, rows: 5 })).toBe(
    "select a from t where b = $1 order by a limit 20 offset $3",
  );
});

test("else the rows of an average call, at least one", () => {
  expect(limited(SQL, { rows: 95, calls: 10 })).toContain("limit 10 offset $3");
  expect(limited(SQL, { rows: 0, calls: 10 })).toContain("limit 1 offset $3");
});

test("leaves a text alone that says nothing of its outermost limit", () => {
  expect(limited(SQL)).toBe(SQL);
  for (const sql of [
    "select 1 limit 5",
    "select * from (select a from t limit $1) x",
    "select 'limit $1'",
    "select (",
    "select 1 limit all",
  ]) {
    expect(limited(sql, { rows: 3 })).toBe(sql);
  }
});
