import type { JoinExpr, Node, SelectStmt } from "libpg-query";
import { type Catalog, type Column, type Table } from "../../catalog/catalog.ts";
import { catalogNames } from "../describe/catalog-names.ts";
import { isNode, nameParts, walkNodes } from "../describe/node-parts.ts";
import { conjunctsOf } from "./same-tree.ts";

/** A plain table of the catalog in FROM. */
export interface LevelTable {
  readonly alias: string;
  readonly table: Table;
}

/** One SELECT, UPDATE or DELETE inside a statement. */
export interface QueryLevel {
  /** `null` for an UPDATE or DELETE. */
  readonly select: SelectStmt | null;
  readonly from: readonly Node[];
  readonly tables: readonly LevelTable[];
  /** Conditions of WHERE that must all hold. */
  readonly where: readonly Node[];
  /** Conditions of its joins. */
  readonly joined: readonly Node[];
  /** The column that a node is, bare, if it is one of a table of this level. */
  column(node: Node | undefined): LevelColumn | null;
}

export interface LevelColumn {
  readonly source: LevelTable;
  readonly column: Column;
}

/** Every query level of a statement, always in the same order for statements of one shape. */
export function queryLevels(tree: Node, catalog: Catalog): readonly QueryLevel[] {
  const ctes = new Set<string>();
  walkNodes(tree, (node) => {
    if ("CommonTableExpr" in node) ctes.add(node.CommonTableExpr.ctename ?? "");
    return true;
  });
  const levels: QueryLevel[] = [];
  walkParts(tree, (part) => {
    const level = levelOf(part, catalog, ctes);
    if (level !== null) levels.push(level);
  });
  return levels;
}

/** Unlike nodes, the branches of a UNION stand in the tree without their kind. */
function walkParts(value: unknown, enter: (part: object) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walkParts(item, enter);
  } else if (typeof value === "object" && value !== null) {
    enter(value);
    for (const part of Object.values(value)) walkParts(part, enter);
  }
}

function levelOf(part: object, catalog: Catalog, ctes: ReadonlySet<string>): QueryLevel | null {
  if ("op" in part && "fromClause" in part) {
    const select = part as SelectStmt;
    return newLevel(select, select.fromClause ?? [], select.whereClause, catalog, ctes);
  }
  if (!isNode(part)) return null;
  if ("UpdateStmt" in part) {
    const { relation, fromClause = [], whereClause } = part.UpdateStmt;
    const from = relation === undefined ? fromClause : [{ RangeVar: relation }, ...fromClause];
    return newLevel(null, from, whereClause, catalog, ctes);
  }
  if ("DeleteStmt" in part) {
    const { relation, usingClause = [], whereClause } = part.DeleteStmt;
    const from = relation === undefined ? usingClause : [{ RangeVar: relation }, ...usingClause];
    return newLevel(null, from, whereClause, catalog, ctes);
  }
  return null;
}

function newLevel(
  select: SelectStmt | null,
  from: readonly Node[],
  where: Node | undefined,
  catalog: Catalog,
  ctes: ReadonlySet<string>,
): QueryLevel {
  const tables = from.flatMap((item) => tablesIn(item, catalog, ctes));
  const joins = from.flatMap(joinsIn);
  const merged = joins.some((join) => join.usingClause !== undefined || join.isNatural === true);
  return {
    select,
    from,
    tables,
    where: conjunctsOf(where),
    joined: joins.flatMap((join) => conjunctsOf(join.quals)),
    column: (node) => (node === undefined ? null : findColumn(node, tables, merged)),
  };
}

export function tablesIn(
  item: Node,
  catalog: Catalog,
  ctes: ReadonlySet<string>,
): readonly LevelTable[] {
  if ("JoinExpr" in item) {
    // An alias of a whole join hides its tables.
    if (item.JoinExpr.alias !== undefined) return [];
    return [item.JoinExpr.larg, item.JoinExpr.rarg].flatMap((side) =>
      side === undefined ? [] : tablesIn(side, catalog, ctes),
    );
  }
  if (!("RangeVar" in item)) return [];
  const { schemaname, relname = "", alias } = item.RangeVar;
  if (alias?.colnames !== undefined) return [];
  if (schemaname === undefined && ctes.has(relname)) return [];
  const found = catalogNames(catalog).find(schemaname, relname);
  return found.kind === "table" ? [{ alias: alias?.aliasname ?? relname, table: found.table }] : [];
}

export function joinsIn(item: Node): readonly JoinExpr[] {
  if (!("JoinExpr" in item)) return [];
  const { larg, rarg } = item.JoinExpr;
  return [
    item.JoinExpr,
    ...(larg === undefined ? [] : joinsIn(larg)),
    ...(rarg === undefined ? [] : joinsIn(rarg)),
  ];
}

function findColumn(
  node: Node,
  tables: readonly LevelTable[],
  merged: boolean,
): LevelColumn | null {
  if (!("ColumnRef" in node)) return null;
  const parts = nameParts(node.ColumnRef.fields);
  const [name = "", alias, schema] = parts.toReversed();
  if (parts.length > 3 || (alias === undefined && merged)) return null;
  const found = tables
    .filter(
      (source) =>
        (alias === undefined || source.alias === alias) &&
        (schema === undefined || source.table.schema === schema),
    )
    .flatMap((source) => {
      const column = source.table.columns.find((each) => each.name === name);
      return column === undefined ? [] : [{ source, column }];
    });
  // A text that PostgreSQL takes has no ambiguous names: one that one table has is of that table.
  return found.length === 1 ? (found[0] ?? null) : null;
}
