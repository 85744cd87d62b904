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
