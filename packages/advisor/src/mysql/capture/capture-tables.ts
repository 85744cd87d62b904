import type { Column, ForeignKey, Index, Table } from "../../catalog/catalog.ts";
import type { CaptureGap } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readRows, type TextRow } from "../read-rows.ts";
import { CATALOG_PAGE, type TableSize } from "./capture-indexes.ts";
import type { ServerFacts } from "./capture-server.ts";
import { columnLength } from "./column-layout.ts";
import { foreignKey } from "./printed-constraints.ts";
import type { Reference } from "./required-indexes.ts";
import { unescapeExpression } from "./unescape-expression.ts";

/** A table's row of information_schema. */
export interface TableFacts extends TableSize {
  readonly name: string;
  readonly engine: string;
  readonly options: readonly string[];
  /** Value that AUTO_INCREMENT gives next; exact. `null` without one. */
  readonly nextValue: bigint | null;
}

// MariaDB's sequences are tables with one row: no table of the application.
const TABLES = `
  select table_name as name, engine, row_format, table_rows as table_count, data_length, index_length,
    auto_increment as next_value, create_options
  from information_schema.tables
  where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
  order by table_name`;

export async function captureTableFacts(session: Session): Promise<readonly TableFacts[]> {
  return (await readRows(session, TABLES)).map((row): TableFacts => {
    const next = row["next_value"] ?? null;
    const engine = row["engine"] ?? "";
    const format = row["row_format"] ?? "";
    return {
      name: row["name"] ?? "",
      engine,
      rows: Number(row["table_count"] ?? -1),
      dataBytes: Number(row["data_length"] ?? 0),
      indexBytes: Number(row["index_length"] ?? 0),
      nextValue: next === null ? null : BigInt(next),
      options: [
        `engine=${engine}`,
        `row_format=${format.toLowerCase()}`,
        ...(row["create_options"] ?? "")
          .split(" ")
          .filter(
            (option) => option !== "" && option !== "partitioned" && !/^row_format=/i.test(option),
          ),
      ],
    };
  });
}

const COLUMNS = `
  select table_name as \`table\`, column_name as name, column_type as type, is_nullable = 'NO' as not_null,
    collation_name as collation, extra, generation_expression as expression
  from information_schema.columns
  where table_schema = database()
  order by table_name, ordinal_position`;

export interface CapturedColumns {
  readonly columns: readonly Column[];
  /** Name of the column with AUTO_INCREMENT. */
  readonly counter: string | null;
}

export async function captureColumns(
  session: Session,
): Promise<ReadonlyMap<string, CapturedColumns>> {
  const rows = await readRows(session, COLUMNS);
  return new Map(
    [...Map.groupBy(rows, (row) => row["table"] ?? "")].map(([table, columns]) => [
      table,
      {
        columns: columns.map(toColumn),
        counter:
          columns.find(({ extra }) => /\bauto_increment\b/i.test(extra ?? ""))?.["name"] ?? null,
      },
    ]),
  );
}

function toColumn(row: TextRow): Column {
  const type = row["type"] ?? "";
  const expression = row["expression"] ?? "";
  return {
    name: row["name"] ?? "",
    type,
    notNull: row["not_null"] === "1",
    collation: row["collation"] ?? null,
    generated: expression === "" ? null : unescapeExpression(expression),
    ...(/\bvirtual generated\b/i.test(row["extra"] ?? "") && { virtual: true }),
    length: columnLength(type),
    alignment: 1,
  };
}

const INCOMING = `
  select k.table_schema as \`schema\`, k.table_name as \`table\`, k.constraint_name as name, k.column_name as \`column\`,
    k.referenced_table_schema as parent_schema, k.referenced_table_name as parent,
    k.referenced_column_name as parent_column, r.delete_rule, r.update_rule
  from information_schema.key_column_usage k
    join information_schema.referential_constraints r
      on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name and r.table_name = k.table_name
  where k.referenced_table_schema = database() and k.constraint_schema <> database()
  order by k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`;

/** Foreign keys of other databases' tables that refer to this one's, as far as this account sees those. */
export async function captureIncoming(
  session: Session,
  { traits }: ServerFacts,
): Promise<readonly Reference[]> {
  // MariaDB would open every table of the server to find them.
  if (traits.product === "MariaDB") return [];
  const rows = await readRows(session, INCOMING);
  const groups = Map.groupBy(rows, (row) => [row["schema"], row["table"], row["name"]].join("\0"));
  return [...groups.values()].map((columns) => {
    const [first] = columns;
    return {
      table: { schema: first?.["schema"] ?? "", name: first?.["table"] ?? "" },
      key: foreignKey({
        name: first?.["name"] ?? "",
        columns: columns.map((row) => row["column"] ?? ""),
        references: { schema: first?.["parent_schema"] ?? "", name: first?.["parent"] ?? "" },
        referencedColumns: columns.map((row) => row["parent_column"] ?? ""),
        onDelete: first?.["delete_rule"] ?? "NO ACTION",
        onUpdate: first?.["update_rule"] ?? "NO ACTION",
      }),
    };
  });
}

const PARTITIONS = `
  select table_name as \`table\`, count(*) as parts, max(partition_method) as method, max(partition_expression) as expression
  from information_schema.partitions
  where table_schema = database() and partition_name is not null
  group by table_name`;

/** How a table is partitioned. */
export interface Partitioning {
  /** `RANGE COLUMNS (dt)`. */
  readonly key: string;
  readonly parts: number;
}

export async function capturePartitioning(
  session: Session,
): Promise<ReadonlyMap<string, Partitioning>> {
  return new Map(
    (await readRows(session, PARTITIONS)).map((row) => [
      row["table"] ?? "",
      {
        key: `${row["method"] ?? ""} (${unescapeExpression(row["expression"] ?? "")})`,
        parts: Number(row["parts"]),
      },
    ]),
  );
}

/** `CREATE TABLE` statements by table, as the server prints them, and what can't be read. */
export async function captureDefinitions(
  session: Session,
  database: string,
  tables: readonly TableFacts[],
): Promise<{
  readonly definitions: ReadonlyMap<string, string>;
  readonly gaps: readonly CaptureGap[];
}> {
  const definitions = new Map<string, string>();
  const gaps: CaptureGap[] = [];
  for (const { name } of tables) {
    try {
      const [row] = await readRows(session, `show create table ${quoteIdent(name)}`);
      const definition = row?.["create table"];
      if (definition != null) definitions.set(name, definition);
    } catch (error) {
      gaps.push({
        object: `table ${database}.${name}`,
        reason: `Its definition can't be read: ${error instanceof Error ? error.message : String(error)}. What an index would change on it can't be verified.`,
      });
    }
  }
  return { definitions, gaps };
}

/** A table of the catalog from what was read of it. */
export function toTable(
  facts: TableFacts,
  schema: string,
  parts: {
    readonly columns: readonly Column[];
    readonly indexes: readonly Index[];
    readonly foreignKeys: readonly ForeignKey[];
    readonly checks: Table["checks"];
    readonly partitioning: Partitioning | undefined;
    readonly definition: string | undefined;
    readonly rowIndex: string | null;
  },
): Table {
  const { columns, indexes, foreignKeys, checks, partitioning, definition, rowIndex } = parts;
  const pages = Math.round(facts.dataBytes / CATALOG_PAGE);
  return {
    schema,
    name: facts.name,
    // Partitions are no tables of their own here.
    kind: "table",
    columns,
    indexes,
    foreignKeys,
    checks,
    partitionKey: partitioning?.key ?? null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    storageParameters: [
      ...facts.options,
      ...(partitioning === undefined ? [] : [`partitions=${partitioning.parts}`]),
    ],
    ...(rowIndex !== null && { rowIndex }),
    ...(definition !== undefined && { definition }),
    rows: facts.rows,
    pages,
    allVisiblePages: pages,
    currentPages: pages,
  };
}
