import type { CandidateSet } from "../candidates/generate-candidates.ts";
import type { Digest } from "../digest/digest.ts";
import { type Finding, SEVERITIES } from "../findings/finding.ts";
import type { FindingContext } from "../findings/finding-context.ts";
import { findingNotes } from "../findings/finding-notes.ts";
import type { EventSource } from "../log/event-source.ts";
import type { SelectionLimits } from "../whatif/select-indexes.ts";
import type { IndexSelection } from "../whatif/select-indexes.ts";
import { reportedTables } from "./reported-tables.ts";
import { REPORT_VERSION, type Report } from "./report.ts";
import { selectionReport } from "./selection-report.ts";

export interface ReportParts {
  readonly context: FindingContext;
  /** Read to their end. */
  readonly sources: readonly EventSource[];
  readonly candidates: CandidateSet;
  readonly findings: readonly Finding[];
  readonly limits: SelectionLimits;
  /** Of the logs among the sources, without data. */
  readonly digest: Digest | undefined;
}

/** Puts what the stages found into one value: ordered, and with all that was left out and why. */
export function buildReport(parts: ReportParts): Report {
  const { context, sources, candidates, findings, limits, digest } = parts;
  const { snapshot, workload, planner, selection, now } = context;
  const times = workload.queries.map((query) => query.totalMs);
  const unread = sources.flatMap((source) => {
    const { unread: count, records, gaps = [] } = source.summary();
    const damaged = count === 0 ? [] : [`${count} of ${records + count} records could not be read`];
    return [...damaged, ...gaps].map((reason) => ({ object: source.name, reason }));
  });
  return {
    version: REPORT_VERSION,
    analyzedAt: now.toISOString(),
    server: {
      engine: snapshot.server.engine,
      product: snapshot.server.product ?? snapshot.server.engine,
      version: snapshot.server.version,
      database: snapshot.server.database,
      capturedAt: snapshot.capturedAt,
      nodes: snapshot.nodes.map((node) => node.node),
    },
    planner: planner === null ? null : { name: planner.name, calls: planner.calls() },
    workload: {
      sources: sources.map((source) => source.name),
      queries: workload.queries.length,
      calls: workload.queries.reduce((sum, query) => sum + query.calls, 0),
      totalMs: times.every((time) => time === undefined)
        ? undefined
        : times.reduce<number>((sum, time) => sum + (time ?? 0), 0),
      seconds: workload.seconds,
    },
    findings: findings.toSorted(byWorth),
    selection: selectionReport(selection, limits),
    tables: reportedTables(snapshot, workload, findings),
    notAnalyzed: {
      objects: [...snapshot.gaps, ...(planner?.gaps ?? []), ...unread],
      queries: [
        ...workload.skipped,
        ...(selection?.unplanned ?? []).map(({ query, reason }) => ({
          sql: query.sql,
          calls: query.calls,
          totalMs: query.totalMs,
          reason,
        })),
      ],
    },
    notes: [
      ...candidates.notes,
      ...findingNotes(context),
      ...refusalNotes(selection?.refused ?? []),
    ],
    ...(digest !== undefined && { digest }),
  };
}

/** One note for all candidates of a table that the planner refused for one reason. */
function refusalNotes(refused: IndexSelection["refused"]): readonly string[] {
  const groups = Map.groupBy(
    refused,
    ({ candidate: { table }, reason }) => `${table.schema}.${table.name}\0${reason}`,
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { table, keys } = first.candidate;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return [
      `no index was tried on ${table.schema}.${table.name} (${keys.map((key) => key.expression).join(", ")})${more}: ${first.reason}`,
    ];
  });
}

/** Time saved first; then what is graver; then by name, so that two runs give one order. */
function byWorth(a: Finding, b: Finding): number {
  return (
    (b.savedMsPerDay ?? 0) - (a.savedMsPerDay ?? 0) ||
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    a.code.localeCompare(b.code, "en") ||
    identity(a).localeCompare(identity(b), "en")
  );
}

function identity({ object }: Finding): string {
  return [object.schema, object.table, object.name ?? "", ...object.columns].join("\0");
}
