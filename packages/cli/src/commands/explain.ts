import {
  analyze,
  DbadviseError,
  type Engine,
  type Finding,
  type ParsedText,
  type Plan,
  type Planner,
  type Query,
  type Snapshot,
  statementList,
} from "@dbadvise/advisor";
import type { PlannerSettings, Target } from "../resolve-settings.ts";
import { leaveWasmPlain } from "./leave-wasm-plain.ts";
import { openPlanning, type Planning } from "./open-planning.ts";
import { openTarget } from "./open-target.ts";

/** What is known of one statement. */
export interface Explanation {
  /** Name of the planner that answered. */
  readonly planner: string;
  /** As the database would run it now. */
  readonly plan: Plan;
  /** `missing-index` findings: together they give the plan after. */
  readonly findings: readonly Finding[];
  /** Why nothing is advised where that is known. */
  readonly notes: readonly string[];
}

/** `dbadvise explain`: plans one statement and looks for the indexes that it would profit from. */
export async function explainCommand(
  sql: string,
  settings: PlannerSettings & { readonly target: Target },
  progress: (message: string) => void,
): Promise<Explanation> {
  leaveWasmPlain();
  const opened = await openTarget(settings.target);
  const { engine } = opened;
  const planning = openPlanning(engine, settings.target, settings, progress);
  const parsed = await parseQuery(engine, sql);
  const snapshot = await opened.read({ statements: false, progress });
  return withPlanner(planning, snapshot, async (planner) => {
    const sample = parsed.sample();
    const query: Query = {
      fingerprint: parsed.fingerprint,
      sql: parsed.normalized,
      calls: 1,
      totalMs: undefined,
      rows: undefined,
      samples: sample === null ? [] : [{ sql: sample, durationMs: undefined }],
      sources: [],
      callSites: [],
      statement: parsed.describe(snapshot.catalog),
    };
    const now = await planner.plan(query, { add: [], hide: [] });
    if (!now.ok) {
      throw new DbadviseError(
        "bad-statement",
        `The statement can't be planned: ${now.reason}`,
        "Check its names against the database; a snapshot knows what was there when it was taken.",
      );
    }
    const report = await analyze({
      engine,
      snapshot,
      planner,
      sources: [statementList([sql], "the statement")],
      useSnapshotWorkload: false,
      progress,
    });
    return {
      planner: planner.name,
      plan: now.plan,
      findings: report.findings.filter((finding) => finding.code === "missing-index"),
      notes: report.notes,
    };
  });
}

/** The same planner makes the plan now and is asked for more: starting one takes seconds. */
async function withPlanner<T>(
  planning: Planning,
  snapshot: Snapshot,
  use: (planner: Planner) => Promise<T>,
): Promise<T> {
  try {
    const planner = await planning.create(snapshot);
    try {
      return await use(planner);
    } finally {
      await planner.close();
    }
  } finally {
    await planning.close();
  }
}

type ParsedQuery = Extract<ParsedText, { readonly kind: "query" }>;

async function parseQuery(engine: Engine, sql: string): Promise<ParsedQuery> {
  const parsed = await engine.parse(sql);
  if (parsed.kind === "error") {
    throw new DbadviseError(
      "bad-statement",
      `The statement can't be read: ${parsed.message}${parsed.position === undefined ? "" : place(sql, parsed.position)}`,
      `Give one complete statement in ${engine.name}'s SQL.`,
    );
  }
  if (parsed.kind === "utility") {
    throw new DbadviseError(
      "bad-statement",
      "The statement has no plan.",
      "Give a SELECT, INSERT, UPDATE, DELETE or MERGE.",
    );
  }
  return parsed;
}

/** Where an error is: line and column, the line itself, and a mark below the place. */
function place(sql: string, position: number): string {
  // Positions count code points, as Array.from does.
  const before = Array.from(sql).slice(0, position).join("").split("\n");
  const column = Array.from(before.at(-1) ?? "").length;
  const line = sql.split("\n")[before.length - 1] ?? "";
  return `, line ${before.length}, column ${column + 1}\n  ${line}\n  ${" ".repeat(column)}^`;
}
