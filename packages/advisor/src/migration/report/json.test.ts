import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { expect, test } from "vitest";
import { MIGRATION_CODES } from "../finding-titles.ts";
import { RUNNER_NAMES } from "../runner.ts";
import { renderCheckJson } from "./json.ts";
import { cleanCheckReport, fullCheckReport } from "./testing/check-reports.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const schema = JSON.parse(
  readFileSync(new URL("../../../check-report.schema.json", import.meta.url), "utf8"),
);
const validate: ValidateFunction = new Ajv({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
}).compile(schema);

test.each([
  ["full", fullCheckReport],
  ["clean", cleanCheckReport],
  [
    "without a trial, base and snapshot",
    { ...cleanCheckReport, trial: null, base: null, snapshotAt: null },
  ],
])("%s fits the published schema", (_, report) => {
  const valid = validate(JSON.parse(renderCheckJson(report)));
  expect(validate.errors).toBeNull();
  expect(valid).toBe(true);
});

test("the schema refuses every missing key and every key too many, at any depth", () => {
  const value: Json = JSON.parse(renderCheckJson(fullCheckReport));
  let keys = 0;
  for (const object of objectsOf(value)) {
    for (const [key, kept] of Object.entries(object)) {
      delete object[key];
      expect(validate(value), `without ${key}`).toBe(false);
      object[key] = kept;
      keys++;
    }
    object["extra"] = 1;
    expect(validate(value), `extra key beside ${Object.keys(object).join()}`).toBe(false);
    delete object["extra"];
  }
  expect(keys).toBeGreaterThan(100);
  expect(validate(value)).toBe(true);
});

test("the schema knows every code and every migration tool", () => {
  expect(schema.definitions.finding.properties.code.enum).toEqual(MIGRATION_CODES);
  expect(schema.properties.runner.enum).toEqual(RUNNER_NAMES);
});

test("loses nothing: unknown is null, all else is as it was", () => {
  expect(JSON.parse(renderCheckJson(fullCheckReport))).toEqual(
    JSON.parse(
      JSON.stringify(fullCheckReport, (_, value: unknown) => (value === undefined ? null : value)),
    ),
  );
});

test("holds no control character", () => {
  expect(renderCheckJson(fullCheckReport)).not.toMatch(
    /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\n\u200c\u200d]]/v,
  );
});

function objectsOf(value: Json): { [key: string]: Json }[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  if (value === null || typeof value !== "object") return [];
  return [value, ...Object.values(value).flatMap(objectsOf)];
}
