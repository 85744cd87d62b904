import type { Session } from "../../engine.ts";
import { parse } from "../parse.ts";
import { repairPlaceholders } from "../placeholders.ts";
import { OWN_QUERY } from "../read-rows.ts";
import { type PlanNode, rootNode } from "../sandbox/explain-plan.ts";
import { sqlTokens } from "../sql-tokens.ts";

/** EXPLAIN plans a text with placeholders from this version on. */
const GENERIC_PLAN_SINCE = 160_000;

/** A text that can be asked a plan for: one statement that has one. */
export interface Plannable {
  readonly sql: string;
  /** Placeholders: their highest number. */
  readonly parameters: number;
}

/** Reads a text; a reason where it can't be planned. Of several statements all but the first would be run: refused. */
export async function plannable(text: string): Promise<Plannable | string> {
  const parsed = await parse(text);
  if (parsed.kind === "utility") return "a statement without a plan";
  if (parsed.kind === "error") return parsed.message;
  const sql = repairPlaceholders(text);
  const numbers = sqlTokens(sql).flatMap((token) =>
    token.kind === "parameter" ? [Number(token.text.slice(1))] : [],
  );
  return { sql, parameters: Math.max(0, ...numbers) };
}

/** Asks a server, inside a transaction, for the plan of a text; of one with placeholders for the plan that is kept for all values. */
export async function explainOnServer(
  session: Session,
  versionNumber: number,
  { sql, parameters }: Plannable,
): Promise<PlanNode> {
  if (parameters > 0 && versionNumber < GENERIC_PLAN_SINCE)
    return explainPrepared(session, sql, parameters);
  const options = parameters > 0 ? "format json, generic_plan" : "format json";
  return nodeOf(await session.query(`explain (${options}) ${OWN_QUERY} ${sql}`));
}

/** Older servers make the plan for all values only for a prepared statement; which values it is given then changes nothing. */
async function explainPrepared(
  session: Session,
  sql: string,
  parameters: number,
): Promise<PlanNode> {
  await session.query("set local plan_cache_mode = force_generic_plan");
  await session.query(`prepare dbadvise_plan as ${OWN_QUERY} ${sql}`);
  try {
    const nulls = Array.from({ length: parameters }, () => "null").join(", ");
    return nodeOf(
      await session.query(`explain (format json) ${OWN_QUERY} execute dbadvise_plan (${nulls})`),
    );
  } finally {
    // Prepared statements outlive the transaction, also one that failed: it is over then, and the session's next start clean.
    await session.query("rollback to savepoint dbadvise; deallocate dbadvise_plan");
  }
}

function nodeOf(rows: readonly Readonly<Record<string, unknown>>[]): PlanNode {
  const node = rootNode(rows[0]?.["QUERY PLAN"]);
  if (node === null) throw new Error("the planner gave no plan");
  return node;
}
