import { expect, test } from "vitest";
import { REPORT_FORMATS, render } from "./render.ts";
import { fullReport } from "./testing/reports.ts";

test.each([
  ["text", /^Database {2}shop/],
  ["json", /^\{\n {2}"version": 1/],
  ["markdown", /^## Database advice/],
  ["html", /^<!DOCTYPE html>\n<html lang="en">/],
  ["sarif", /^\{\n {2}"\$schema"/],
] as const)("%s", (format, beginning) => {
  const output = render(fullReport, format, { color: false, width: 80 });
  expect(REPORT_FORMATS).toContain(format);
  expect(output).toMatch(beginning);
  expect(output.endsWith("\n")).toBe(true);
  expect(output.endsWith("\n\n")).toBe(false);
});

test.each(REPORT_FORMATS)("%s tells the second step of a change, and when to take it", (format) => {
  const [first, ...others] = fullReport.findings;
  const ddl = {
    apply: ["HIDE x;"],
    undo: ["SHOW x;"],
    later: { when: "when nothing has missed it", apply: ["DROP x;"], undo: ["CREATE x;"] },
  };
  const report = { ...fullReport, findings: [{ ...first!, ddl }, ...others] };
  const output = render(report, format, { color: false, width: 80 });
  const places = ["HIDE x;", "SHOW x;", "when nothing has missed it", "DROP x;", "CREATE x;"].map(
    (text) => output.indexOf(text),
  );
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
