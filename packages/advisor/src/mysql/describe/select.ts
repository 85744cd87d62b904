import { walkExpression } from "../syntax/walk.ts";
import type {
  Expression,
  Query,
  Select,
  SelectItem,
  SetOperation,
  Values,
} from "../syntax/tree.ts";
import { withCommonTables } from "./common-tables.ts";
import { describeCondition } from "./condition.ts";
import { describeFromItem } from "./from-item.ts";
import { isAggregate } from "./functions.ts";
import {
  childScope,
  limitReach,
  type Origin,
  type Output,
  type OutputsRead,
  type Reach,
  type RelationColumn,
  type Scope,
} from "./model.ts";
import { readColumns } from "./read-columns.ts";
import { resolveColumn } from "./resolve-column.ts";
import {
  assignGroup,
  assignOrder,
  extremeKey,
  groupNodes,
  namedOutput,
  sortKeys,
  type Target,
} from "./sort-keys.ts";
import { trace } from "./trace.ts";

/** Describes one query; `level` is its own, empty level. */
export function describeQuery(query: Query, level: Scope, read: OutputsRead): Output {
  const scope = withCommonTables(query.with, level);
  const output = describeBody(query, scope, read);
  const { limit } = query;
  if (limit === null) return output;
  readColumns(limit.count, scope);
  readColumns(limit.offset, scope);
  if (limit.count !== null) for (const use of output.uses) use.limited = true;
  return { ...limitReach(output, () => "none"), uses: [] };
}

function describeBody(query: Query, scope: Scope, read: OutputsRead): Output {
  const { body } = query;
  switch (body.kind) {
    case "select":
      return describeSelect(body, query.orderBy, scope, read);
    case "set":
      return describeSetOperation(body, scope, read);
    case "values":
      return describeValues(body, scope);
    case "query":
      // What stands outside the parentheses sorts their result.
      return describeQuery(body, scope, read);
  }
}

function describeValues({ rows }: Values, scope: Scope): Output {
  for (const row of rows) for (const item of row) readColumns(item, scope);
  const columns = (rows[0] ?? []).map((_, at) => ({ name: `column_${at}`, origins: [] }));
  return { columns, open: false, uses: [] };
}

/** UNION, INTERSECT, EXCEPT: conditions from outside reach every branch; an order is that of the whole, which is sorted. */
function describeSetOperation(body: SetOperation, scope: Scope, read: OutputsRead): Output {
  const everyRow = body.operator === "union" && body.all;
  const branches = [body.left, body.right].map((branch): Output => {
    const level = { ...childScope(scope, { columns: scope.parent }), outer: scope.outer };
    const inner = { ...level, correlation: scope.correlation };
    return describeQuery(branch, inner, everyRow ? read : "all");
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
  return limitReach(output, () => "filter");
}

/** One level of SELECT ... FROM. */
function describeSelect(
  select: Select,
  orderBy: Query["orderBy"],
  scope: Scope,
  read: OutputsRead,
): Output {
  for (const item of select.from) describeFromItem(item, scope);
  describeCondition(select.where, scope);
  const targets = select.items.map((item): Target => ({
    name: outputName(item),
    node: item.expression,
  }));
  const group = groupNodes(select.groupBy, targets, scope);
  const grouped = group.length > 0 || hasAggregate(select, orderBy);
  const windows = partitions(select, orderBy);

  for (const node of group) readColumns(node, scope);
  readNamed(select.having, targets, scope);
  for (const { expression } of orderBy) readNamed(expression, targets, scope);
  for (const { window } of select.windows) {
    for (const node of window.partitionBy) readColumns(node, scope);
    for (const { expression } of window.orderBy) readColumns(expression, scope);
  }
  if (windows.length === 0) orderLevel({ select, orderBy, scope, targets, grouped });
  if (group.length > 0) assignGroup(group, scope);
  else if (select.distinct)
    assignGroup(
      targets.map(({ node }) => node),
      scope,
    );

  const output = readOutputs(select.items, scope, select.distinct ? "all" : read);
  const uses = scope.relations.flatMap((relation) => relation.uses);
  if (windows.length === 0 && !grouped && !select.distinct) return { ...output, uses };
  const kept = [...windows, ...(group.length > 0 || grouped ? [group] : [])];
  return { ...limitReach(output, keptReach(kept, scope)), uses };
}

/** HAVING and ORDER BY may name outputs: the columns of those are read with the outputs, or here. */
function readNamed(node: Expression | null, targets: readonly Target[], scope: Scope): void {
  if (node === null) return;
  readColumns(node, scope);
  walkExpression(node, (part) => {
    if (part.kind !== "column" || resolveColumn(part.parts, scope) !== null) return;
    readColumns(namedOutput(part, targets), scope);
  });
}

/** The name of an output without AS is that of its column. */
function outputName({ alias, expression }: SelectItem): string | null {
  if (alias !== null) return alias;
  return expression.kind === "column" ? (expression.parts.at(-1) ?? null) : null;
}

function outputNodes(select: Select, orderBy: Query["orderBy"]): readonly Expression[] {
  return [
    ...select.items.map(({ expression }) => expression),
    ...orderBy.map(({ expression }) => expression),
    ...(select.having === null ? [] : [select.having]),
  ];
}

function hasAggregate(select: Select, orderBy: Query["orderBy"]): boolean {
  let found = false;
  for (const node of outputNodes(select, orderBy)) {
    walkExpression(node, (part) => {
      found ||= isAggregate(part);
    });
  }
  return found;
}

/** What each window's rows are parted by. */
function partitions(select: Select, orderBy: Query["orderBy"]): readonly (readonly Expression[])[] {
  const found: (readonly Expression[])[] = [];
  const named = (name: string | null): readonly Expression[] => {
    const window = select.windows.find((one) => one.name === name)?.window;
    if (window === undefined) return [];
    return window.partitionBy.length > 0 ? window.partitionBy : named(window.base);
  };
  for (const node of outputNodes(select, orderBy)) {
    walkExpression(node, (part) => {
      if (part.kind !== "call" || part.over === null) return;
      const { over } = part;
      if (typeof over === "string") found.push(named(over));
      else found.push(over.partitionBy.length > 0 ? over.partitionBy : named(over.base));
    });
  }
  return found;
}

interface Level {
  readonly select: Select;
  readonly orderBy: Query["orderBy"];
  readonly scope: Scope;
  readonly targets: readonly Target[];
  readonly grouped: boolean;
}

/** The order that the level's tables are best read in. */
function orderLevel({ select, orderBy, scope, targets, grouped }: Level): void {
  const keys = sortKeys(orderBy, targets);
  if (!grouped) return assignOrder(keys, scope);
  const plain = keys.every(({ expression }) =>
    trace(expression, scope).every((one) => one.column !== null),
  );
  const extreme = select.groupBy.length === 0 ? extremeKey(targets) : null;
  if (extreme !== null) assignOrder([extreme], scope);
  else if (plain && select.groupBy.length > 0) assignOrder(keys, scope);
}

/** Marks what the outputs read, and says where each comes from. */
function readOutputs(items: readonly SelectItem[], scope: Scope, read: OutputsRead): Output {
  const columns: RelationColumn[] = [];
  let open = false;
  for (const item of items) {
    const { expression } = item;
    const parts = expression.kind === "column" ? expression.parts : null;
    if (parts?.at(-1) === "*") {
      const star = starOutput(parts, scope);
      columns.push(...star.columns);
      open ||= star.open;
      if (read === "all") readColumns(expression, scope);
      continue;
    }
    const column = { name: outputName(item) ?? "", origins: originsOf(expression, scope) };
    columns.push(column);
    if (read === "all" || (read === "used" && holdsSubquery(expression))) {
      readColumns(expression, scope);
    }
  }
  return { columns, open, uses: [] };
}

function holdsSubquery(node: Expression): boolean {
  let found = false;
  walkExpression(node, ({ kind }) => {
    found ||= kind === "subquery" || kind === "quantified";
  });
  return found;
}

function starOutput(parts: readonly string[], scope: Scope): Output {
  const found = parts.length === 1 ? null : resolveColumn(parts, scope);
  if (found?.kind === "row") return found.relation;
  return {
    columns: scope.relations.flatMap((relation) => relation.columns),
    open: scope.relations.some((relation) => relation.open),
    uses: [],
  };
}

function originsOf(node: Expression, scope: Scope): readonly Origin[] {
  if (node.kind !== "column") return [{ kind: "expression", node, scope, reach: "all" }];
  const found = resolveColumn(node.parts, scope);
  return found?.kind === "column" ? found.origins : [];
}

/** What conditions from outside still reach: grouping and partition columns, as filters. */
function keptReach(
  keys: readonly (readonly Expression[])[],
  scope: Scope,
): (origin: Origin) => Reach {
  const traced = keys.map((nodes) => nodes.flatMap((node) => trace(node, scope)));
  return (origin) =>
    origin.kind === "column" &&
    traced.every((key) =>
      key.some((one) => one.column === origin.column && one.uses.has(origin.use)),
    )
      ? "filter"
      : "none";
}
