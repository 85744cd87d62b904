import { sortCost } from "../access-cost.ts";
import type { CostConstants } from "../cost-constants.ts";
import type { Block, Step, TableStep } from "../explain-tree.ts";
import type { AccessPath, PathFinder } from "./access-paths.ts";
import type { BlockKey, BlockTable, ModelBlock } from "./blocks.ts";

interface Placed {
  readonly one: BlockTable;
  readonly path: AccessPath;
  readonly buffered: boolean;
  /** Whether its rows are put into a temporary table, to be looked up there. */
  readonly materialized: boolean;
}

interface State {
  readonly placed: readonly Placed[];
  readonly cost: number;
  readonly rows: number;
  /** The same by the statistics alone. */
  readonly kept: number;
}

interface Finished extends State {
  /** Whether rows come in the order that is asked, or by which they are grouped. */
  readonly ordered: boolean;
  readonly total: number;
}

/** Up to as many tables all orders are tried. */
const ALL_ORDERS = 5;
/** Bytes of a row in the join buffer. */
const BUFFERED_ROW = 40;
/** Rows of a derived table with one value of a column. */
const SHARE_OF_DERIVED = 0.1;

/** The cheapest plan of a block, by what the server's constants say of it. */
export function planBlock(block: ModelBlock, finder: PathFinder, constants: CostConstants): Block {
  const derived = new Map<BlockTable, { readonly tree: Block; readonly rows: number }>();
  for (const one of block.tables) {
    if (one.derived === null) continue;
    const tree = planBlock(one.derived, finder, constants);
    derived.set(one, { tree, rows: rowsOf(one.derived, tree) });
  }
  const subqueries = block.subqueries.map(({ block: below, dependent, isTest }) => {
    const tree = planBlock(below, finder, constants);
    return { block: isTest && constants.product === "MariaDB" ? asLookup(tree) : tree, dependent };
  });
  const rest = { subqueries, conditions: [] };
  const union = block.union.map((one) => planBlock(one, finder, constants));
  if (block.tables.length === 0)
    return { steps: [], union, message: union.length > 0 ? null : "No tables used", ...rest };
  return { steps: stepsOf(search(block)), union, message: null, ...rest };

  function search(of: ModelBlock): Finished {
    let best: Finished | null = null;
    const visit = (state: State): void => {
      if (best !== null && state.cost >= best.total && of.limit === null) return;
      const names = new Set(state.placed.map(({ one }) => one.alias));
      const left = of.tables.filter(
        ({ alias, after }) => !names.has(alias) && after.every((name) => names.has(name)),
      );
      if (left.length === 0) {
        const done = finish(of, state);
        if (best === null || done.total < best.total) best = done;
        return;
      }
      const found = left
        .flatMap((one) => ways(one, state, names))
        .toSorted((a, b) => a.cost - b.cost);
      const all = of.tables.length <= ALL_ORDERS || state.placed.length === 0;
      for (const next of all ? found : found.slice(0, 1)) visit(next);
    };
    visit({ placed: [], cost: 0, rows: 1, kept: 1 });
    if (best === null) throw new Error("the tables can't be put in an order");
    return best;
  }

  /** The state with one more table: by the cheapest way, and where it is the first also by those in an order. */
  function ways(one: BlockTable, state: State, names: ReadonlySet<string>): readonly State[] {
    const isFirst = state.placed.length === 0;
    const paths =
      one.table === null ? [derivedPath(one, isFirst)] : finder.paths(one, block, names);
    const found = paths
      .filter(
        ({ type, covering }) => type !== "index" || covering || (isFirst && block.limit !== null),
      )
      .map((path) => joined(state, one, path));
    if (one.role === "semi" && one.table !== null && !isFirst)
      found.push(
        ...finder.paths(one, block, new Set()).map((path) => filledFirst(state, one, path)),
      );
    const cheapest = found.toSorted((a, b) => a.cost - b.cost).slice(0, 1);
    if (!isFirst) return cheapest;
    const keys = block.group !== null && block.group.length > 0 ? block.group : block.order;
    const inOrder =
      keys === null || keys.length === 0
        ? []
        : found.filter(({ placed }) => isOrdered(placed[0], keys));
    return [...new Set([...cheapest, ...inOrder])];
  }

  /** A semi join's table is read once, and looked up among its rows. */
  function filledFirst(state: State, one: BlockTable, path: AccessPath): State {
    const filled = path.rows * path.filtered;
    const filling = constants.temporaryTable + filled * constants.temporaryRow;
    const lookup = constants.temporaryRow + constants.row;
    return {
      ...state,
      placed: [...state.placed, { one, path, buffered: false, materialized: true }],
      cost: state.cost + path.cost + filling + state.rows * lookup,
    };
  }

  function joined(state: State, one: BlockTable, path: AccessPath): State {
    const reading = path.cost - path.rows * constants.row;
    const independent = ["ALL", "index", "range", "index_merge"].includes(path.type);
    const buffered = state.placed.length > 0 && independent && one.table !== null;
    const reads = buffered
      ? Math.max(1, Math.ceil((state.rows * BUFFERED_ROW) / constants.joinBuffer))
      : state.rows;
    const each = (out: number): number => {
      if (one.role === "semi") return state.placed.length === 0 ? out : Math.min(1, out);
      if (one.role === "anti") return 1;
      return one.role === "outer" ? Math.max(1, out) : out;
    };
    return {
      placed: [...state.placed, { one, path, buffered, materialized: false }],
      cost: state.cost + reads * reading + state.rows * path.rows * constants.row,
      rows: state.rows * each(path.rows * path.filtered),
      kept: state.kept * each(path.rows * path.kept),
    };
  }

  function derivedPath(one: BlockTable, isFirst: boolean): AccessPath {
    const rows = Math.max(1, derived.get(one)?.rows ?? 1);
    const isLookedUp =
      !isFirst && block.sargs.some(({ alias, isJoin }) => alias === one.alias && isJoin);
    const read = isLookedUp ? Math.max(1, rows * SHARE_OF_DERIVED) : rows;
    return {
      type: isLookedUp ? "ref" : "ALL",
      indexes: [],
      keyParts: [],
      ref: [],
      rows: read,
      filtered: 1,
      kept: 1,
      covering: false,
      ranges: 1,
      cost: read * (constants.temporaryRow + constants.row),
      fixed: 0,
    };
  }

  function isOrdered(first: Placed | undefined, keys: readonly BlockKey[]): boolean {
    return (
      first !== undefined && !first.buffered && finder.ordered(first.path, keys, first.one.alias)
    );
  }

  function finish(of: ModelBlock, state: State): Finished {
    const [first] = state.placed;
    const grouped = of.group === null || of.group.length > 0 || of.distinct;
    const keys = of.group !== null && of.group.length > 0 ? of.group : of.order;
    const buffers = state.placed.some(({ buffered }) => buffered);
    const ordered = keys !== null && (keys.length === 0 || (!buffers && isOrdered(first, keys)));
    const early = ordered && !grouped && !of.aggregate && of.limit !== null && keys.length > 0;
    const share = early ? Math.min(1, (of.limit ?? 0) / Math.max(state.kept, 1e-9)) : 1;
    const sorted =
      !ordered || (grouped && of.order !== null && of.order.length > 0 && !sameKeys(of));
    const work =
      (sorted ? sortCost(state.rows, constants) : 0) +
      (grouped && !ordered ? constants.temporaryTable + state.rows * constants.temporaryRow : 0);
    return { ...state, ordered, total: state.cost * share + work };
  }

  function stepsOf(plan: Finished): readonly Step[] {
    const { limit } = block;
    const grouped = block.group === null || block.group.length > 0 || block.distinct;
    const hasOrder = block.order === null || block.order.length > 0;
    const early = plan.ordered && hasOrder && !grouped && limit !== null;
    const tables = plan.placed.map(({ one, path, buffered, materialized }, at): TableStep => {
      const endsEarly = early && at === 0 && path.type === "index";
      const step: TableStep = {
        kind: "table",
        alias: one.alias,
        access: path.type,
        indexes:
          one.table === null && path.type === "ref"
            ? ["<auto_key0>"]
            : path.indexes.map(({ name }) => name),
        keyParts: path.keyParts,
        ref: path.ref,
        rows: endsEarly ? Math.min(path.rows, Math.max(1, limit)) : path.rows,
        filtered: path.filtered,
        covering: path.covering,
        buffered,
        conditions: [],
        notes: [
          ...(buffered ? ["join buffer"] : []),
          ...(one.role === "semi" || one.role === "anti" ? [`${one.role} join`] : []),
        ],
        filledBy: derived.get(one)?.tree ?? null,
      };
      return materialized ? lookedUp(step) : step;
    });
    let steps: readonly Step[] = tables;
    if (grouped && !plan.ordered) steps = [{ kind: "temporary table", conditions: [], steps }];
    const sorts = hasOrder && !(plan.ordered && (!grouped || sameKeys(block)));
    return sorts ? [{ kind: "sort", conditions: [], steps }] : steps;
  }

  function rowsOf(of: ModelBlock, tree: Block): number {
    const inner = (one: Block): number => {
      const parts = one.union.reduce((sum, below) => sum + inner(below), 0);
      return one.steps.length === 0 ? Math.max(1, parts) : parts + stepRows(one.steps);
    };
    if (of.aggregate) return 1;
    const rows = inner(tree);
    return of.limit === null ? rows : Math.min(rows, of.limit);
  }
}

/** MariaDB's words for a subquery that only asks whether a look-up finds a row. */
function asLookup(tree: Block): Block {
  const [step, ...others] = tree.steps;
  if (step?.kind !== "table" || others.length > 0) return tree;
  const access = { ref: "index_subquery", eq_ref: "unique_subquery" }[step.access];
  return access === undefined ? tree : { ...tree, steps: [{ ...step, access }] };
}

/** A look-up among the rows of a table that were put aside. */
function lookedUp(step: TableStep): TableStep {
  const inner = { steps: [step], union: [], subqueries: [], message: null, conditions: [] };
  return {
    ...step,
    alias: "<subquery>",
    access: "eq_ref",
    indexes: ["<auto_distinct_key>"],
    keyParts: [],
    ref: ["func"],
    rows: 1,
    filtered: 1,
    covering: false,
    notes: [],
    filledBy: { ...inner, steps: [{ ...step, notes: [] }] },
  };
}

function stepRows(steps: readonly Step[]): number {
  return steps.reduce(
    (rows, step) =>
      rows * (step.kind === "table" ? step.rows * step.filtered : stepRows(step.steps)),
    1,
  );
}

/** Whether rows that are grouped in order are also in the order that is asked. */
function sameKeys({ group, order }: ModelBlock): boolean {
  if (order === null || group === null) return false;
  return order.every(
    ({ alias, expression }, at) =>
      group[at]?.alias === alias && group[at].expression === expression,
  );
}
