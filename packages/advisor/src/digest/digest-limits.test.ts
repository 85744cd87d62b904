import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newExecution } from "../log/execution.ts";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { createSqlKey } from "../log/sql-key/sql-key.ts";
import { createDigestState } from "./create-digest-state.ts";
import { countAll, type Seen } from "./testing/random-executions.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "digest-limits-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const START = 1_769_990_400_000;
const seen: Seen = {
  shape: 1,
  constant: 1,
  ms: 1,
  at: START,
  rows: 0,
  user: 1,
  session: 1,
  failed: false,
};

test("executions outside the asked times are left out, and counted as that", () => {
  const state = createDigestState({ since: START, until: START + 1000 });
  const digest = countAll(state, [
    { ...seen, at: START - 1 },
    { ...seen, at: START },
    { ...seen, at: START + 999 },
    { ...seen, at: START + 1000 },
    { ...seen, at: Number.NaN },
    { ...seen, at: START - 1, shape: 2, failed: true },
  ]).finish();
  expect(digest.shapes.map(({ calls, errors }) => [calls, errors])).toEqual([[3, 0]]);
  // A failure comes with an event here.
  expect(digest.leftOut).toBe(4);
  expect([digest.first, digest.last]).toEqual([START, START + 999]);
});

test("buckets of time become wider, and hold the same", () => {
  const all = Array.from({ length: 5000 }, (_, minute) => ({
    ...seen,
    at: START + minute * 60_000,
  }));
  const digest = countAll(createDigestState(), all).finish();
  expect(digest.bucketMs).toBe(1_800_000);
  expect(digest.timeline).toHaveLength(167);
  expect(digest.timeline[0]).toEqual({ at: START, calls: 30, errors: 0, rows: 0, totalUs: 30_000 });
  expect(digest.shapes[0]?.buckets).toEqual(digest.timeline);
});

test("one wrong time doesn't make buckets wider", () => {
  const all = [0, 1, 2].map((second) => ({ ...seen, at: START + second * 1000 }));
  const digest = countAll(createDigestState(), [...all, { ...seen, at: 1 }]).finish();
  expect(digest.bucketMs).toBe(1000);
  expect(digest.timeline.map(({ at }) => at)).toEqual([0, START, START + 1000, START + 2000]);
});

test("a time or a duration that nobody can believe is none", () => {
  const digest = countAll(createDigestState(), [
    { ...seen, at: 1e300, ms: -1 },
    { ...seen, at: -5, ms: 1e300 },
  ]).finish();
  expect(digest.shapes[0]).toMatchObject({ calls: 2, timedCalls: 0, totalUs: 0, buckets: [] });
});

test("parameters that the log tells after everything was written out are kept", () => {
  const state = createDigestState({ spillFolder: folder, memoryBytes: 0 });
  const sink = state.sink("postgres", createSqlKey(LEXIS.postgres), state.source("a", "stderr"));
  const execution = newExecution();
  const count = (sql: string): ReturnType<typeof sink.execution> => {
    const bytes = Buffer.from(sql);
    Object.assign(execution.text, { bytes, from: 0, to: bytes.length });
    execution.at = START;
    execution.ms = 5;
    return sink.execution(sink.shapeOf(bytes, 0, bytes.length), execution);
  };
  const first = count("select * from first where a = $1");
  const shape = sink.shapeOf(Buffer.from("select 1 from held"), 0, 18);
  for (let number = 0; number < 500; number += 1) count(`select * from t${number}`);
  expect(readdirSync(folder).length).toBeGreaterThan(3);
  if (first !== null) first.parameters = "$1 = 'late'";
  // The number of a shape stays its own.
  sink.execution(shape, execution);
  expect(sink.keyOf(shape)).toBe(
    sink.keyOf(sink.shapeOf(Buffer.from("select 2 from held"), 0, 18)),
  );
  const { shapes } = state.finish();
  expect(shapes).toHaveLength(502);
  const byText = new Map(shapes.map((one) => [one.text, one]));
  expect(byText.get("select * from first where a = ?")?.examples).toMatchObject([
    { parameters: "$1 = 'late'" },
  ]);
  expect(byText.get("select ? from held")?.calls).toBe(1);
});

test("a long statement is kept as its beginning", () => {
  const state = createDigestState();
  const sink = state.sink("postgres", createSqlKey(LEXIS.postgres), state.source("a", "stderr"));
  const execution = newExecution();
  const bytes = Buffer.from(`select '${"ä".repeat(100_000)}'`);
  Object.assign(execution.text, { bytes, from: 0, to: bytes.length });
  sink.execution(sink.shapeOf(bytes, 0, bytes.length), execution);
  const sql = state.finish().shapes[0]?.examples[0]?.sql ?? "";
  expect(sql.length).toBeLessThan(10_000);
  expect(sql).toMatch(/ä \/\* 18\d{4} bytes left out \*\/$/);
});
