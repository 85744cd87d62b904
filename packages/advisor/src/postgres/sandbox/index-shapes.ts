import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import { type Table, estimatedRows, type TableName } from "../../catalog/catalog.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import type { BtreeShape, IndexColumn } from "./index-size.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";

/** An index of the sandbox. */
export interface SandboxIndex {
  readonly oid: number;
  readonly name: TableName;
  readonly table: TableName;
  readonly method: string;
  /** An index without a file: that of a partitioned table. */
  readonly partitioned: boolean;
  readonly path: string | null;
  readonly unique: boolean;
  readonly keyCount: number;
  /** Whether equal keys are equal bytes, so that they can share a posting list. */
  readonly equalImage: boolean;
  /** Of the key columns. */
  readonly operatorClasses: readonly string[];
  readonly columns: readonly StoredColumn[];
}

export interface StoredColumn {
  /** Column of the table; `null` for an expression. */
  readonly column: string | null;
  readonly expression: string;
  readonly length: number;
  readonly alignment: number;
  readonly text: boolean;
  /** Name of the type, of a domain the type under it. */
  readonly type: string;
  readonly descending: boolean;
}

const INDEXES = `
  select i.indexrelid::int8 as oid, n.nspname as schema, ic.relname as name, c.relname as table_name,
    am.amname as method, ic.relkind = 'I' as partitioned, pg_relation_filepath(ic.oid) as path,
    i.indisunique as unique, i.indnkeyatts as "keyCount",
    (select bool_and(exists (
        select from pg_opclass oc
          join pg_amproc p on p.amprocfamily = oc.opcfamily and p.amproclefttype = oc.opcintype
            and p.amprocrighttype = oc.opcintype and p.amprocnum = 4
        where oc.oid = i.indclass[k - 1]))
      from generate_series(1, i.indnkeyatts) k) as "equalImage",
    (select jsonb_agg(oc.opcname order by k)
      from generate_series(1, i.indnkeyatts) k join pg_opclass oc on oc.oid = i.indclass[k - 1]) as "operatorClasses",
    (select jsonb_agg(jsonb_build_object(
        'column', a.attname, 'expression', pg_get_indexdef(i.indexrelid, ia.attnum, false),
        'length', ia.attlen, 'text', t.typcategory = 'S',
        'type', (select b.typname from pg_type b where b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)),
        'descending', coalesce(i.indoption[ia.attnum - 1] & 1 = 1, false),
        'alignment', case ia.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end
      ) order by ia.attnum)
      from pg_attribute ia
        join pg_type t on t.oid = ia.atttypid
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[ia.attnum - 1] and a.attnum > 0
      where ia.attrelid = i.indexrelid) as columns
  from pg_index i
    join pg_class ic on ic.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = ic.relnamespace
    join pg_am am on am.oid = ic.relam
  where i.indexrelid >= 16384 and n.nspname not like 'pg\\_%'`;

const prepared = new WeakSet<SandboxDatabase>();

/** Indexes of user tables, those with a number above `after`. */
export async function readIndexes(
  database: SandboxDatabase,
  after: number,
): Promise<readonly SandboxIndex[]> {
  // Asked once for each candidate: the server plans a statement of this size longer than it runs it.
  if (!prepared.has(database)) {
    await database.run(`prepare dbadvise_indexes (oid) as ${INDEXES} and i.indexrelid > $1`);
    prepared.add(database);
  }
  const rows = await database.run(`execute dbadvise_indexes (${after})`);
  return rows.map((row) => {
    const schema = String(row["schema"]);
    return {
      oid: Number(row["oid"]),
      name: { schema, name: String(row["name"]) },
      table: { schema, name: String(row["table_name"]) },
      method: String(row["method"]),
      partitioned: row["partitioned"] === true,
      path: typeof row["path"] === "string" ? row["path"] : null,
      unique: row["unique"] === true,
      keyCount: Number(row["keyCount"]),
      equalImage: row["equalImage"] === true,
      operatorClasses: row["operatorClasses"] as readonly string[],
      columns: row["columns"] as readonly StoredColumn[],
    };
  });
}

/** What of an index decides its size. `rows` are the index's own: fewer than the table's for a partial one. */
export function btreeShape(
  index: SandboxIndex,
  table: Table,
  rows: number,
  find: FindStatistics,
  ofExpressions: ReadonlyMap<string, ColumnStatistics> = new Map(),
): BtreeShape {
  const columns = index.columns.map((column) =>
    indexColumn(column, table, rows, find, ofExpressions.get(column.expression)),
  );
  return {
    rows,
    keys: columns.slice(0, index.keyCount),
    include: columns.slice(index.keyCount),
    deduplicates: index.equalImage && !index.unique && index.columns.length === index.keyCount,
  };
}

function indexColumn(
  stored: StoredColumn,
  table: Table,
  rows: number,
  find: FindStatistics,
  ofExpression: ColumnStatistics | undefined,
): IndexColumn {
  // An expression over one column, of which nothing is known, is about as wide and as varied as the column.
  const source = stored.column ?? soleColumn(stored.expression, table);
  const statistics = ofExpression ?? (source === null ? undefined : find(table, source));
  const all = Math.max(1, estimatedRows(table));
  const distinct =
    statistics === undefined
      ? rows
      : statistics.distinct < 0
        ? -statistics.distinct * all
        : statistics.distinct;
  return {
    length: stored.length,
    alignment: stored.alignment,
    widths: stored.length >= 0 ? [stored.length] : columnWidths(statistics, stored.text),
    nullFraction: statistics?.nullFraction ?? 0,
    distinct: Math.max(1, Math.min(rows, distinct)),
    commonFrequencies: statistics?.commonFrequencies ?? [],
  };
}

export function soleColumn(expression: string, table: Table): string | null {
  const words = new Set(
    expression.replaceAll(/'(?:[^']|'')*'/g, "").match(/"(?:[^"]|"")+"|\w+/g) ?? [],
  );
  const named = table.columns.filter(
    ({ name }) => words.has(name) || words.has(`"${name.replaceAll('"', '""')}"`),
  );
  return named.length === 1 ? (named[0]?.name ?? null) : null;
}

/** Width that the planner takes for a varying type without statistics. */
const UNKNOWN_WIDTH = 32;

function columnWidths(statistics: ColumnStatistics | undefined, text: boolean): readonly number[] {
  const average = statistics?.averageWidth ?? UNKNOWN_WIDTH;
  const values = statistics !== undefined && text ? valueWidths(statistics) : [];
  if (values.length > 0) return values;
  return [0.8, 0.9, 1, 1.1, 1.2].map((factor) => Math.max(1, Math.round(average * factor)));
}

/** Widths of sampled texts with their length header, 200 of them in the shares that the values have. */
function valueWidths(statistics: ColumnStatistics): readonly number[] {
  const widths = (literal: string | null): readonly number[] =>
    literal === null
      ? []
      : parseArrayLiteral(literal).map((value) => headed(Buffer.byteLength(value ?? "")));
  const common = widths(statistics.commonValues);
  const rest = widths(statistics.histogram);
  const notNull = Math.max(1e-9, 1 - statistics.nullFraction);
  const shares = common.map(
    (_, position) => (statistics.commonFrequencies?.[position] ?? 0) / notNull,
  );
  const result = common.flatMap((width, position) =>
    Array<number>(Math.round((shares[position] ?? 0) * 200)).fill(width),
  );
  if (rest.length > 0) {
    const left = Math.max(0, 200 - result.length);
    for (let sample = 0; sample < left; sample++)
      result.push(rest[Math.floor((sample * rest.length) / left)] ?? 0);
  }
  return result;
}

function headed(bytes: number): number {
  return bytes + 1 <= 127 ? bytes + 1 : bytes + 4;
}
