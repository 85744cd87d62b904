import { expect, test } from "vitest";
import {
  expectExactKeys,
  expectToFit,
  expectWhole,
  publishedSchema,
} from "../../report/testing/published-schema.ts";
import { UNPRINTABLE } from "../../report/testing/unprintable.ts";
import { MIGRATION_CODES } from "../finding-titles.ts";
import { RUNNER_NAMES } from "../runner.ts";
import { renderCheckJson } from "./json.ts";
import { cleanCheckReport, fullCheckReport } from "./testing/check-reports.ts";

const schema = publishedSchema("check-report");

test.each([
  ["full", fullCheckReport],
  ["clean", cleanCheckReport],
  [
    "without a trial, base and snapshot",
    { ...cleanCheckReport, trial: null, base: null, snapshotAt: null },
  ],
])("%s fits the published schema", (_, report) => {
  expectToFit(schema, renderCheckJson(report));
});

test("the schema refuses every missing key and every key too many, at any depth", () => {
  expectExactKeys(schema, renderCheckJson(fullCheckReport));
});

test("the schema knows every code and every migration tool", () => {
  expect(schema.definitions["finding"]?.properties["code"]?.enum).toEqual(MIGRATION_CODES);
  expect(schema.properties["runner"]?.enum).toEqual(RUNNER_NAMES);
});

test("loses nothing: unknown is null, all else is as it was", () => {
  expectWhole(renderCheckJson(fullCheckReport), fullCheckReport);
});

test("holds no control character", () => {
  expect(renderCheckJson(fullCheckReport)).not.toMatch(UNPRINTABLE);
});
