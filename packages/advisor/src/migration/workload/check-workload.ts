import type { Catalog } from "../../catalog/catalog.ts";
import type { ChangedSnapshot } from "../../catalog/changed-snapshot.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Engine } from "../../engine.ts";
import { countText } from "../../findings/drop-evidence.ts";
import { type FindingContext, serverContext } from "../../findings/finding-context.ts";
import { listText } from "../../findings/list-text.ts";
import type { EventSource } from "../../log/event-source.ts";
import type { Planner } from "../../whatif/planner.ts";
import { buildWorkload } from "../../workload/build-workload.ts";
import { snapshotSource } from "../../workload/snapshot-source.ts";
import type { Workload } from "../../workload/workload.ts";
import type { SourcePlace } from "../migration.ts";
import type { CheckedStatement } from "../migration-rule.ts";
import { comparePlans } from "./compare-plans.ts";
import { droppedInUse } from "./dropped-in-use.ts";
import { causeFinder } from "./find-cause.ts";
import { newDuplicateIndex } from "./new-duplicate-index.ts";
import type { SchemaPair } from "./new-indexes.ts";
import { newNPlusOne } from "./new-n-plus-one.ts";
import { type NewQueries, readNewQueries } from "./new-queries.ts";
import { newRedundantIndex, supersededNotes } from "./new-redundant-index.ts";
import { newSlowQuery } from "./new-slow-query.ts";
import { improvementNotes, planRegression } from "./plan-regression.ts";
import { touchedBy } from "./touched-tables.ts";
import type { WorkloadCheck, WorkloadFinding } from "./workload-check.ts";
import type { WriteDdl } from "./write-ddl.ts";

export interface CheckWorkloadOptions {
  readonly engine: Engine;
  /** Of production; `null`: only what the trial's schema tells is told. */
  readonly snapshot: Snapshot | null;
  /** Who plans production as it is; it is left open. Default: the engine's own planner, made for this check. */
  readonly planner?: Planner;
  /** Workload beside the snapshot's. Default none. */
  readonly sources?: readonly EventSource[];
  /** Queries that the change brings. Default none. */
  readonly newQueries?: readonly EventSource[];
  /** Of the changed migrations, in order. Those that take something back are passed over. */
  readonly statements: readonly CheckedStatement[];
  /** The trial's schema right before the changed migrations and after them; `null` without a trial. */
  readonly trial: { readonly before: Catalog; readonly after: Catalog } | null;
  readonly write: WriteDdl;
  readonly progress?: (message: string) => void;
  /** Default now. */
  readonly now?: Date;
}

export interface WorkloadVerdicts {
  readonly findings: readonly WorkloadFinding[];
  /** Queries of the workload that were planned before and after; `null` without a workload. */
  readonly coverage: { readonly planned: number; readonly skipped: number } | null;
  /** The workload that was looked at; `null` without a snapshot. */
  readonly workload: Workload | null;
  readonly notes: readonly string[];
  /** Statements that production's schema refuses: what they do to its queries is not known. */
  readonly notAnalyzed: readonly { readonly place: SourcePlace; readonly reason: string }[];
}

/**
 * What the change does to production's queries and indexes: the snapshot is planned as it is and as the change leaves it, with
 * its sizes and statistics held fixed. Without a snapshot, what the trial's schema tells of new indexes.
 * Throws `DbadviseError` `planner-failed` where no planner can be made.
 */
export async function checkWorkload(options: CheckWorkloadOptions): Promise<WorkloadVerdicts> {
  const { engine, snapshot, progress = () => {} } = options;
  const statements = options.statements.filter(({ direction }) => direction === "up");
  const ofTrial = (): SchemaPair | null =>
    options.trial === null ? null : { ...options.trial, changes: null, statements };
  if (snapshot === null) return withoutProduction(options, ofTrial());

  progress("reading production's workload");
  const workload = await buildWorkload(
    [...snapshotSource(snapshot), ...(options.sources ?? [])],
    engine.parse,
    snapshot.catalog,
    statisticsFinder(snapshot),
  );
  if (engine.changeSnapshot === undefined) {
    const rest = await withoutProduction(options, ofTrial());
    const note = `the workload was not planned: ${engine.name} has no planner that knows a change before it is made`;
    return { ...rest, workload, notes: [...rest.notes, note] };
  }
  const texts = statements.map(({ statement }) => statement.sql);
  const changed = await engine.changeSnapshot(snapshot, texts, progress);
  const planners: Planner[] = [];
  const causes = causeFinder(engine, snapshot, texts, progress);
  try {
    const open = async (of: Snapshot): Promise<Planner> => {
      const planner = await engine.createPlanner(of, progress);
      planners.push(planner);
      return planner;
    };
    const before = options.planner ?? (await open(snapshot));
    const after = changed.snapshot === snapshot ? before : await open(changed.snapshot);
    progress(`planning ${countText(workload.queries.length, "query", "queries")} before and after`);
    const comparison = await comparePlans(
      workload.queries,
      { before, after },
      touchedBy(snapshot, changed.snapshot),
    );
    return await verdicts(
      {
        engine,
        statements,
        before: snapshot,
        changed,
        workload,
        planner: { before, after },
        comparison,
        causes,
      },
      options,
      ofTrial(),
    );
  } finally {
    await causes.close();
    for (const planner of planners) await planner.close();
  }
}

async function verdicts(
  check: WorkloadCheck,
  options: CheckWorkloadOptions,
  trial: SchemaPair | null,
): Promise<WorkloadVerdicts> {
  const { engine, statements, before, changed, workload, planner, comparison } = check;
  const pair: SchemaPair = {
    before: before.catalog,
    after: changed.snapshot.catalog,
    changes: changed.changes,
    statements,
  };
  const context: FindingContext = {
    snapshot: changed.snapshot,
    workload,
    planner: planner.after,
    selection: null,
    ...serverContext(engine, changed.snapshot),
    now: options.now ?? new Date(),
  };
  const dropped = await droppedInUse(check);
  const indexes = [
    ...newDuplicateIndex(pair, before.nodes),
    ...(await newRedundantIndex(pair, context)),
  ];
  const onTrial = trial === null ? [] : await indexFindings(trial, null);
  const news = await readNewQueries(engine, options.newQueries ?? [], changed.snapshot);
  const slow = await newSlowQuery({
    engine,
    queries: news,
    known: new Set(workload.queries.map(({ fingerprint }) => fingerprint)),
    snapshot: changed.snapshot,
    planner: planner.after,
    write: options.write,
  });
  const failing = dropped.unexplained.length + comparison.skipped.length;
  return {
    findings: [
      ...dropped.findings,
      ...(await planRegression(check, dropped.queries)),
      ...withFurther(indexes, onTrial),
      ...slow.findings,
      ...(await newNPlusOne(news, context)),
    ],
    coverage:
      workload.queries.length + workload.skipped.length === 0
        ? null
        : {
            planned: comparison.queries.length - dropped.unexplained.length,
            skipped: failing + workload.skipped.length,
          },
    workload,
    notes: [
      ...changed.notes,
      ...(workload.queries.length === 0
        ? ["no workload: whether queries use what the change touches is not known (`--log`)"]
        : []),
      ...unplannedNotes("of the workload", [
        ...comparison.skipped,
        ...dropped.unexplained.map(({ query, reason }) => ({ query: query.query, reason })),
      ]),
      ...unplannedNotes("of the change", slow.unplanned),
      ...gapNotes(planner.before, planner.after),
      ...newQueryNotes(news, options),
      ...improvementNotes(check),
      ...supersededNotes(pair),
    ],
    notAnalyzed: refused(changed, statements),
  };
}

async function withoutProduction(
  options: CheckWorkloadOptions,
  trial: SchemaPair | null,
): Promise<WorkloadVerdicts> {
  const { engine, newQueries = [] } = options;
  const snapshot = {
    catalog: trial?.after ?? { tables: [], views: [], searchPath: [] },
    statistics: [],
  };
  const news = await readNewQueries(engine, newQueries, snapshot);
  const repeated = await newNPlusOne(news, {
    snapshot: { ...EMPTY_SNAPSHOT, ...snapshot },
    planner: null,
    selection: null,
    ...serverContext(engine, { ...EMPTY_SNAPSHOT, ...snapshot }),
    now: options.now ?? new Date(),
  });
  return {
    findings: [...(trial === null ? [] : await indexFindings(trial, null)), ...repeated],
    coverage: null,
    workload: null,
    notes: [
      ...(newQueries.length > 0
        ? [
            "new queries were not planned: how big the tables are that they read, only a snapshot tells (`--snapshot`)",
          ]
        : []),
      ...(trial === null && (news.workload.repeated ?? []).length > 0
        ? [
            "queries that the capture counts again and again were not judged: neither a snapshot nor a trial says which tables there are",
          ]
        : []),
      ...newQueryNotes(news, options),
    ],
    notAnalyzed: [],
  };
}

async function indexFindings(
  pair: SchemaPair,
  context: FindingContext | null,
): Promise<readonly WorkloadFinding[]> {
  return [...newDuplicateIndex(pair, []), ...(await newRedundantIndex(pair, context))];
}

/** Findings on the trial's schema where production's has none on the index: it may not be as far as the history. */
function withFurther(
  findings: readonly WorkloadFinding[],
  further: readonly WorkloadFinding[],
): readonly WorkloadFinding[] {
  const keyOf = ({ object }: WorkloadFinding): string =>
    JSON.stringify([object.schema, object.table, object.name]);
  const known = new Set(findings.map(keyOf));
  return [
    ...findings,
    // What the workload's plans need, the trial knows nothing of.
    ...further.filter((each) => each.code === "new-duplicate-index" && !known.has(keyOf(each))),
  ];
}

function refused(
  { failed }: ChangedSnapshot,
  statements: readonly CheckedStatement[],
): WorkloadVerdicts["notAnalyzed"] {
  return failed.flatMap(({ position, reason }) => {
    const checked = statements[position];
    return checked === undefined
      ? []
      : [
          {
            place: checked.statement.place,
            reason: `production's schema, by the snapshot, refuses it (${reason}): what it does to production's queries is not known`,
          },
        ];
  });
}

function unplannedNotes(
  which: string,
  unplanned: readonly { readonly query: { readonly sql: string }; readonly reason: string }[],
): readonly string[] {
  const [first] = unplanned;
  if (first === undefined) return [];
  const reasons = [...new Set(unplanned.map(({ reason }) => reason))];
  return [
    `${countText(unplanned.length, "query", "queries")} ${which} could not be planned: ${listText(reasons, 3)}`,
  ];
}

/** What the planner lacks only after the change. */
function gapNotes(before: Planner, after: Planner): readonly string[] {
  const known = new Set(before.gaps.map(({ object, reason }) => `${object}\0${reason}`));
  return after.gaps
    .filter(({ object, reason }) => !known.has(`${object}\0${reason}`))
    .map(({ object, reason }) => `${object} could not be planned with after the change: ${reason}`);
}

function newQueryNotes(
  { workload }: NewQueries,
  { newQueries = [] }: CheckWorkloadOptions,
): readonly string[] {
  const unread = newQueries.reduce((sum, source) => sum + source.summary().unread, 0);
  const skipped = workload.skipped.map(({ reason }) => reason);
  return [
    ...(unread > 0
      ? [`${countText(unread, "record")} of the change's queries could not be read`]
      : []),
    ...(skipped.length > 0
      ? [
          `${countText(skipped.length, "query", "queries")} of the change could not be read: ${listText([...new Set(skipped)], 3)}`,
        ]
      : []),
  ];
}

const EMPTY_SNAPSHOT = {
  format: "dbadvise-snapshot",
  version: 1,
  capturedAt: new Date(0).toISOString(),
  server: { engine: "", version: "", versionNumber: 0, database: "" },
  values: false,
  settings: {},
  prelude: [],
  extendedStatistics: [],
  nodes: [],
  workload: null,
  gaps: [],
} as const satisfies Omit<Snapshot, "catalog" | "statistics">;
