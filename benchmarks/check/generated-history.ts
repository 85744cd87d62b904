import { randomOf } from "../selection/generated.ts";

/** A history of migrations as a team leaves it behind: what each one does, drawn with a seed. */
export interface HistoryOptions {
  readonly seed: number;
  readonly migrations: number;
}

const TYPES = ["text", "integer", "bigint", "numeric(12, 2)", "timestamptz", "boolean", "jsonb"];

interface History {
  readonly below: (limit: number) => number;
  /** Columns by table, in the order in which they were made. */
  readonly tables: Map<string, string[]>;
}

/** Statements of each migration, in order: five of them on average. */
export function generatedHistory({
  seed,
  migrations,
}: HistoryOptions): readonly (readonly string[])[] {
  const random = randomOf(seed);
  const history: History = { below: (limit) => Math.floor(random(limit)), tables: new Map() };
  return Array.from({ length: migrations }, (_, number) => {
    // A third of all migrations makes a table, the others change what there is.
    if (number < 3 || history.below(3) === 0) return newTable(history, number);
    const kinds = [newColumns, backfill, view, trigger] as const;
    return (kinds[history.below(kinds.length)] ?? newColumns)(history, number);
  });
}

function newTable({ tables, below }: History, number: number): readonly string[] {
  const name = `table_${number}`;
  const parent = pick([...tables.keys()], below);
  const columns = Array.from({ length: 3 + below(8) }, (_, column) => `column_${column}`);
  const defined = columns.map((column) => `${column} ${pick(TYPES, below) ?? "text"}`);
  const known = ["id", ...columns, ...(parent === null ? [] : ["parent_id"])];
  tables.set(name, known);
  return [
    `CREATE TABLE ${name} (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n  ${parent === null ? "" : "parent_id bigint NOT NULL,\n  "}${defined.join(",\n  ")}\n)`,
    `CREATE INDEX ${name}_first_idx ON ${name} (column_0)`,
    `CREATE INDEX ${name}_pair_idx ON ${name} (column_1, column_2)`,
    ...(parent === null
      ? []
      : [
          `CREATE INDEX ${name}_parent_idx ON ${name} (parent_id)`,
          `ALTER TABLE ${name} ADD CONSTRAINT ${name}_parent_fk FOREIGN KEY (parent_id) REFERENCES ${parent} (id)`,
        ]),
    `COMMENT ON TABLE ${name} IS 'migration ${number}'`,
  ];
}

function newColumns({ tables, below }: History, number: number): readonly string[] {
  const table = pick([...tables.keys()], below) ?? "table_0";
  const names = [`added_${number}`, `further_${number}`];
  tables.get(table)?.push(...names);
  return [
    "SET lock_timeout = '5s'",
    `ALTER TABLE ${table} ADD COLUMN ${names[0]} text NOT NULL DEFAULT ''`,
    `ALTER TABLE ${table} ADD COLUMN ${names[1]} integer`,
    `ALTER TABLE ${table} ADD CONSTRAINT ${table}_${number}_check CHECK (${names[1]} > 0) NOT VALID`,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_${number}_check`,
    `CREATE INDEX CONCURRENTLY ${table}_${number}_idx ON ${table} (${names[0]})`,
  ];
}

function backfill({ tables, below }: History, number: number): readonly string[] {
  const table = pick([...tables.keys()], below) ?? "table_0";
  const name = `filled_${number}`;
  tables.get(table)?.push(name);
  return [
    `ALTER TABLE ${table} ADD COLUMN ${name} text`,
    `UPDATE ${table} SET ${name} = id::text WHERE ${name} IS NULL`,
    `ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT 'none'`,
    `ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL`,
  ];
}

function view({ tables, below }: History, number: number): readonly string[] {
  const table = pick([...tables.keys()], below) ?? "table_0";
  const columns = tables.get(table) ?? ["id"];
  return [
    `CREATE VIEW view_${number} AS SELECT ${columns.slice(0, 4).join(", ")} FROM ${table} WHERE id > 10`,
    `CREATE FUNCTION count_${number}() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM ${table} $$`,
    `CREATE MATERIALIZED VIEW totals_${number} AS SELECT id % 10 AS part, count(*) AS rows FROM ${table} GROUP BY 1`,
    `CREATE UNIQUE INDEX totals_${number}_idx ON totals_${number} (part)`,
  ];
}

function trigger({ tables, below }: History, number: number): readonly string[] {
  const table = pick([...tables.keys()], below) ?? "table_0";
  return [
    `CREATE TYPE state_${number} AS ENUM ('new', 'seen', 'done')`,
    `ALTER TABLE ${table} ADD COLUMN state_${number} state_${number} NOT NULL DEFAULT 'new'`,
    `CREATE FUNCTION touch_${number}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.state_${number} := 'seen'; RETURN NEW; END $$`,
    `CREATE TRIGGER touch_${number} BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION touch_${number}()`,
    `CREATE INDEX ${table}_state_${number}_idx ON ${table} (state_${number}) WHERE state_${number} <> 'done'`,
  ];
}

function pick<T>(list: readonly T[], below: (limit: number) => number): T | null {
  return list[below(list.length)] ?? null;
}
