import type { Catalog, Column, Table } from "../../catalog/catalog.ts";
import { catalogNames } from "../describe/catalog-names.ts";
import { sameName } from "../describe/model.ts";
import type {
  Delete,
  Expression,
  FromItem,
  JoinItem,
  Query,
  Select,
  SyntaxTree,
  Update,
} from "../syntax/tree.ts";

/** A plain table of the catalog in FROM. */
export interface LevelTable {
  readonly alias: string;
  readonly table: Table;
}

/** One SELECT, UPDATE or DELETE inside a statement. */
export interface QueryLevel {
  /** `null` for an UPDATE or DELETE. */
  readonly select: Select | null;
  readonly from: readonly FromItem[];
  readonly tables: readonly LevelTable[];
  /** Conditions of WHERE that must all hold. */
  readonly where: readonly Expression[];
  /** Conditions of its joins. */
  readonly joined: readonly Expression[];
  /** The column that a node is, bare, if it is one of a table of this level. */
  column(node: Expression): LevelColumn | null;
}

export interface LevelColumn {
  readonly source: LevelTable;
  readonly column: Column;
}

/** Every query level of a statement, always in the same order for statements of one shape. */
export function queryLevels(tree: SyntaxTree, catalog: Catalog): readonly QueryLevel[] {
  const commonTables = new Set<string>();
  const levels: QueryLevel[] = [];
  walk(tree, (part) => {
    const { with: clause } = part as Partial<Query>;
    for (const { name } of clause?.tables ?? []) commonTables.add(name.toLowerCase());
  });
  walk(tree, (part) => {
    if (!isLevel(part)) return;
    const select = part.kind === "select" ? part : null;
    levels.push(newLevel(select, part.from, part.where, catalog, commonTables));
  });
  return levels;
}

function isLevel(part: object): part is Delete | Select | Update {
  return "kind" in part && "where" in part && "from" in part;
}

function walk(value: unknown, enter: (part: object) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, enter);
  } else if (typeof value === "object" && value !== null) {
    enter(value);
    for (const part of Object.values(value)) walk(part, enter);
  }
}

function newLevel(
  select: Select | null,
  from: readonly FromItem[],
  where: Expression | null,
  catalog: Catalog,
  commonTables: ReadonlySet<string>,
): QueryLevel {
  const tables = from.flatMap((item) => tablesIn(item, catalog, commonTables));
  const joins = from.flatMap(joinsIn);
  const merged = joins.some(({ natural, using }) => natural || using.length > 0);
  return {
    select,
    from,
    tables,
    where: conjunctsOf(where),
    joined: joins.flatMap(({ on }) => conjunctsOf(on)),
    column: (node) => findColumn(node, tables, merged),
  };
}

/** The conditions that must all hold. */
export function conjunctsOf(node: Expression | null): readonly Expression[] {
  if (node === null) return [];
  return node.kind === "binary" && node.operator === "and"
    ? [...conjunctsOf(node.left), ...conjunctsOf(node.right)]
    : [node];
}

function tablesIn(
  item: FromItem,
  catalog: Catalog,
  commonTables: ReadonlySet<string>,
): readonly LevelTable[] {
  if (item.kind === "join") {
    return [item.left, item.right].flatMap((side) => tablesIn(side, catalog, commonTables));
  }
  if (item.kind !== "table") return [];
  const { schema, name, alias } = item;
  if (schema === null && commonTables.has(name.toLowerCase())) return [];
  const found = catalogNames(catalog).find(schema, name);
  return found.kind === "table" ? [{ alias: alias ?? name, table: found.table }] : [];
}

function joinsIn(item: FromItem): readonly JoinItem[] {
  return item.kind === "join" ? [item, ...joinsIn(item.left), ...joinsIn(item.right)] : [];
}

function findColumn(
  node: Expression,
  tables: readonly LevelTable[],
  merged: boolean,
): LevelColumn | null {
  if (node.kind !== "column") return null;
  const [name = "", alias, schema] = node.parts.toReversed();
  if (node.parts.length > 3 || (alias === undefined && merged)) return null;
  const found = tables
    .filter(
      (source) =>
        (alias === undefined || sameName(source.alias, alias)) &&
        (schema === undefined || sameName(source.table.schema, schema)),
    )
    .flatMap((source) => {
      const column = source.table.columns.find((each) => sameName(each.name, name));
      return column === undefined ? [] : [{ source, column }];
    });
  // A text that the server takes has no ambiguous names: one that one table has is of that table.
  return found.length === 1 ? (found[0] ?? null) : null;
}
