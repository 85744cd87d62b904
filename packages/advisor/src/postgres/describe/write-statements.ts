import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  ReturningClause,
  UpdateStmt,
} from "libpg-query";
import { withCommonTables } from "./common-tables.ts";
import { describeCondition } from "./condition.ts";
import { describeFromItem, namedUse, tableRelation, viewOutput } from "./from-item.ts";
import {
  childScope,
  NOTHING,
  type Output,
  type Relation,
  type RelationColumn,
  type Scope,
  type UseDraft,
} from "./model.ts";
import { readColumns } from "./read-columns.ts";

interface Target {
  readonly relation: Relation;
  /** `null` for a view or a table that is not in the catalog. */
  readonly use: UseDraft | null;
}

function targetOf(range: RangeVar | undefined, scope: Scope): Target {
  const use = range === undefined ? null : namedUse(range, scope);
  if (range !== undefined && use !== null) return { relation: tableRelation(use, range), use };
  const output = range === undefined ? NOTHING : viewOutput(range, scope);
  const alias = range?.alias?.aliasname ?? range?.relname ?? null;
  return { relation: { ...output, alias, schema: null }, use: null };
}

/** Columns that a SET or a column list writes, and what the values read. */
function writeTargets(list: readonly Node[] | undefined, use: UseDraft | null, scope: Scope): void {
  for (const node of list ?? []) {
    if (!("ResTarget" in node)) continue;
    if (node.ResTarget.name !== undefined) use?.written.add(node.ResTarget.name);
    const { val, indirection } = node.ResTarget;
    // `SET (a, b) = (SELECT ...)`: the tree repeats the source for each column.
    const repeated = val !== undefined && "MultiAssignRef" in val && val.MultiAssignRef.colno !== 1;
    readColumns(repeated ? [] : [val, indirection], scope);
  }
}

/** Outputs of RETURNING are values at this time: no condition from outside reaches the tables. */
function returning(clause: ReturningClause | undefined, scope: Scope): Output {
  const columns: RelationColumn[] = [];
  let open = false;
  for (const node of clause?.exprs ?? []) {
    if (!("ResTarget" in node)) continue;
    const { name, val } = node.ResTarget;
    readColumns(val, scope);
    const field =
      val !== undefined && "ColumnRef" in val ? val.ColumnRef.fields?.at(-1) : undefined;
    if (field !== undefined && "A_Star" in field) open = true;
    const own = field !== undefined && "String" in field ? field.String.sval : undefined;
    columns.push({ name: name ?? own ?? "?column?", origins: [] });
  }
  return { columns, open, uses: [] };
}

export function describeInsert(insert: InsertStmt, level: Scope): Output {
  const scope = withCommonTables(insert.withClause, level);
  const { relation, use } = targetOf(insert.relation, scope);
  if (insert.selectStmt !== undefined) {
    scope.context.query(insert.selectStmt, childScope(scope, { columns: scope.parent }), "all");
  }
  if (insert.cols !== undefined) writeTargets(insert.cols, use, scope);
  else for (const column of use?.table.columns ?? []) use?.written.add(column.name);

  const conflict = insert.onConflictClause;
  const excluded: Relation = {
    columns: relation.columns.map((column) => ({ name: column.name, origins: [] })),
    open: relation.open,
    uses: [],
    alias: "excluded",
    schema: null,
  };
  scope.relations.push(relation);
  const update: Scope = { ...scope, relations: [relation, excluded] };
  // The row in conflict is found by the unique index that the clause names: its conditions choose no access path.
  writeTargets(conflict?.targetList, use, update);
  readColumns(conflict?.whereClause, update);
  return returning(insert.returningClause, scope);
}

export function describeUpdate(update: UpdateStmt, level: Scope): Output {
  const scope = withCommonTables(update.withClause, level);
  const { relation, use } = targetOf(update.relation, scope);
  scope.relations.push(relation);
  for (const item of update.fromClause ?? []) describeFromItem(item, scope);
  writeTargets(update.targetList, use, scope);
  describeCondition(update.whereClause, scope);
  return returning(update.returningClause, scope);
}

export function describeDelete(statement: DeleteStmt, level: Scope): Output {
  const scope = withCommonTables(statement.withClause, level);
  const { relation } = targetOf(statement.relation, scope);
  scope.relations.push(relation);
  for (const item of statement.usingClause ?? []) describeFromItem(item, scope);
  describeCondition(statement.whereClause, scope);
  return returning(statement.returningClause, scope);
}

export function describeMerge(merge: MergeStmt, level: Scope): Output {
  const scope = withCommonTables(merge.withClause, level);
  const { relation, use } = targetOf(merge.relation, scope);
  scope.relations.push(relation);
  if (merge.sourceRelation !== undefined) describeFromItem(merge.sourceRelation, scope);
  describeCondition(merge.joinCondition, scope);
  for (const node of merge.mergeWhenClauses ?? []) {
    if (!("MergeWhenClause" in node)) continue;
    const action = node.MergeWhenClause;
    readColumns([action.condition, action.values], scope);
    writeTargets(action.targetList, use, scope);
    const everyColumn = action.commandType === "CMD_INSERT" && action.targetList === undefined;
    if (everyColumn) for (const column of use?.table.columns ?? []) use?.written.add(column.name);
  }
  return returning(merge.returningClause, scope);
}
