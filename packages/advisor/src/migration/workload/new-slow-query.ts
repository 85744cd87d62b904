import { generateCandidates } from "../../candidates/generate-candidates.ts";
import { estimatedRows, type Table } from "../../catalog/catalog.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Engine } from "../../engine.ts";
import { countText, factorText } from "../../findings/drop-evidence.ts";
import { type FindingContext, serverContext } from "../../findings/finding-context.ts";
import { sizeText } from "../../findings/size-text.ts";
import type { Plan } from "../../whatif/plan.ts";
import { planAsSeen } from "../../whatif/plan-as-seen.ts";
import type { Planner } from "../../whatif/planner.ts";
import { type IndexSelection, selectIndexes } from "../../whatif/select-indexes.ts";
import type { Query } from "../../workload/workload.ts";
import { AS_IT_IS } from "./compare-plans.ts";
import type { NewQueries } from "./new-queries.ts";
import { impactOf } from "./query-impact.ts";
import type { WorkloadFinding } from "./workload-check.ts";
import type { WriteDdl } from "./write-ddl.ts";

/** Rows from which a table is too big to be read from end to end for one query. */
export const BIG_TABLE_ROWS = 100_000;

/** Size from which it is, however few its rows are: 64 MB. */
export const BIG_TABLE_BYTES: number = 64 * 1024 * 1024;

const PAGE_BYTES = 8192;

/** A plan that costs less than this share of the table's pages stops early: a LIMIT ends it. */
const READ_SHARE = 0.5;

export interface NewSlowQueryOptions {
  readonly engine: Engine;
  readonly queries: NewQueries;
  /** Shapes that the workload has already. */
  readonly known: ReadonlySet<string>;
  /** Production as the change leaves it, and its planner. */
  readonly snapshot: Snapshot;
  readonly planner: Planner;
  readonly write: WriteDdl;
}

export interface NewSlowQueries {
  readonly findings: readonly WorkloadFinding[];
  /** New queries that can't be planned, and why. */
  readonly unplanned: readonly { readonly query: Query; readonly reason: string }[];
}

/** Queries that come with the change and read a big table from end to end, with the index that spares it. */
export async function newSlowQuery(options: NewSlowQueryOptions): Promise<NewSlowQueries> {
  const { queries, known, snapshot, planner, engine } = options;
  const unplanned: { query: Query; reason: string }[] = [];
  const slow: Slow[] = [];
  for (const query of queries.workload.queries) {
    if (known.has(query.fingerprint)) continue;
    const result = await planAsSeen(planner, query, AS_IT_IS);
    if (!result.ok) unplanned.push({ query, reason: result.reason });
    else {
      const scanned = bigScans(result.plan, snapshot);
      if (scanned !== null) slow.push({ query, plan: result.plan, scanned });
    }
  }
  if (slow.length === 0) return { findings: [], unplanned };
  const own = slow.map(({ query }) => query);
  const server = serverContext(engine, snapshot);
  const selection = await selectIndexes(planner, own, generateCandidates(own, snapshot, server));
  return {
    findings: slow.map((each) => finding(each, selection, server, options)),
    unplanned,
  };
}

interface Scanned {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

interface Slow {
  readonly query: Query;
  readonly plan: Plan;
  /** The biggest table that is read; partitions of one table count as one. */
  readonly scanned: Scanned;
}

function bigScans({ scans, cost }: Plan, { catalog }: Snapshot): Scanned | null {
  const found = new Map<string, Scanned>();
  for (const table of catalog.tables) {
    const name = `${table.schema}.${table.name}`;
    if (!scans.includes(name)) continue;
    const root = rootOf(table);
    const before = found.get(root);
    found.set(root, {
      name: root,
      rows: (before?.rows ?? 0) + Math.max(0, estimatedRows(table)),
      bytes: (before?.bytes ?? 0) + table.currentPages * PAGE_BYTES,
    });
  }
  const big = [...found.values()]
    .filter(({ rows, bytes }) => rows >= BIG_TABLE_ROWS || bytes >= BIG_TABLE_BYTES)
    .filter(({ bytes }) => cost >= (READ_SHARE * bytes) / PAGE_BYTES)
    .toSorted((a, b) => b.bytes - a.bytes);
  return big[0] ?? null;
}

function rootOf({ schema, name, partitionOf }: Table): string {
  return partitionOf === null
    ? `${schema}.${name}`
    : `${partitionOf.parent.schema}.${partitionOf.parent.name}`;
}

function finding(
  { query, plan, scanned }: Slow,
  selection: IndexSelection,
  { ddl: writer, nameIndex }: Pick<FindingContext, "ddl" | "nameIndex">,
  { queries, snapshot, planner, write }: NewSlowQueryOptions,
): WorkloadFinding {
  const helping = selection.chosen.filter(({ without }) =>
    without.some(({ fingerprint }) => fingerprint === query.fingerprint),
  );
  const planned = selection.planned.find((each) => each.query.fingerprint === query.fingerprint);
  const after = helping.length === 0 || planned === undefined ? plan : planned.after;
  const ddl = helping.map(({ candidate }) =>
    writer.createIndex(candidate, nameIndex(candidate), snapshot.catalog),
  );
  const place = queries.placeOf(query);
  const table = query.statement.tables.find(
    (use) => `${use.table.schema}.${use.table.name}` === scanned.name,
  )?.table;
  const written =
    ddl.length === 0
      ? null
      : write({
          apply: ddl.flatMap(({ apply }) => apply),
          // What was made last is taken back first.
          undo: ddl.toReversed().flatMap(({ undo }) => undo),
        });
  return {
    code: "new-slow-query",
    severity: "warning",
    basis: "measured",
    place,
    migration: place.file,
    statement: query.sql,
    object: {
      type: "table",
      schema: table?.schema ?? "",
      table: table?.name ?? scanned.name,
      name: null,
      columns: [],
    },
    message: `A new query reads ${scanned.name} from end to end: about ${Math.round(scanned.rows).toLocaleString("en-US")} rows, ${sizeText(scanned.bytes)}.`,
    evidence: [
      {
        check: "plan",
        verdict: "for",
        detail: `planned by ${planner.name} with production's sizes and statistics, after the change: an estimated cost of ${Math.round(plan.cost).toLocaleString("en-US")}`,
      },
      {
        check: "workload",
        verdict: "for",
        detail: "no query of this shape is in the workload",
      },
    ],
    advice:
      written === null
        ? "No index was found that spares it: ask for fewer rows, or keep it out of requests that somebody waits for."
        : `With ${countText(ddl.length, "index", "indexes")} more it would cost ${factorText(plan.cost / after.cost)} times less, by estimate: create ${ddl.length === 1 ? "it" : "them"} before the query is deployed.${written.note}`,
    alternative: written?.files ?? [],
    queries: [impactOf(query, plan, { ok: true, plan: after })],
  };
}
