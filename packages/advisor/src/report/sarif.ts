import { createHash } from "node:crypto";
import type { Log, Notification, ReportingDescriptor, Result } from "sarif";
import type { Finding, FindingCode, Severity } from "../findings/finding.ts";
import { callSiteValue } from "./call-site.ts";
import { objectLabel, qualifiedName } from "./object-label.ts";
import { oneLine, safeJson } from "./printable.ts";
import type { Report } from "./report.ts";
import { sarifLocations } from "./sarif-locations.ts";
import { sarifText } from "./sarif-text.ts";

/** One rule for each finding code. Each has a page in docs/findings/. */
export const SARIF_RULES: Readonly<Record<FindingCode, string>> = {
  "bloated-index": "An index takes far more space than one that is built anew",
  "duplicate-index": "Two indexes of one table are the same",
  "invalid-index": "An index is left from a failed build: it costs writes and serves nothing",
  "misaligned-key-types": "Columns that are compared with one another are of different types",
  "missing-index": "An index would make queries of the workload cheaper",
  "missing-primary-key": "A table has no primary key",
  "missing-statistics": "The planner is wrong about columns whose values go together",
  "n-plus-one": "One request or job sends a query again and again where one query could do",
  "non-sargable-predicate": "A condition hides its column from every index on it",
  "offset-pagination": "Deep pages are found by counting rows from the first one",
  "outer-join-filtered": "A condition of WHERE makes an outer join an inner one",
  "redundant-index": "Another index serves all that an index serves",
  "sequence-near-limit": "A sequence comes near the last value that its column can hold",
  "skewed-query": "A query is fast for most of its values and slow for some",
  "stale-statistics": "The planner's statistics of a table are missing or out of date",
  "unindexed-foreign-key":
    "A foreign key has no index: changes of the referenced table read the whole table",
  "unused-index": "No query uses an index",
};

/** Severities in SARIF's words. */
export const SARIF_LEVELS: Readonly<Record<Severity, Result.level>> = {
  info: "note",
  warning: "warning",
  error: "error",
};

/**
 * SARIF 2.1.0: a result's location is the database object (`logicalLocations`) and, where a capture knows it, the line of
 * code that sends the queries. What was not analysed, and why nothing was found, are notifications of the run.
 */
export function renderSarif(report: Report): string {
  const codes = Object.keys(SARIF_RULES);
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "dbadvise",
            rules: Object.entries(SARIF_RULES).map(([id, text]) => rule(id, text)),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: report.analyzedAt,
            toolExecutionNotifications: notifications(report),
          },
        ],
        results: report.findings.map((finding) => result(finding, codes.indexOf(finding.code))),
        properties: {
          engine: report.server.engine,
          product: report.server.product,
          serverVersion: report.server.version,
          database: report.server.database,
          capturedAt: report.server.capturedAt,
          selection: report.selection,
        },
      },
    ],
  };
  return safeJson(log);
}

function rule(id: string, text: string): ReportingDescriptor {
  return {
    id,
    shortDescription: { text },
    help: { text: `${text}. Described in docs/findings/${id}.md.` },
  };
}

function result(finding: Finding, ruleIndex: number): Result {
  const { object } = finding;
  const name = object.name ?? (object.type === "column" ? object.columns.join(", ") : object.table);
  return {
    ruleId: finding.code,
    ruleIndex,
    level: SARIF_LEVELS[finding.severity],
    message: { text: sarifText(`${objectLabel(finding)}: ${finding.message}`) },
    ...sarifLocations(
      { name: oneLine(name), fullyQualifiedName: qualifiedName(finding), kind: object.type },
      finding.queries,
    ),
    partialFingerprints: { "dbadviseFinding/v1": identityOf(finding) },
    properties: {
      confidence: finding.confidence,
      savedMsPerDay: finding.savedMsPerDay,
      bytes: finding.bytes,
      planner: finding.planner,
      ddl: finding.ddl,
      evidence: finding.evidence,
      queries: finding.queries.map(
        ({ fingerprint, sql, calls, totalMs, callSites, costBefore, costAfter, rewrite }) => ({
          fingerprint,
          sql,
          calls,
          totalMs: totalMs ?? null,
          callSites: callSites.map(callSiteValue),
          costBefore,
          costAfter,
          rewrite,
        }),
      ),
    },
  };
}

/** The same for the same advice on the same object, whatever else the run found and however much it saves. */
function identityOf({ code, object }: Finding): string {
  const identity = JSON.stringify([
    code,
    object.type,
    object.schema,
    object.table,
    object.name,
    object.columns,
  ]);
  return createHash("sha256").update(identity).digest("hex");
}

function notifications({ notAnalyzed, notes }: Report): Notification[] {
  return [
    ...notAnalyzed.objects.map(({ object, reason }) =>
      notification("warning", `Not analysed: ${object}: ${reason}`),
    ),
    ...notAnalyzed.queries.map(({ sql, reason }) =>
      notification("warning", `Not analysed: ${sql}: ${reason}`),
    ),
    ...notes.map((note) => notification("note", note)),
  ];
}

function notification(level: Notification.level, text: string): Notification {
  return { level, message: { text: sarifText(text) } };
}
