import { COLUMN_TYPES, type ColumnType, INTEGER, TEXT, TYPE_SETUP } from "./column-types.ts";
import type { Random } from "./random.ts";
import { newName, quoted } from "./random-names.ts";

export interface RandomColumn {
  /** Quoted. */
  readonly sql: string;
  readonly type: ColumnType;
  /** Generated columns can't be written. */
  readonly generated: boolean;
}

export interface RandomTable {
  /** Schema and name, quoted. */
  readonly sql: string;
  /** Quoted, without the schema. */
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  /** Whether rows may be written, locked and sampled. */
  readonly kind: "table" | "view" | "materialized view";
  /** Columns that ON CONFLICT can name: those of the primary key. */
  readonly key: readonly string[];
}

export interface RandomDatabase {
  /** Statements that make and fill it, in order. */
  readonly setup: readonly string[];
  readonly tables: readonly RandomTable[];
}

export interface RandomDatabaseOptions {
  /** Rows of each table. */
  readonly rows: number;
  /** `server_version_num`: what came later is left out. */
  readonly version: number;
}

/** A database of a few schemas with odd names and every kind of table. */
export function randomDatabase(random: Random, options: RandomDatabaseOptions): RandomDatabase {
  const setup: string[] = [...TYPE_SETUP];
  const schemaNames = new Set(["public", "Odd Schema", "pg_catalog", "information_schema"]);
  const schemas = ["public", '"Odd Schema"'];
  for (let count = random.int(1, 2); count > 0; count -= 1) {
    const schema = quoted(newName(random, schemaNames));
    // Names of the server's own schemas begin so.
    setup.push(`create schema ${schema}`);
    schemas.push(schema);
  }
  setup.push(
    `do $do$ begin execute format('alter database %I set search_path = ${random.shuffle(schemas).join(", ").replaceAll("'", "''").replaceAll("%", "%%")}', current_database()); end $do$`,
  );
  setup.push(`set search_path = public`);
  const builder: Builder = { random, setup, options, taken: new Map(), tables: [] };
  for (const schema of schemas) {
    const count = random.int(2, 4);
    for (let made = 0; made < count; made += 1) addTable(builder, schema);
  }
  // The same name in several schemas: only the search path tells them apart.
  for (const schema of random.shuffle(schemas).slice(0, 2)) {
    if (!takenIn(builder, schema).has("twin")) addPlainTable(builder, schema, "twin");
  }
  addViews(builder, schemas);
  setup.push("analyze");
  return { setup, tables: builder.tables };
}

interface Builder {
  readonly random: Random;
  readonly setup: string[];
  readonly options: RandomDatabaseOptions;
  /** Names of each schema's relations and types. */
  readonly taken: Map<string, Set<string>>;
  readonly tables: RandomTable[];
}

function takenIn({ taken }: Builder, schema: string): Set<string> {
  const names =
    taken.get(schema) ?? new Set(["mood", "positive", "short_text", "pair", 'Odd "Type']);
  taken.set(schema, names);
  return names;
}

function addTable(builder: Builder, schema: string): void {
  const { random } = builder;
  const name = newName(random, takenIn(builder, schema));
  const roll = random.next();
  if (roll < 0.05) {
    builder.setup.push(`create table ${schema}.${quoted(name)} ()`);
    builder.tables.push({
      sql: `${schema}.${quoted(name)}`,
      name: quoted(name),
      columns: [],
      kind: "table",
      key: [],
    });
  } else if (roll < 0.3) addPartitioned(builder, schema, name);
  else if (roll < 0.4) addInherited(builder, schema, name);
  else addPlainTable(builder, schema, name);
}

function randomColumns(builder: Builder): RandomColumn[] {
  const { random } = builder;
  const taken = new Set(["tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"]);
  const column = (type: ColumnType): RandomColumn => ({
    sql: quoted(newName(random, taken)),
    type,
    generated: false,
  });
  const wide = random.chance(0.04);
  const extra = wide ? random.int(100, 130) : random.int(1, 6);
  return [
    column(INTEGER),
    column(INTEGER),
    column(TEXT),
    ...Array.from({ length: extra }, () => column(random.pick(COLUMN_TYPES))),
  ];
}

function columnList(columns: readonly RandomColumn[]): string {
  return columns.map(({ sql, type }) => `${sql} ${type.sql}`).join(", ");
}

function fill(builder: Builder, table: string, columns: readonly RandomColumn[]): void {
  const [first] = columns;
  if (first === undefined) return;
  const written = columns.filter((column) => !column.generated);
  const values = written.map(({ type }, position) => {
    // The first column is a key; of the others some are often null.
    if (position === 0) return "i";
    return position > 1 && builder.random.chance(0.2)
      ? `case when i % 5 > 0 then ${type.value} end`
      : type.value;
  });
  builder.setup.push(
    `insert into ${table} (${written.map(({ sql }) => sql).join(", ")}) select ${values.join(", ")} from generate_series(1, ${builder.options.rows}) i`,
  );
}

function addPlainTable(builder: Builder, schema: string, name: string): void {
  const { random, setup, options } = builder;
  takenIn(builder, schema).add(name);
  const table = `${schema}.${quoted(name)}`;
  const columns = randomColumns(builder);
  const [id, ref] = columns;
  if (id === undefined || ref === undefined) return;
  const generated: RandomColumn[] = [];
  if (random.chance(0.3)) {
    const virtual = options.version >= 180_000 && random.chance(0.5);
    const how = virtual ? "virtual" : "stored";
    generated.push({
      sql: quoted(`gen ${how}`),
      type: { ...INTEGER, sql: `integer generated always as (${ref.sql} * 2) ${how}` },
      generated: true,
    });
  }
  const all = [...columns, ...generated];
  const storage = random.chance(0.1) ? " with (fillfactor = 70)" : "";
  setup.push(`create table ${table} (${columnList(all)})${storage}`);
  const keyed = random.chance(0.7);
  const key = keyed ? (random.chance(0.2) ? [ref.sql, id.sql] : [id.sql]) : [];
  fill(builder, table, all);
  if (keyed) setup.push(`alter table ${table} add primary key (${key.join(", ")})`);
  addIndexes(builder, table, all);
  addForeignKey(builder, table, ref);
  builder.tables.push({ sql: table, name: quoted(name), columns: all, kind: "table", key });
}

function addForeignKey(builder: Builder, table: string, ref: RandomColumn): void {
  const { random, setup, tables } = builder;
  const targets = tables.filter((other) => other.key.length === 1);
  if (targets.length === 0 || !random.chance(0.5)) return;
  const target = random.pick(targets);
  const action = random.pick(["", " on delete cascade", " on delete set null"]);
  setup.push(
    `alter table ${table} add foreign key (${ref.sql}) references ${target.sql} (${target.key.join()})${action} not valid`,
  );
}

function addIndexes(builder: Builder, table: string, columns: readonly RandomColumn[]): void {
  const { random, setup } = builder;
  const sortable = columns.filter(
    ({ type }) => type.ordered && !/virtual/.test(type.sql) && !/\[\]|json|bytea/.test(type.sql),
  );
  const [first, second] = columns;
  if (first === undefined || second === undefined) return;
  for (let count = random.int(0, 3); count > 0; count -= 1) {
    const a = random.pick(sortable).sql;
    const b = random.pick(sortable).sql;
    const keys = a === b ? a : `${a}, ${b}`;
    setup.push(
      random.pick([
        `create index on ${table} (${a})`,
        `create index on ${table} (${keys})`,
        `create index on ${table} (${a} desc nulls last)`,
        `create index on ${table} (${second.sql}) include (${first.sql})`,
        `create index on ${table} (${a}) where ${second.sql} > 10`,
        `create index on ${table} ((${second.sql} % 7), ${a})`,
        `create unique index on ${table} (${first.sql}, ${second.sql})`,
        `create index on ${table} using hash (${second.sql})`,
        `create index on ${table} using brin (${first.sql})`,
      ]),
    );
  }
}

function addPartitioned(builder: Builder, schema: string, name: string): void {
  const { random, setup } = builder;
  const table = `${schema}.${quoted(name)}`;
  const columns = randomColumns(builder);
  const [id, ref] = columns;
  if (id === undefined || ref === undefined) return;
  const method = random.pick(["range", "list", "hash"]);
  const names = takenIn(builder, schema);
  const partition = (of: string, bound: string, more = ""): string => {
    const own = `${schema}.${quoted(newName(random, names))}`;
    setup.push(`create table ${own} partition of ${of} ${bound}${more}`);
    return own;
  };
  setup.push(`create table ${table} (${columnList(columns)}) partition by ${method} (${ref.sql})`);
  if (method === "hash") {
    partition(table, "for values with (modulus 2, remainder 0)");
    partition(table, "for values with (modulus 2, remainder 1)");
  } else {
    const bound =
      method === "range" ? "for values from (0) to (200)" : "for values in (0, 1, 2, 3, 4, null)";
    if (random.chance(0.5)) {
      const sub = partition(table, bound, ` partition by hash (${id.sql})`);
      partition(sub, "for values with (modulus 1, remainder 0)");
    } else partition(table, bound);
    partition(table, "default");
  }
  fill(builder, table, columns);
  const key = random.chance(0.6) ? [id.sql, ref.sql] : [];
  if (key.length > 0) setup.push(`alter table ${table} add primary key (${key.join(", ")})`);
  addIndexes(builder, table, columns);
  builder.tables.push({ sql: table, name: quoted(name), columns, kind: "table", key });
}

function addInherited(builder: Builder, schema: string, name: string): void {
  const { random, setup } = builder;
  const table = `${schema}.${quoted(name)}`;
  const child = `${schema}.${quoted(newName(random, takenIn(builder, schema)))}`;
  const columns = randomColumns(builder);
  setup.push(`create table ${table} (${columnList(columns)})`);
  setup.push(`create table ${child} (only_here integer) inherits (${table})`);
  fill(builder, table, columns);
  fill(builder, child, columns);
  addIndexes(builder, child, columns);
  builder.tables.push({ sql: table, name: quoted(name), columns, kind: "table", key: [] });
}

function addViews(builder: Builder, schemas: readonly string[]): void {
  const { random, setup, tables } = builder;
  const filled = tables.filter(({ columns }) => columns.length > 0);
  for (const kind of ["view", "materialized view"] as const) {
    const schema = random.pick(schemas);
    const name = quoted(newName(random, takenIn(builder, schema)));
    const source = random.pick(filled);
    const [id] = source.columns;
    if (id === undefined) continue;
    const filter = random.chance(0.5) ? ` where ${id.sql} > 3` : "";
    setup.push(`create ${kind} ${schema}.${name} as select * from ${source.sql}${filter}`);
    tables.push({ sql: `${schema}.${name}`, name, columns: source.columns, kind, key: [] });
  }
}
