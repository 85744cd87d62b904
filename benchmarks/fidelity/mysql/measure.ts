import type { Planner, Query, Snapshot } from "@dbadvise/advisor";
import type { Connection } from "mysql2/promise";
import { type Access, planOnServer, planWithIndex } from "./real-plan.ts";
import { indexOf, type Shape } from "./shapes.ts";

/** One planner's answer beside the server's. */
export interface Answer {
  readonly accesses: readonly Access[];
  /** Access types and indexes of all tables are the server's. */
  readonly same: boolean;
  /** Rows of all tables that are read the same way are within twice the server's. */
  readonly near: boolean;
  readonly lines: readonly string[];
}

export interface Measured {
  readonly shape: Shape;
  readonly before: readonly Access[];
  readonly real: readonly Access[];
  /** By planner, in their order: without the index, and with it. `size`: bytes by the server's. */
  readonly answers: readonly {
    readonly base: Answer;
    readonly whatIf: Answer;
    readonly size: number;
  }[];
}

const FACTOR = 2;

export async function measure(
  connection: Connection,
  planners: readonly Planner[],
  snapshot: Snapshot,
  shape: Shape,
  query: Query,
): Promise<Measured> {
  const candidate = indexOf(shape, snapshot.server.database);
  const before = await planOnServer(connection, shape);
  const { accesses: real, bytes } = await planWithIndex(connection, shape);
  const answers: Measured["answers"][number][] = [];
  for (const planner of planners) {
    const [proposal] = await planner.propose([candidate]);
    if (proposal?.accepted !== true) throw new Error(`${shape.name}: ${proposal?.reason}`);
    answers.push({
      base: await answer(planner, query, [], before),
      whatIf: await answer(planner, query, [candidate], real),
      size: proposal.bytes / bytes,
    });
  }
  return { shape, before, real, answers };
}

async function answer(
  planner: Planner,
  query: Query,
  add: Parameters<Planner["plan"]>[1]["add"],
  real: readonly Access[],
): Promise<Answer> {
  const [sample] = query.samples;
  const result = await planner.plan(query, { add, hide: [] }, sample);
  if (!result.ok) return { accesses: [], same: false, near: false, lines: [result.reason] };
  const { plan } = result;
  const added = new Set(plan.candidates);
  const accesses = (plan.accesses ?? []).map(({ table, type, index, rows }) => ({
    table: table.slice(table.indexOf(".") + 1),
    type,
    index: index !== null && added.has(index) ? "+" : index,
    rows,
  }));
  return { accesses, ...compare(accesses, real), lines: plan.lines };
}

/** Tables may be read in another order, and the same table more than once. */
function compare(
  answered: readonly Access[],
  real: readonly Access[],
): Pick<Answer, "near" | "same"> {
  const left = [...answered];
  let same = answered.length === real.length;
  let near = true;
  for (const wanted of real) {
    const alike = left.filter(
      ({ table, type, index }) =>
        table === wanted.table && type === wanted.type && index === wanted.index,
    );
    const ratio = ({ rows }: Access): number => Math.abs(Math.log(rows / wanted.rows));
    const [found] = alike.toSorted((a, b) => ratio(a) - ratio(b));
    if (found === undefined) {
      same = false;
      continue;
    }
    left.splice(left.indexOf(found), 1);
    near &&= ratio(found) <= Math.log(FACTOR) + 1e-9;
  }
  return { same, near: near && (same || left.length < answered.length) };
}

/** `orders ref + 120`: how a table is read. */
export function accessText({ table, type, index, rows }: Access): string {
  return `${table} ${type}${index === null ? "" : ` ${index}`} ${Math.round(rows)}`;
}
