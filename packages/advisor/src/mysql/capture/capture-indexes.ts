import type { Column, Index, IndexKey } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readRows, type TextRow } from "../read-rows.ts";
import { sqlString } from "../sql-string.ts";
import type { ServerFacts } from "./capture-server.ts";
import type { IndependentStatistics } from "./independent-statistics.ts";
import { innodbKey, type InnodbStatistics } from "./innodb-statistics.ts";
import { indexExpressionOf } from "../describe/index-expression.ts";
import { unescapeExpression } from "./unescape-expression.ts";

/** Sizes of a table that its indexes share. */
export interface TableSize {
  readonly rows: number;
  /** Bytes of the table itself, and of all its other indexes. */
  readonly dataBytes: number;
  readonly indexBytes: number;
}

/** InnoDB's page is that of the server; a catalog counts pages of 8 kB. */
export const CATALOG_PAGE = 8_192;

const PRIMARY = "PRIMARY";

const selectIndexes = ({ traits }: ServerFacts): string => `
  select table_name as \`table\`, index_name as name, non_unique = 0 as is_unique, column_name as \`column\`,
    collation as direction, cardinality, sub_part, nullable = 'YES' as nullable, lower(index_type) as method,
    index_comment as comment,
    ${traits.product === "MariaDB" ? "ignored = 'NO'" : "is_visible = 'YES'"} as visible,
    ${traits.functionalKeys ? "expression" : "null"} as expression
  from information_schema.statistics
  where table_schema = database()
  order by table_name, index_name, seq_in_index`;

/** What is known of indexes beside information_schema. */
export interface IndexSources {
  readonly sizes: ReadonlyMap<string, TableSize>;
  readonly innodb: InnodbStatistics;
  readonly independent: IndependentStatistics;
  /** InnoDB pages in the server's memory, by `innodbKey`; `null` where that is not known. */
  readonly cached: ReadonlyMap<string, number> | null;
  /** `CREATE TABLE` statements by table. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** Indexes by their table's name; the primary key first, then by name. */
export async function captureIndexes(
  session: Session,
  facts: ServerFacts,
  { sizes, innodb, independent, cached, definitions }: IndexSources,
): Promise<ReadonlyMap<string, readonly Index[]>> {
  const rows = await readRows(session, selectIndexes(facts));
  const byTable = Map.groupBy(rows, (row) => row["table"] ?? "");
  return new Map(
    [...byTable].map(([table, ofTable]) => {
      const groups = [...Map.groupBy(ofTable, (row) => row["name"] ?? "")];
      const size = sizes.get(table) ?? { rows: -1, dataBytes: 0, indexBytes: 0 };
      const keyParts = groups
        .filter(([name]) => name !== PRIMARY)
        .reduce((sum, [, keys]) => sum + keys.length + 1, 0);
      const indexes = groups.map(([name, keys]): Index => {
        const known = innodb.get(innodbKey(table, name));
        const share =
          name === PRIMARY ? size.dataBytes : size.indexBytes * ((keys.length + 1) / keyParts);
        return toIndex(facts, table, name, keys, {
          pages:
            known && known.pages > 0
              ? Math.round((known.pages * facts.pageSize) / CATALOG_PAGE)
              : Math.round(share / CATALOG_PAGE),
          rows: Math.max(0, size.rows),
          distinct:
            distinctOf(independent.rowsPerKey.get(innodbKey(table, name)), size.rows) ??
            known?.distinct ??
            [],
          cached:
            cached === null
              ? null
              : Math.round(
                  ((cached.get(innodbKey(table, name)) ?? 0) * facts.pageSize) / CATALOG_PAGE,
                ),
          definition: definitions.get(table) ?? "",
        });
      });
      return [table, indexes.toSorted(primaryFirst)];
    }),
  );
}

/** Distinct values where rows of each are known for all first keys. */
function distinctOf(
  rowsPerKey: readonly (number | null)[] | undefined,
  rows: number,
): readonly number[] | null {
  const distinct: number[] = [];
  for (const shared of rowsPerKey ?? []) {
    if (shared == null) break;
    distinct.push(Math.round(rows / shared));
  }
  return distinct.length === 0 ? null : distinct;
}

/** Names of indexes are unique in their table only. */
export function nameInSchema(table: string, index: string): string {
  return `${table}.${index}`;
}

function primaryFirst(a: Index, b: Index): number {
  return Number(b.primary) - Number(a.primary);
}

function toIndex(
  { server }: ServerFacts,
  table: string,
  name: string,
  rows: readonly TextRow[],
  size: {
    readonly pages: number;
    readonly rows: number;
    readonly distinct: readonly number[];
    readonly cached: number | null;
    /** The table's whole statement; empty where it is not known. */
    readonly definition: string;
  },
): Index {
  const [first] = rows;
  const method = first?.["method"] ?? "btree";
  const keys = rows.map((row) => toKey(row, method));
  const unique = first?.["is_unique"] === "1";
  const primary = name === PRIMARY;
  const visible = first?.["visible"] === "1";
  const cardinalities = rows.flatMap(({ cardinality }) =>
    cardinality == null ? [] : [Number(cardinality)],
  );
  const distinct = size.distinct.length > 0 ? size.distinct : cardinalities;
  return {
    name,
    nameInSchema: nameInSchema(table, name),
    definition: definitionOf(`${quoteIdent(server.database)}.${quoteIdent(table)}`, name, {
      method,
      keys,
      unique,
      comment: first?.["comment"] ?? "",
      definition: size.definition,
    }),
    method,
    keys,
    include: [],
    predicate: null,
    unique,
    nullsNotDistinct: false,
    primary,
    constraint: primary ? PRIMARY : null,
    valid: true,
    building: false,
    clustered: false,
    replicaIdentity: false,
    parent: null,
    expressionStatistics: false,
    ...(!visible && { visible }),
    ...(method === "btree" && distinct.length > 0 && { prefixDistinct: distinct }),
    pages: size.pages,
    ...(size.cached !== null && method !== "fulltext" && { cachedPages: size.cached }),
    rows: size.rows,
  };
}

function toKey(row: TextRow, method: string): IndexKey {
  const { column = null, expression = null } = row;
  const descending = row["direction"] === "D";
  const prefix = row["sub_part"] ?? null;
  return {
    column,
    expression:
      column === null
        ? indexExpressionOf(unescapeExpression(expression ?? ""))
        : quoteIdent(column),
    direction: descending ? "desc" : "asc",
    nulls: descending ? "last" : "first",
    operatorClass: null,
    collation: null,
    ...(prefix !== null && method === "btree" && { prefix: Number(prefix) }),
  };
}

/** A key as it stands in `CREATE INDEX`. */
function keySql({ expression, prefix, direction }: IndexKey): string {
  const length = prefix === undefined ? "" : `(${prefix})`;
  return `${expression}${length}${direction === "desc" ? " DESC" : ""}`;
}

/** The statement that makes the index: as the server prints it in the table's, where that can be read. */
function definitionOf(
  table: string,
  name: string,
  index: Pick<Index, "method" | "keys" | "unique" | "definition"> & { readonly comment: string },
): string {
  const keys = `(${index.keys.map(keySql).join(", ")})`;
  if (name === PRIMARY) return `ALTER TABLE ${table} ADD PRIMARY KEY ${keys}`;
  const printed = printedIndex(index.definition, name);
  if (printed !== null)
    return `CREATE ${printed.kind}INDEX ${quoteIdent(name)} ON ${table} ${printed.rest}`;
  const kind = ["fulltext", "spatial"].includes(index.method)
    ? `${index.method.toUpperCase()} `
    : index.unique
      ? "UNIQUE "
      : "";
  const using = index.method === "hash" ? " USING HASH" : "";
  const comment = index.comment === "" ? "" : ` COMMENT ${sqlString(index.comment)}`;
  return `CREATE ${kind}INDEX ${quoteIdent(name)} ON ${table} ${keys}${using}${comment}`;
}

function printedIndex(
  table: string,
  name: string,
): { readonly kind: string; readonly rest: string } | null {
  for (const line of table.split("\n")) {
    const [, kind = "", rest = ""] = /^ {2}((?:[A-Z]+ )?)KEY (.*?),?$/.exec(line) ?? [];
    const start = `${quoteIdent(name)} `;
    if (rest.startsWith(start)) return { kind, rest: rest.slice(start.length) };
  }
  return null;
}

/**
 * The index that InnoDB stores the rows in: the primary key, else the first unique one whose columns are whole and never NULL, in the
 * order of the table's statement. `null` where there is none, or another engine stores them apart.
 */
export function rowIndexName(
  engine: string,
  indexes: readonly Index[],
  columns: readonly Column[],
  definition: string,
): string | null {
  if (engine.toLowerCase() !== "innodb") return null;
  if (indexes.some(({ primary }) => primary)) return PRIMARY;
  const notNull = new Set(columns.filter((column) => column.notNull).map(({ name }) => name));
  const place = ({ name }: Index): number => definition.indexOf(` KEY ${quoteIdent(name)} (`);
  const [first] = indexes
    .filter(
      ({ unique, method, keys }) =>
        unique &&
        method === "btree" &&
        keys.every(
          ({ column, prefix }) => column !== null && prefix === undefined && notNull.has(column),
        ),
    )
    .toSorted((a, b) => place(a) - place(b));
  return first?.name ?? null;
}
