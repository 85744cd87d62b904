import { readCost, type ReadIndex, type ReadTable, sortCost } from "./access-cost.ts";
import type { CostConstants } from "./cost-constants.ts";
import type { EarlyEnd } from "./early-end.ts";
import type { Block, Step, TableStep } from "./explain-tree.ts";

/** What a plan's tables and indexes are. */
export interface PlanFacts {
  /** `undefined` for a derived or temporary table. */
  table(step: TableStep): ReadTable | undefined;
  index(step: TableStep, name: string): ReadIndex | null;
  /** What ends the reading of the statement's only table early; `null` where nothing does, or where that is not known. */
  readonly early: EarlyEnd | null;
}

export interface Figures {
  readonly cost: number;
  /** Rows that come out. */
  readonly rows: number;
}

/** Cost and rows of each part of a plan. */
export interface PlanFigures {
  readonly total: Figures;
  readonly of: ReadonlyMap<Step | Block, Figures>;
}

/** Bytes of a row in a join buffer where nobody tells. */
const BUFFERED_ROW = 40;

/**
 * What a plan costs, by the server's own constants: what it reads, looks at and sorts, the queries inside it counted as often as they
 * run. The servers' totals leave out sorts, what LIMIT spares, unions, subqueries, and writes altogether: they only compare orders of a join.
 */
export function planCost(block: Block, facts: PlanFacts, constants: CostConstants): PlanFigures {
  const of = new Map<Step | Block, Figures>();
  const note = (part: Step | Block, figures: Figures): Figures => {
    of.set(part, figures);
    return figures;
  };

  const ofBlock = (one: Block): Figures => {
    const steps = ofSteps(one.steps, { cost: 0, rows: 1 });
    const union = one.union.map(ofBlock);
    const parts = [...union, ...(one.steps.length > 0 ? [steps] : [])];
    const rows = parts.reduce((sum, part) => sum + part.rows, one.message === null ? 0 : 1);
    let cost = parts.reduce((sum, part) => sum + part.cost, 0);
    for (const { block: below, dependent } of one.subqueries) {
      cost += ofBlock(below).cost * (dependent ? Math.max(1, rows) : 1);
    }
    return note(one, { cost, rows });
  };

  const ofSteps = (steps: readonly Step[], before: Figures): Figures =>
    steps.reduce((figures, step) => note(step, ofStep(step, figures)), before);

  const ofStep = (step: Step, before: Figures): Figures => {
    if (step.kind === "table") return ofTable(step, before);
    const inside = ofSteps(step.steps, before);
    const work =
      step.kind === "sort"
        ? sortCost(inside.rows, constants)
        : constants.temporaryTable + inside.rows * constants.temporaryRow;
    return { cost: inside.cost + work, rows: inside.rows };
  };

  const ofTable = (step: TableStep, before: Figures): Figures => {
    const filled = step.filledBy === null ? 0 : fillCost(step.filledBy);
    const table = facts.table(step);
    const [only, ...others] = block.steps;
    const ends = step === only && others.length === 0 && table !== undefined ? facts.early : null;
    const examined = ends === null ? examinedRows(step, table) : endedRows(step, table, ends);
    // The pages of a whole table are read as far as its rows are.
    const part =
      ends === null || step.access !== "ALL" ? 1 : examined / Math.max(1, table?.rows ?? 1);
    const each =
      table === undefined
        ? step.rows * constants.temporaryRow
        : ofAccess(step, table, examined) * part;
    const reads = step.buffered
      ? Math.max(1, Math.ceil((before.rows * BUFFERED_ROW) / constants.joinBuffer))
      : before.rows;
    return {
      cost: before.cost + filled + reads * each + before.rows * examined * constants.row,
      rows:
        ends === null
          ? before.rows * (examined > step.rows ? step.rows : step.rows * step.filtered)
          : Math.min(ends.rows, ends.share * (table?.rows ?? 0)),
    };
  };

  const ofAccess = (step: TableStep, table: ReadTable, rows: number): number => {
    const { access: type, covering } = step;
    const [name, ...others] = step.indexes;
    if (others.length > 0) {
      // Merged indexes give row ids, each row is then fetched.
      return (
        rows * constants.page(table.bytes, table.cached) +
        (1 + others.length) * constants.rangeStart
      );
    }
    const index = name === undefined ? null : facts.index(step, name);
    const constant = step.ref.length > 0 && step.ref.every((ref) => ref === "const");
    return readCost({ type, rows, covering, constant }, table, index, constants);
  };

  const fillCost = (below: Block): number => {
    const { cost, rows } = ofBlock(below);
    return cost + constants.temporaryTable + rows * constants.temporaryRow;
  };

  return { total: ofBlock(block), of };
}

/** Rows that are looked at until as many are found as are wanted: those that the conditions let through are spread evenly. */
function endedRows(
  { access, rows }: TableStep,
  table: ReadTable | undefined,
  { rows: wanted, share }: EarlyEnd,
): number {
  const all = table?.rows ?? rows;
  // Of a whole table or index servers print what LIMIT lets out, of a look-up all that it finds.
  const found = access === "index" || access === "ALL" ? all : rows;
  const passing = Math.min(1, (share * all) / Math.max(1, found));
  return Math.min(found, wanted / Math.max(passing, 1e-9));
}

/** Where LIMIT ends a read of an index, servers print the rows that it lets out: behind the conditions. */
function examinedRows({ access, rows, filtered }: TableStep, table: ReadTable | undefined): number {
  if (access !== "index" || table === undefined || rows >= table.rows * 0.9) return rows;
  return Math.min(table.rows, rows / Math.max(filtered, 1e-6));
}
