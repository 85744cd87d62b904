import { estimatedRows, type Table, tableKey } from "../catalog/catalog.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { TableUsage } from "../catalog/snapshot.ts";
import { countText } from "./drop-evidence.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { queriesOn } from "./replan.ts";

/** Statistics are late when more rows changed than this many times those at which the server should have looked anew. */
const LATE = 2;

/** Rows from which on the usual share of changed rows is too many before statistics are read anew. */
const LARGE_ROWS = 10_000_000;

/** Share of changed rows advised for large tables. */
const LARGE_SHARE = 0.02;

/** A table whose statistics were never read, or that changed much since: every plan on it rests on a wrong size or wrong values. */
export async function staleStatistics(context: FindingContext): Promise<readonly Finding[]> {
  const { catalog, nodes } = context.snapshot;
  const primary = nodes.find(({ role }) => role === "primary");
  const usage = new Map(primary?.tables.map((each) => [tableKey(each.table), each]));
  return catalog.tables.flatMap((table) => {
    if (table.kind === "foreign" || isSmallTable(table, catalog)) return [];
    const queries = queriesOn(table, context).length;
    if (isNeverAnalyzed(table, context)) return queries > 0 ? [never(table, queries, context)] : [];
    const counters = usage.get(tableKey(table));
    return counters !== undefined && isLate(counters)
      ? [late(table, counters, queries, context)]
      : [];
  });
}

/** No job of the server analyses a partitioned table itself, only its partitions. */
function isNeverAnalyzed(table: Table, { snapshot }: FindingContext): boolean {
  if (table.kind !== "partitioned") return table.rows < 0;
  return !snapshot.statistics.some(
    ({ relation, inherited }) => inherited && tableKey(relation) === tableKey(table),
  );
}

/** Where the server never looks by itself, somebody decided so. */
function isLate({ modifiedSinceAnalyze, analyzeThreshold }: TableUsage): boolean {
  return analyzeThreshold !== undefined && modifiedSinceAnalyze > LATE * analyzeThreshold;
}

function never(table: Table, queries: number, context: FindingContext): Finding {
  const reason =
    table.kind === "partitioned"
      ? "the server analyses partitions by itself, but never the partitioned table, whose statistics joins and groupings over all partitions need"
      : "the planner guesses its rows from the file's size, and every share of them by a constant";
  return finding(table, context, {
    message: `${table.schema}.${table.name} was never analysed, and ${countText(queries, "query", "queries")} of the workload use it: ${reason}.`,
    evidence: [
      {
        check: "statistics",
        verdict: "for",
        detail:
          table.kind === "partitioned"
            ? "there are no statistics over all partitions (or this role may not read them)"
            : "the catalog has no row count of it",
      },
    ],
    severity: "warning",
  });
}

function late(
  table: Table,
  { modifiedSinceAnalyze, analyzeThreshold = 0, lastAnalyze }: TableUsage,
  queries: number,
  context: FindingContext,
): Finding {
  const rows = Math.max(1, estimatedRows(table));
  const share = Math.round((modifiedSinceAnalyze / rows) * 100);
  const when =
    lastAnalyze === null
      ? "since the last ANALYZE"
      : `since the last ANALYZE on ${lastAnalyze.slice(0, 10)}`;
  return finding(table, context, {
    message: `${number(modifiedSinceAnalyze)} rows of ${table.schema}.${table.name} (${share} % of ${number(rows)}) changed ${when}; ${context.words.analyzer} should have looked at ${number(analyzeThreshold)}, and is late or held back.`,
    evidence: [
      {
        check: "changed-rows",
        verdict: "for",
        detail: `${number(modifiedSinceAnalyze)} rows changed, ${(modifiedSinceAnalyze / Math.max(1, analyzeThreshold)).toFixed(1)} times the number at which the server analyses the table`,
      },
      {
        check: "workload",
        verdict: queries > 0 ? "for" : "unknown",
        detail:
          queries > 0
            ? `${countText(queries, "query", "queries")} of the workload use it`
            : "no query of the workload uses it",
      },
    ],
    severity: queries > 0 ? "warning" : "info",
  });
}

function finding(
  table: Table,
  context: FindingContext,
  said: {
    readonly message: string;
    readonly evidence: readonly Evidence[];
    readonly severity: Finding["severity"];
  },
): Finding {
  const large = table.kind !== "partitioned" && estimatedRows(table) >= LARGE_ROWS;
  return {
    code: "stale-statistics",
    object: { type: "table", schema: table.schema, table: table.name, name: null, columns: [] },
    confidence: "verified",
    queries: [],
    bytes: null,
    savedMsPerDay: null,
    ddl: context.ddl.refreshStatistics(table, large ? LARGE_SHARE : null),
    planner: null,
    ...said,
  };
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
