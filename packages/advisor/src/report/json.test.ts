import { describe, expect, test } from "vitest";
import { renderJson } from "./json.ts";
import type { Report } from "./report.ts";
import { SARIF_RULES } from "./sarif.ts";
import {
  expectExactKeys,
  expectToFit,
  expectWhole,
  publishedSchema,
} from "./testing/published-schema.ts";
import { UNPRINTABLE } from "./testing/unprintable.ts";
import { emptyReport, fullReport, reportWithoutTimes } from "./testing/reports.ts";

const schema = publishedSchema("report");

describe("json report", () => {
  test.each([
    ["full", fullReport],
    ["empty", emptyReport],
    ["without times", reportWithoutTimes],
  ])("%s fits the published schema", (_, report) => {
    expectToFit(schema, renderJson(report));
  });

  test("the schema refuses every missing key and every key too many, at any depth", () => {
    expectExactKeys(schema, renderJson(fullReport));
  });

  test("a change in two steps fits the published schema", () => {
    const [first, ...others] = fullReport.findings;
    const step = { apply: ["A;"], undo: ["B;"] };
    const ddl = { ...step, later: { when: "later", ...step } };
    expectToFit(schema, renderJson({ ...fullReport, findings: [{ ...first!, ddl }, ...others] }));
  });

  test("the schema knows every finding code", () => {
    expect(schema.definitions["finding"]?.properties["code"]?.enum).toEqual(
      Object.keys(SARIF_RULES),
    );
  });

  test("loses nothing: unknown is null, all else is as it was", () => {
    expectWhole(renderJson(fullReport), fullReport);
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
    expect(json).not.toMatch(UNPRINTABLE);
    expect(JSON.parse(json).notes).toEqual(notes);
  });
});
