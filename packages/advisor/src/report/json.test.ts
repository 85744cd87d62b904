import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { renderJson } from "./json.ts";
import type { Report } from "./report.ts";
import { SARIF_RULES } from "./sarif.ts";
import { emptyReport, fullReport, reportWithoutTimes } from "./testing/reports.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const schema = JSON.parse(
  readFileSync(new URL("../../report.schema.json", import.meta.url), "utf8"),
);
const validate: ValidateFunction = new Ajv({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
}).compile(schema);

describe("json report", () => {
  test.each([
    ["full", fullReport],
    ["empty", emptyReport],
    ["without times", reportWithoutTimes],
  ])("%s fits the published schema", (_, report) => {
    const valid = validate(JSON.parse(renderJson(report)));
    expect(validate.errors).toBeNull();
    expect(valid).toBe(true);
  });

  test("the schema refuses every missing key and every key too many, at any depth", () => {
    const value: Json = JSON.parse(renderJson(fullReport));
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

  test("the schema knows every finding code", () => {
    expect(schema.definitions.finding.properties.code.enum).toEqual(Object.keys(SARIF_RULES));
  });

  test("loses nothing: unknown is null, all else is as it was", () => {
    expect(JSON.parse(renderJson(fullReport))).toEqual(
      JSON.parse(
        JSON.stringify(fullReport, (_, value: unknown) => (value === undefined ? null : value)),
      ),
    );
  });

  test("keys come in one order, whatever order the report has", () => {
    const reversed: Report = Object.assign(
      Object.fromEntries(Object.entries(fullReport).toReversed()),
      fullReport,
    );
    expect(Object.keys(reversed)[0]).toBe("notes");
    expect(renderJson(reversed)).toBe(renderJson(fullReport));
    expect(Object.keys(JSON.parse(renderJson(reversed)))[0]).toBe("version");
  });

  test("holds no control character, not even C1 and direction marks, and reads back the same", () => {
    const notes = ["\u009b31m \u202e \u007f \u2028 \u{e0041} \ud800 👩‍👩‍👧‍👦"];
    const json = renderJson({ ...emptyReport, notes });
    expect(json).not.toMatch(/[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\n\u200c\u200d]]/v);
    expect(JSON.parse(json).notes).toEqual(notes);
  });
});

function objectsOf(value: Json): { [key: string]: Json }[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  if (value === null || typeof value !== "object") return [];
  return [value, ...Object.values(value).flatMap(objectsOf)];
}
