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
