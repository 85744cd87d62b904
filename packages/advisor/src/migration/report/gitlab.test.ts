import { expect, test } from "vitest";
import { renderCheckGitlab } from "./gitlab.ts";
import { cleanCheckReport, fullCheckReport, plainOptions } from "./testing/check-reports.ts";

test("one issue for each finding, problem and unknown statement", () => {
  const issues = JSON.parse(
    renderCheckGitlab(fullCheckReport, { ...plainOptions, prefix: "services/api/" }),
  );
  expect(
    issues.map((issue: Record<string, unknown>) => [issue["check_name"], issue["severity"]]),
  ).toEqual([
    ["not-checked", "blocker"],
    ["set-not-null", "critical"],
    ["dropped-in-use", "major"],
    ["drop-table", "info"],
    ["not-analysed", "minor"],
    ["ignore-comment", "minor"],
  ]);
  expect(issues[1]).toMatchObject({
    fingerprint: "0123456789abcdef",
    location: {
      path: "services/api/db/migrations/20260302_status.sql",
      lines: { begin: 4, end: 5 },
    },
  });
  const prints = issues.map((issue: Record<string, unknown>) => issue["fingerprint"]);
  expect(new Set(prints).size).toBe(prints.length);
  for (const print of prints) expect(print).toMatch(/^[0-9a-f]{16}$/);
});

test("an empty list where there is nothing", () => {
  expect(renderCheckGitlab(cleanCheckReport, plainOptions)).toBe("[]\n");
});
