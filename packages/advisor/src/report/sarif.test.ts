import type { Log, Result, Run } from "sarif";
import { describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { renderSarif } from "./sarif.ts";
import { emptyReport, fullReport } from "./testing/reports.ts";

function runOf(report: Report): Run {
  const log: Log = JSON.parse(renderSarif(report));
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  const [run] = log.runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

function resultsOf(report: Report): readonly Result[] {
  return runOf(report).results ?? [];
}

describe("sarif report", () => {
  test("each result names its rule, level and object", () => {
    const run = runOf(fullReport);
    const rules = run.tool.driver.rules ?? [];
    const results = run.results ?? [];
    expect(results).toHaveLength(fullReport.findings.length);
    for (const [index, result] of results.entries()) {
      const finding = fullReport.findings[index];
      expect(rules[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
      expect(result.ruleId).toBe(finding?.code);
      expect(result.level).toBe(finding?.severity === "info" ? "note" : finding?.severity);
      expect(result.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName).toMatch(/\S\.\S/);
    }
    expect(results[0]?.locations?.[0]?.logicalLocations).toEqual([
      {
        name: "orders_customer_id_created_at_idx",
        fullyQualifiedName: "public.orders.orders_customer_id_created_at_idx",
        kind: "index",
      },
    ]);
    expect(
      results.find(({ ruleId }) => ruleId === "missing-primary-key")?.locations?.[0]
        ?.logicalLocations,
    ).toEqual([{ name: "audit.log", fullyQualifiedName: 'public."audit.log"', kind: "table" }]);
  });

  test("a result points to the line of code that sends most of its queries; the others are related", () => {
    const [missingIndex, other] = resultsOf(fullReport);
    expect(missingIndex?.locations?.map(({ physicalLocation }) => physicalLocation)).toEqual([
      {
        artifactLocation: { uri: "src/orders.ts", uriBaseId: "%SRCROOT%" },
        region: { startLine: 42, startColumn: 9 },
      },
    ]);
    expect(
      missingIndex?.relatedLocations?.map(({ id, physicalLocation, message }) => [
        id,
        physicalLocation?.artifactLocation,
        physicalLocation?.region?.startLine,
        message?.text,
      ]),
    ).toEqual([
      [
        1,
        { uri: "src/app%20%5Bold%5D/list%7C%60x%60%1B%5B2J.ts", uriBaseId: "%SRCROOT%" },
        7,
        "src/app \\[old\\]/list|`x`\\\\x1b\\[2J.ts:7",
      ],
      [2, { uri: "file:///srv/app/jobs/count.ts" }, 3, "/srv/app/jobs/count.ts:3 (Job.run)"],
    ]);
    expect(other?.locations?.[0]?.physicalLocation).toBeUndefined();
    expect(other?.relatedLocations).toBeUndefined();
  });

  test("rules are unique, and none claims an address", () => {
    const rules = runOf(emptyReport).tool.driver.rules ?? [];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.shortDescription?.text).not.toBe("");
      expect(rule.help?.text).toContain(`docs/findings/${rule.id}.md`);
      expect(rule.helpUri).toBeUndefined();
    }
  });

  test("an empty report has an empty list of results, which means that it ran", () => {
    expect(runOf(emptyReport).results).toEqual([]);
    expect(runOf(emptyReport).invocations).toEqual([
      {
        executionSuccessful: true,
        endTimeUtc: emptyReport.analyzedAt,
        toolExecutionNotifications: [],
      },
    ]);
  });

  test("what was not analysed is a warning of the run", () => {
    const notifications = runOf(fullReport).invocations?.[0]?.toolExecutionNotifications ?? [];
    expect(notifications.filter(({ level }) => level === "warning")).toHaveLength(6);
    expect(notifications.filter(({ level }) => level === "note")).toHaveLength(
      fullReport.notes.length,
    );
  });

  test("fingerprints differ between findings, and stay when numbers and neighbours change", () => {
    const prints = resultsOf(fullReport).map(
      ({ partialFingerprints }) => partialFingerprints?.["dbadviseFinding/v1"],
    );
    expect(new Set(prints).size).toBe(fullReport.findings.length);
    const later = {
      ...fullReport,
      findings: fullReport.findings.toReversed().map((finding) => ({
        ...finding,
        savedMsPerDay: 1,
        bytes: 2,
        message: "other words",
        confidence: "estimated" as const,
      })),
    };
    expect(
      resultsOf(later).map(
        ({ partialFingerprints }) => partialFingerprints?.["dbadviseFinding/v1"],
      ),
    ).toEqual(prints.toReversed());
  });

  test("a message can't make a link or a placeholder", () => {
    const text = resultsOf(fullReport)[1]?.message.text ?? "";
    expect(text).toContain(String.raw`\[here\](javascript:alert(1))`);
    expect(text).not.toMatch(/(?<!\\)[[\]]/);
    expect(text).not.toContain("\u001b");
    const notes = runOf({ ...emptyReport, notes: ["a {0} b"] }).invocations?.[0]
      ?.toolExecutionNotifications;
    expect(notes?.[0]?.message.text).toBe("a {{0}} b");
  });
});
