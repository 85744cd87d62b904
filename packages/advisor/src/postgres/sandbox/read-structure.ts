import { type Catalog, type TableName, tableKey } from "../../catalog/catalog.ts";
import type { ExtendedStatistics, PreludeStatement } from "../../catalog/snapshot.ts";
import type { SchemaChange } from "../../catalog/changed-snapshot.ts";
import type { Session } from "../../engine.ts";
import { captureCatalog } from "../capture/capture-catalog.ts";
import { captureExtendedStatistics } from "../capture/capture-statistics.ts";
import { userSchema } from "../capture/user-objects.ts";
import { readRows } from "../read-rows.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";

/** What an object keeps while it is renamed, moved or changed. */
export interface Identity {
  /** Kind and number in the server's catalogs; a column's has its table's. */
  readonly id: string;
  readonly kind: SchemaChange["kind"];
  /** Of a column: its table's. */
  readonly name: TableName;
  readonly column: string | null;
  /** Identity of the table of a column or an index. */
  readonly parent: string | null;
  /** SQL type of a column. */
  readonly type: string | null;
}

/** Objects by their identity. */
export type Identities = ReadonlyMap<string, Identity>;

/** All that a planner could notice. */
export interface Structure {
  readonly catalog: Catalog;
  readonly prelude: readonly PreludeStatement[];
  readonly extendedStatistics: readonly ExtendedStatistics[];
  readonly identities: Identities;
  /** Identities of tables and indexes by `tableKey`. */
  readonly byName: ReadonlyMap<string, Identity>;
}

// Types that come with a table or with another type are left out: they share its fate.
const IDENTITIES = `
  select 'r' || c.oid as id,
    case when c.relkind in ('i', 'I') then 'index' when c.relkind = 'v' then 'view' else 'table' end as kind,
    n.nspname as schema, c.relname as name, null as column, 'r' || i.indrelid as parent, null as type
  from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_index i on i.indexrelid = c.oid
  where c.relkind in ('r', 'p', 'm', 'f', 'v', 'i', 'I') and c.relpersistence <> 't' and ${userSchema("n")}
  union all
  select 'r' || a.attrelid || '.' || a.attnum, 'column', n.nspname, c.relname, a.attname, 'r' || a.attrelid,
    format_type(a.atttypid, a.atttypmod)
  from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't' and a.attnum > 0 and not a.attisdropped
    and ${userSchema("n")}
  union all
  select 't' || t.oid, 'type', n.nspname, t.typname, null, null, null
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where t.typtype in ('e', 'd', 'r') and ${userSchema("n")}
  union all
  select 'f' || p.oid, 'function', n.nspname, p.proname, null, null, null
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${userSchema("n")}`;

export function readIdentities(database: SandboxDatabase): Promise<Identities> {
  return withQualifiedNames(database, () => identitiesOf(database));
}

async function identitiesOf(database: SandboxDatabase): Promise<Identities> {
  const rows = await readRows<Identity & { schema: string; name: string }>(
    sessionOf(database),
    IDENTITIES,
  );
  return new Map(
    rows.map(({ schema, name, ...row }) => [row.id, { ...row, name: { schema, name } }] as const),
  );
}

/** Reads what the sandbox has become, as a capture would. `queryTexts` may name functions that nothing else needs. */
export function readStructure(
  database: SandboxDatabase,
  searchPath: readonly string[],
  queryTexts: readonly string[],
): Promise<Structure> {
  return withQualifiedNames(database, async () => {
    const session = sessionOf(database);
    // Of the sandbox's own version, whatever the snapshot's is.
    const { catalog, prelude } = await captureCatalog(session, 180_000, searchPath, queryTexts);
    const extendedStatistics = await captureExtendedStatistics(session);
    const identities = await identitiesOf(database);
    const byName = new Map(
      [...identities.values()]
        .filter(({ kind }) => kind === "table" || kind === "index")
        .map((identity) => [tableKey(identity.name), identity]),
    );
    return { catalog, prelude, extendedStatistics, identities, byName };
  });
}

/** Names are printed qualified where the search path does not hold them: it must be the same for all that is compared. */
async function withQualifiedNames<Result>(
  database: SandboxDatabase,
  read: () => Promise<Result>,
): Promise<Result> {
  await database.run("begin; set local search_path = ''");
  try {
    return await read();
  } finally {
    await database.run("commit");
  }
}

function sessionOf(database: SandboxDatabase): Session {
  return {
    query: (sql, parameters = []) => database.query(sql, parameters),
    close: () => Promise.resolve(),
  };
}
