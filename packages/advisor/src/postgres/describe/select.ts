import type { Node, SelectStmt, WindowDef } from "libpg-query";
import { withCommonTables } from "./common-tables.ts";
import { describeCondition } from "./condition.ts";
import { describeFromItem } from "./from-item.ts";
import {
  childScope,
  type DescribeContext,
  limitReach,
  type Origin,
  type Output,
  type OutputsRead,
  type Reach,
  type Relation,
  type RelationColumn,
  type Scope,
} from "./model.ts";
import { nameParts, walkNodes, withoutCasts } from "./node-parts.ts";
import { readColumn, readColumns } from "./read-columns.ts";
import { resolveColumn } from "./resolve-column.ts";
import {
  ascendingKey,
  assignGroup,
  assignNearest,
  assignOrder,
  extremeKey,
  groupNodes,
  sortKeys,
  type Target,
  windowKeys,
} from "./sort-keys.ts";
import { functionName, isAggregate, trace } from "./trace.ts";

/** Describes one SELECT; `level` is its own, empty level. */
export function describeSelect(select: SelectStmt, level: Scope, read: OutputsRead): Output {
  const scope = withCommonTables(select.withClause, level);
  const output =
    select.op !== undefined && select.op !== "SETOP_NONE"
      ? describeSetOperation(select, scope, read)
      : select.valuesLists === undefined
        ? describeLevel(select, scope, read)
        : describeValues(select, scope);
  readColumns([select.limitCount, select.limitOffset], scope);
  if (!hasLimit(select)) {
    return select.limitOffset === undefined ? output : stopAt(output);
  }
  for (const use of output.uses) use.limited = true;
  return stopAt(output);
}

function stopAt(output: Output): Output {
  return { ...limitReach(output, () => "none"), uses: [] };
}

/** Whether each row of the result is one row of the one table in FROM: its conditions alone decide how many there are. */
export function givesPlainRows(select: SelectStmt, { names }: DescribeContext): boolean {
  const [item, ...more] = select.fromClause ?? [];
  if (item === undefined || !("RangeVar" in item) || more.length > 0) return false;
  const { schemaname, relname = "" } = item.RangeVar;
  if (names.find(schemaname, relname).kind !== "table") return false;
  const rearranged = [
    select.withClause,
    select.groupClause,
    select.havingClause,
    select.distinctClause,
    select.limitCount,
    select.limitOffset,
    select.valuesLists,
    select.larg,
  ];
  if (rearranged.some((part) => part !== undefined)) return false;
  const targets = targetList(select.targetList);
  return !hasAggregate(targets, select.sortClause) && !targets.some(repeatsRows);
}

/** A call that may return a set in the outputs multiplies the rows; these are the ones that do it by themselves. */
function repeatsRows({ node }: Target): boolean {
  let found = false;
  walkNodes(node, (part) => {
    found ||=
      /^(?:unnest|generate_|jsonb?_(?:array_elements|each|object_keys|path_query$|to_recordset|populate_recordset)|regexp_(?:matches|split_to_table)|string_to_table)/.test(
        functionName(part) ?? "",
      );
    return !("SubLink" in part);
  });
  return found;
}

function hasLimit(select: SelectStmt): boolean {
  const count = select.limitCount;
  return count !== undefined && !("A_Const" in count && count.A_Const.isnull === true);
}

function describeValues(select: SelectStmt, scope: Scope): Output {
  readColumns(select.valuesLists, scope);
  const [row] = select.valuesLists ?? [];
  const items = row !== undefined && "List" in row ? (row.List.items ?? []) : [];
  return {
    columns: items.map((_, at) => ({ name: `column${at + 1}`, origins: [] })),
    open: false,
    uses: [],
  };
}

/** UNION, INTERSECT, EXCEPT: conditions and, without removal of duplicates, orders reach every branch. */
function describeSetOperation(select: SelectStmt, scope: Scope, read: OutputsRead): Output {
  const everyColumn = select.op === "SETOP_UNION" && select.all === true;
  const branches = [select.larg, select.rarg].map((branch): Output => {
    const level = { ...childScope(scope, { columns: scope.parent }), outer: scope.outer };
    const inner = { ...level, correlation: scope.correlation };
    return branch === undefined
      ? { columns: [], open: true, uses: [] }
      : describeSelect(branch, inner, everyColumn ? read : "all");
  });
  const [left, right] = branches;
  const columns: readonly RelationColumn[] = (left?.columns ?? []).map((column, at) => ({
    name: column.name,
    origins: [...column.origins, ...(right?.columns[at]?.origins ?? [])],
  }));
  const output: Output = {
    columns,
    open: branches.some((branch) => branch.open),
    uses: branches.flatMap((branch) => branch.uses),
  };
  const relation: Relation = { ...output, alias: null, schema: null };
  const ordered: Scope = { ...scope, relations: [relation] };
  const targets = columns.map((column): Target => ({
    name: column.name,
    node: { ColumnRef: { fields: [{ String: { sval: column.name } }] } },
  }));
  readColumns(select.sortClause, ordered);
  if (everyColumn) assignOrder(sortKeys(select.sortClause, targets), ordered);
  return everyColumn ? output : limitReach(output, () => "filter");
}

/** One level of SELECT ... FROM. */
function describeLevel(select: SelectStmt, scope: Scope, read: OutputsRead): Output {
  for (const item of select.fromClause ?? []) describeFromItem(item, scope);
  describeCondition(select.whereClause, scope);
  const targets = targetList(select.targetList);
  const group = groupNodes(select.groupClause, targets, scope);
  const windows = windowsOf(select);
  const grouped =
    group.length > 0 ||
    select.havingClause !== undefined ||
    hasAggregate(targets, select.sortClause);
  const distinct = select.distinctClause;
  const distinctOn = (distinct ?? []).filter((node) => Object.keys(node).length > 0);

  if (grouped) readColumns(group, scope);
  describeCondition(select.havingClause, scope);
  for (const node of [select.sortClause, select.windowClause, distinctOn])
    readSortColumns(node, targets, scope);

  orderLevel({ select, scope, targets, windows, distinctOn, grouped });
  if (group.length > 0 || (distinct !== undefined && distinctOn.length === 0)) {
    assignGroup(group.length > 0 ? group : targets.map((target) => target.node), scope);
  }

  const all = read === "all" || (distinct !== undefined && distinctOn.length === 0);
  const output = readOutputs(select.targetList ?? [], scope, all ? "all" : read);
  const stops = windows.length > 0 || distinctOn.length > 0;
  if (!stops && !grouped && distinct === undefined) {
    return { ...output, uses: scope.relations.flatMap((relation) => relation.uses) };
  }
  const limited = limitReach(output, keptReach(windows, distinctOn, grouped ? group : null, scope));
  return { ...limited, uses: scope.relations.flatMap((relation) => relation.uses) };
}

function targetList(list: readonly Node[] | undefined): readonly Target[] {
  return (list ?? []).flatMap((node) =>
    "ResTarget" in node && node.ResTarget.val !== undefined
      ? [{ name: outputName(node.ResTarget.name, node.ResTarget.val), node: node.ResTarget.val }]
      : [],
  );
}

/** The name of an output without AS: of its column or function. */
function outputName(alias: string | undefined, node: Node): string | null {
  if (alias !== undefined) return alias;
  const inner = withoutCasts(node);
  if ("ColumnRef" in inner) return nameParts(inner.ColumnRef.fields).at(-1) ?? null;
  if ("CoalesceExpr" in inner) return "coalesce";
  return functionName(inner);
}

function hasAggregate(targets: readonly Target[], sort: readonly Node[] | undefined): boolean {
  let found = false;
  walkNodes([targets.map((target) => target.node), sort], (node) => {
    if ("FuncCall" in node && node.FuncCall.over === undefined && isAggregate(node)) found = true;
    return !("SubLink" in node);
  });
  return found;
}

function windowsOf(select: SelectStmt): readonly WindowDef[] {
  const windows: WindowDef[] = [];
  walkNodes([select.targetList, select.sortClause], (node) => {
    if ("FuncCall" in node && node.FuncCall.over !== undefined) windows.push(node.FuncCall.over);
    return !("SubLink" in node);
  });
  return windows;
}

/** ORDER BY may name an output: that one's columns are read with the outputs. */
function readSortColumns(
  nodes: readonly Node[] | undefined,
  targets: readonly Target[],
  scope: Scope,
): void {
  for (const node of nodes ?? []) {
    const inner = "SortBy" in node ? node.SortBy.node : node;
    const [name, ...more] =
      inner !== undefined && "ColumnRef" in inner ? nameParts(inner.ColumnRef.fields) : [];
    const output = more.length === 0 && targets.some((target) => target.name === name);
    if (!output || name === undefined) readColumns(node, scope);
    else readColumns(targets.find((target) => target.name === name)?.node, scope);
  }
}

interface Level {
  readonly select: SelectStmt;
  readonly scope: Scope;
  readonly targets: readonly Target[];
  readonly windows: readonly WindowDef[];
  readonly distinctOn: readonly Node[];
  readonly grouped: boolean;
}

/** The order that the level's tables are best read in: windows sort first, then DISTINCT ON and ORDER BY. */
function orderLevel({ select, scope, targets, windows, distinctOn, grouped }: Level): void {
  const keys = sortKeys(select.sortClause, targets);
  const [window] = windows;
  if (grouped) {
    const plain = keys.every((key) => trace(key.node, scope).every((one) => one.column !== null));
    const extreme = select.groupClause === undefined ? extremeKey(targets) : null;
    if (extreme !== null) assignOrder([extreme], scope);
    else if (plain && select.groupClause !== undefined) assignOrder(keys, scope);
    return;
  }
  if (window !== undefined) assignOrder(windowKeys(window, select.windowClause), scope);
  assignNearest(keys, scope);
  if (keys.length > 0) assignOrder(keys, scope);
  else assignOrder(distinctOn.map(ascendingKey), scope);
}

/** Marks what the outputs read, and says where each comes from. */
function readOutputs(list: readonly Node[], scope: Scope, read: OutputsRead): Output {
  const columns: RelationColumn[] = [];
  let open = false;
  for (const node of list) {
    const target = "ResTarget" in node ? node.ResTarget : undefined;
    if (target?.val === undefined) continue;
    const reference = "ColumnRef" in target.val ? nameParts(target.val.ColumnRef.fields) : null;
    if (reference?.at(-1) === "*") {
      const star = starOutput(reference, scope);
      columns.push(...star.columns);
      open ||= star.open;
      if (read === "all") readColumns(target.val, scope);
      continue;
    }
    const name = outputName(target.name, target.val) ?? "?column?";
    const column = { name, origins: originsOf(target.val, scope) };
    columns.push(column);
    if (reference === null || read === "all") readColumns(target.val, scope);
    if (read === "all") readColumn(column);
  }
  return { columns, open, uses: [] };
}

function starOutput(reference: readonly string[], scope: Scope): Output {
  const found = reference.length === 1 ? null : resolveColumn(reference, scope);
  if (found?.kind === "row") return found.relation;
  return {
    columns: scope.relations.flatMap((relation) => relation.columns),
    open: scope.relations.some((relation) => relation.open),
    uses: [],
  };
}

function originsOf(node: Node, scope: Scope): readonly Origin[] {
  if ("ColumnRef" in node) {
    const found = resolveColumn(nameParts(node.ColumnRef.fields), scope);
    return found?.kind === "column" ? found.origins : [];
  }
  return [{ kind: "expression", node, scope, reach: "all" }];
}

/** What conditions from outside still reach: grouping and partition columns, as filters. */
function keptReach(
  windows: readonly WindowDef[],
  distinctOn: readonly Node[],
  group: readonly Node[] | null,
  scope: Scope,
): (origin: Origin) => Reach {
  const keys = [
    ...windows.map((window) => window.partitionClause ?? []),
    ...(distinctOn.length > 0 ? [distinctOn] : []),
    ...(group === null ? [] : [group]),
  ].map((nodes) => nodes.flatMap((node) => trace(node, scope)));
  return (origin) =>
    origin.kind === "column" &&
    keys.every((traced) =>
      traced.some((one) => one.column === origin.column && one.uses.has(origin.use)),
    )
      ? "filter"
      : "none";
}
