import type { CandidateIndex, IndexKey } from "@dbadvise/advisor";
import pg from "pg";

/** What the real server's planner says. */
export interface RealPlan {
  readonly cost: number;
  /** Names of the indexes in the plan; `+` for the one that was just built, on whichever partition. */
  readonly indexes: readonly string[];
}

export interface BuiltIndex {
  readonly plan: RealPlan;
  readonly bytes: number;
}

const NEW = "dbadvise_whatif";

/** Plans a text; one with `$1` generically, as every server version can: by a prepared statement. */
export async function planOnServer(
  client: pg.Client,
  sql: string,
  built: ReadonlySet<string> = new Set(),
): Promise<RealPlan> {
  const parameters = new Set(sql.match(/\$\d+/g)).size;
  let result: pg.QueryResult<Record<string, unknown>>;
  if (parameters === 0) result = await client.query(`explain (format json) ${sql}`);
  else {
    await client.query(
      `set plan_cache_mode = force_generic_plan; prepare dbadvise_shape as ${sql}`,
    );
    const nulls = Array.from({ length: parameters }, () => "null").join(", ");
    result = await client.query(`explain (format json) execute dbadvise_shape (${nulls})`);
    await client.query("deallocate dbadvise_shape");
  }
  const explained: unknown = result.rows[0]?.["QUERY PLAN"];
  const root: unknown = Array.isArray(explained) ? Reflect.get(Object(explained[0]), "Plan") : null;
  const indexes = new Set(indexNames(root).map((name) => (built.has(name) ? "+" : name)));
  return {
    cost: Number(Reflect.get(Object(root), "Total Cost")),
    indexes: [...indexes].toSorted(),
  };
}

/** Builds the index, plans the text with it, measures it, and takes it back. */
export async function buildOnServer(
  client: pg.Client,
  index: CandidateIndex,
  sql: string,
): Promise<BuiltIndex> {
  await client.query("begin");
  try {
    await client.query(createIndex(index));
    const made = await client.query<{ name: string; bytes: number }>(
      `with recursive made as (
         select '${NEW}'::regclass::oid as oid union all select inhrelid from pg_inherits join made on inhparent = oid)
       select c.relname as name, pg_relation_size(c.oid)::float8 as bytes from made join pg_class c using (oid)`,
    );
    const built = new Set(made.rows.map((row) => row.name));
    const plan = await planOnServer(client, sql, built);
    return { plan, bytes: made.rows.reduce((sum, row) => sum + row.bytes, 0) };
  } finally {
    await client.query("rollback");
  }
}

export interface HypopgAnswer {
  readonly cost: number;
  readonly bytes: number;
}

/** Makes HypoPG's functions callable where the server has them. */
export async function prepareHypopg(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("select from pg_available_extensions where name = 'hypopg'");
  if (rows.length === 0) return false;
  await client.query("create extension if not exists hypopg");
  return true;
}

/** What HypoPG says of the same index; `null` where it can't do that kind. */
export async function askHypopg(
  client: pg.Client,
  index: CandidateIndex,
  sql: string,
): Promise<HypopgAnswer | null> {
  let oid: number | undefined;
  try {
    const made = await client.query<{ oid: number }>(
      "select indexrelid::int8::float8 as oid from hypopg_create_index($1)",
      [createIndex(index).replace(NEW, "")],
    );
    oid = made.rows[0]?.oid;
  } catch {
    return null;
  }
  try {
    const { cost } = await planOnServer(client, sql);
    const size = await client.query<{ bytes: number }>(
      `select hypopg_relation_size(${oid})::float8 as bytes`,
    );
    return { cost, bytes: size.rows[0]?.bytes ?? Number.NaN };
  } finally {
    await client.query("select hypopg_reset()");
  }
}

function createIndex(index: CandidateIndex): string {
  const include = index.include.length > 0 ? `include (${index.include.join(", ")})` : "";
  const where = index.predicate === null ? "" : `where ${index.predicate}`;
  return `create index ${NEW} on ${index.table.name} using ${index.method} (${index.keys.map(keySql).join(", ")}) ${include} ${where}`;
}

function keySql(key: IndexKey): string {
  return `${key.expression} ${key.operatorClass ?? ""} ${key.direction === "desc" ? "desc" : ""}`;
}

function indexNames(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const name: unknown = Reflect.get(node, "Index Name");
  const children: unknown = Reflect.get(node, "Plans");
  return [
    ...(typeof name === "string" ? [name] : []),
    ...(Array.isArray(children) ? children.flatMap(indexNames) : []),
  ];
}
