import { expect, it } from "vitest";
import type { Column } from "../../catalog/catalog.ts";
import { seededRandom } from "./seeded-random.ts";
import { summarizeColumn, type Summary } from "./summarize-column.ts";
import { valueKind } from "./value-kind.ts";

function summary(
  values: readonly (string | null)[],
  {
    type = "int",
    collation = null as string | null,
    whole = true,
    rows = values.length,
    block = 100,
  } = {},
): Summary {
  const column: Column = {
    name: "c",
    type,
    collation,
    notNull: false,
    generated: null,
    length: type === "int" ? 4 : -1,
    alignment: 1,
  };
  return summarizeColumn(
    { values, blocks: values.map((_, at) => Math.floor(at / block)), whole },
    valueKind(column),
    rows,
    column.length,
    null,
  );
}

it("knows a whole column to the last value", () => {
  expect(summary(["3", "1", null, "1", "2", "1", null, "2"])).toEqual({
    nullFraction: 0.25,
    averageWidth: 4,
    distinct: -0.375,
    correlation: 0.0857143,
    commonValues: "{1,2,3}",
    commonFrequencies: [0.375, 0.25, 0.125],
    histogram: null,
  });
  expect(summary(["5", "9", "7"])).toMatchObject({
    distinct: -1,
    commonValues: null,
    histogram: "{5,7,9}",
  });
  expect(summary([null, null])).toMatchObject({
    nullFraction: 1,
    distinct: 0,
    correlation: null,
    histogram: null,
  });
  expect(summary([])).toMatchObject({ nullFraction: 0, distinct: 0, histogram: null });
});

it("orders numbers as numbers, beyond those of doubles too", () => {
  expect(summary(["10", "9", "-1"]).histogram).toBe("{-1,9,10}");
  expect(summary(["9223372036854775807", "9223372036854775806"]).histogram).toBe(
    "{9223372036854775806,9223372036854775807}",
  );
  expect(summary(["-10:00:00", "100:00:00", "09:00:00"], { type: "time" }).histogram).toBe(
    "{-10:00:00,09:00:00,100:00:00}",
  );
  expect(summary(["c", "a", "b"], { type: "enum('b','c','a')" }).histogram).toBe("{b,c,a}");
});

it("takes texts for equal as their collation does", () => {
  const texts = ["Résumé", "resume", "RESUME ", "b"];
  const text = (collation: string): Summary => summary(texts, { type: "varchar(20)", collation });
  expect(text("utf8mb4_general_ci")).toMatchObject({
    commonValues: "{Résumé,b}",
    commonFrequencies: [0.75, 0.25],
  });
  expect(text("utf8mb4_0900_as_cs").distinct).toBe(-1);
  expect(text("utf8mb4_bin").histogram).toBe('{"RESUME ",Résumé,b,resume}');
});

it("estimates how many values a table has from a sample of blocks", () => {
  const random = seededRandom("distinct");
  // One in each part of the table, so that hardly two of them overlap.
  const blocks = Array.from(
    { length: 300 },
    (_, at) => at * 33_333 + Math.floor(random() * 33_000),
  );
  const sample = (valueAt: (row: number) => number): number => {
    const values = blocks.flatMap((start) =>
      Array.from({ length: 100 }, (_, at) => String(valueAt(start + at))),
    );
    const { distinct } = summary(values, { whole: false, rows: 10_000_000 });
    return distinct < 0 ? -distinct * 10_000_000 : distinct;
  };
  // Each in three neighbouring rows: by rows alone there would seem to be no more than were seen.
  expect(sample((row) => Math.floor(row / 3)) / 3_333_333).toBeCloseTo(1, 0.5);
  expect(sample((row) => row)).toBe(10_000_000);
  expect(sample((row) => row % 5_000) / 5_000).toBeCloseTo(1, 1);
  expect(sample((row) => (row * 7_919) % 20_000) / 20_000).toBeCloseTo(1, 0.5);
});

it("keeps values that stand out of a sample, and no others", () => {
  const random = seededRandom("common");
  const values = Array.from({ length: 30_000 }, () => {
    const draw = random();
    return draw < 0.2 ? "7" : draw < 0.25 ? "8" : String(100 + Math.floor(random() * 3_000));
  });
  const found = summary(values, { whole: false, rows: 1_000_000 });
  expect(found.commonValues).toBe("{7,8}");
  expect(found.commonFrequencies).toEqual([expect.closeTo(0.2, 1), expect.closeTo(0.05, 1)]);
  expect(found.histogram?.split(",")).toHaveLength(101);
  // A value of one block alone tells nothing of the others.
  const local = values.map((value, at) => (at < 100 ? "9" : value));
  expect(summary(local, { whole: false, rows: 1_000_000 }).commonValues).toBe("{7,8}");
});

it("keeps the start of a long text, and knows its whole length", () => {
  const found = summary(["5:short", "500:starts alike", "600:starts alike", "5:short"], {
    type: "text",
    collation: "utf8mb4_bin",
  });
  expect(found).toMatchObject({
    averageWidth: 277.5,
    distinct: -0.75,
    commonValues: "{short}",
    commonFrequencies: [0.5],
    histogram: '{"starts alike","starts alike"}',
  });
  expect(summary(["3:{}", "9:{}"], { type: "json" })).toMatchObject({
    commonValues: null,
    histogram: null,
  });
});
