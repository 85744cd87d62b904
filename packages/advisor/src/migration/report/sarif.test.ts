import type { Log, Run } from "sarif";
import { expect, test } from "vitest";
import type { CheckReport } from "../check-report.ts";
import { renderCheckSarif } from "./sarif.ts";
import { cleanCheckReport, fullCheckReport, plainOptions } from "./testing/check-reports.ts";

function runOf(report: CheckReport, prefix = ""): Run {
  const log: Log = JSON.parse(renderCheckSarif(report, { ...plainOptions, prefix }));
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  return log.runs[0]!;
}

test("each result names its rule, level, lines and object", () => {
  const run = runOf(fullCheckReport);
  for (const result of run.results ?? [])
    expect(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
  const [first, , third] = run.results ?? [];
  expect(first?.level).toBe("error");
  expect(third?.level).toBe("note");
  expect(first?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: "db/migrations/20260302_status.sql", uriBaseId: "%SRCROOT%" },
        region: { startLine: 4, startColumn: 1, endLine: 5 },
      },
      logicalLocations: [
        { name: "status", fullyQualifiedName: "public.orders.status", kind: "column" },
      ],
    },
  ]);
});

test("paths begin at the repository's root", () => {
  const [first] = runOf(fullCheckReport, "services/api/").results ?? [];
  expect(first?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe(
    "services/api/db/migrations/20260302_status.sql",
  );
});

test("every rule has a page and claims no address", () => {
  const rules = runOf(cleanCheckReport).tool.driver.rules ?? [];
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.shortDescription?.text).toMatch(/\w/);
    expect(rule.help?.text).toContain(`docs/migrations/${rule.id}.md`);
    expect(rule.helpUri).toBeUndefined();
  }
});

test("silenced findings are suppressed, the others say that they are not", () => {
  const results = runOf(fullCheckReport).results ?? [];
  expect(results.map(({ suppressions }) => suppressions?.map(({ kind }) => kind))).toEqual([
    [],
    [],
    [],
    ["inSource"],
    ["external"],
  ]);
  expect(results[3]?.suppressions?.[0]?.justification).toBe("the table is empty, see #12");
});

test("fingerprints are the findings' own", () => {
  const prints = (runOf(fullCheckReport).results ?? []).map(
    ({ partialFingerprints }) => partialFingerprints?.["primaryLocationLineHash"],
  );
  expect(prints.slice(0, 3)).toEqual(fullCheckReport.findings.map((one) => one.fingerprint));
  expect(new Set(prints).size).toBe(prints.length);
});

test("a run with problems did not succeed, and says where", () => {
  const [invocation] = runOf(fullCheckReport).invocations ?? [];
  expect(invocation?.executionSuccessful).toBe(false);
  const told = invocation?.toolExecutionNotifications ?? [];
  expect(told.map(({ level }) => level)).toEqual(["error", "warning", "warning", "note"]);
  expect(told[0]?.locations?.[0]?.physicalLocation?.region?.startLine).toBe(3);
  expect(runOf(cleanCheckReport).invocations).toEqual([
    {
      executionSuccessful: true,
      endTimeUtc: cleanCheckReport.checkedAt,
      toolExecutionNotifications: [],
    },
  ]);
  expect(runOf(cleanCheckReport).results).toEqual([]);
});

test("a message can't make a link or a placeholder", () => {
  const text = runOf(fullCheckReport).results?.[2]?.message.text ?? "";
  expect(text).toContain(String.raw`\[here\](javascript:alert(1)) {{0}}`);
  expect(text).not.toMatch(/(?<!\\)[[\]]/);
});
