import type { TableName } from "../../../catalog/catalog.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import type { Observation, TableLock } from "../../../migration/trial.ts";
import { alteredTable, changesPartitions, type Rung, rungsFor, withRung } from "../alter-ladder.ts";
import { metadataLock, metadataLocks, referencedTables } from "./metadata-locks.ts";
import { readRowVersions } from "./row-versions.ts";
import { fileTable, type Rows, type TrialServer } from "./trial-server.ts";

const NOTHING: Observation = { locks: [], held: [], rewritten: [], scanned: [], unseen: [] };

/** Runs a statement and says what it did to tables that were there. */
export async function observeStatement(
  server: TrialServer,
  sql: string,
  parameters: readonly unknown[],
  actions: readonly SchemaAction[],
): Promise<{ readonly rows: Rows; readonly observation: Observation }> {
  const parents = server.product === "MySQL" ? referencedTables(actions) : [];
  const table = alteredTable(sql, "");
  if (table === null) {
    const wanted = [...metadataLocks(actions), ...parents.map(metadataLock)];
    const locks = await thoseThatExist(server, wanted);
    return { rows: await server.query(sql, parameters), observation: { ...NOTHING, locks } };
  }
  const before = await filesOf(server, table);
  const rowVersions = await readRowVersions(server, table);
  const taken = await climb(server, sql, parameters);
  const rows = taken === null ? await server.query(sql, parameters) : [];
  const rebuilt = wasRebuilt(before, await filesOf(server, table), changesPartitions(sql));
  const observation = observationOf(table, taken, rebuilt);
  return {
    rows,
    observation: {
      ...observation,
      locks: [...observation.locks, ...parents.map(metadataLock)],
      ...(rowVersions === null ? {} : { rowVersions }),
    },
  };
}

/**
 * Runs a statement of the history as tables with rows take it. MySQL writes an empty table anew where it may choose, and would not
 * count what is done to a full one instantly.
 */
export async function replayStatement(
  server: TrialServer,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Rows> {
  const [first] = rungsFor(sql);
  if (server.product === "MySQL" && first?.algorithm === "INSTANT") {
    const text = withRung(sql, first);
    const taken = text === null ? null : await server.query(text, parameters).catch(() => null);
    if (taken !== null) return taken;
  }
  return server.query(sql, parameters);
}

async function climb(
  server: TrialServer,
  sql: string,
  parameters: readonly unknown[],
): Promise<Rung | null> {
  for (const rung of rungsFor(sql)) {
    const text = withRung(sql, rung);
    if (text === null) return null;
    try {
      await server.query(text, parameters);
      return rung;
    } catch {
      // Refused before anything was done: the next rung, and in the end the statement as it is, which says why.
    }
  }
  return null;
}

function observationOf(table: TableName, taken: Rung | null, rebuilt: boolean): Observation {
  if (taken === null)
    return {
      ...NOTHING,
      rewritten: rebuilt ? [table] : [],
      unseen: ["the server takes no ALGORITHM for this change: how it is done was not seen"],
    };
  // MariaDB takes any ALGORITHM for a change of the engine, of the order of rows and of partitioning, and copies the table nevertheless.
  const copied = rebuilt && (taken.algorithm === "INSTANT" || taken.algorithm === "NOCOPY");
  const { algorithm, lock }: Rung = copied ? { algorithm: "COPY", lock: "SHARED" } : taken;
  const locks: readonly TableLock[] =
    lock === null || lock === "NONE"
      ? []
      : [{ table, mode: `LOCK=${lock}`, blocksReads: lock === "EXCLUSIVE", blocksWrites: true }];
  return {
    ...NOTHING,
    locks,
    rewritten: rebuilt || algorithm === "COPY" ? [table] : [],
    algorithm,
  };
}

/** Identities of the files of InnoDB's tables in the table's database: only those of the altered table change. */
async function filesOf(
  { query, product }: TrialServer,
  { schema }: TableName,
): Promise<ReadonlySet<string>> {
  // Those of full-text indexes come and go with them.
  const rows = await query(
    `SELECT TABLE_ID AS id FROM information_schema.${fileTable(product)}
    WHERE SUBSTRING_INDEX(NAME, '/', 1) = COALESCE(?, DATABASE()) AND NAME NOT LIKE '%/fts\\\\_%'`,
    [schema || null],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

function wasRebuilt(
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  partitions: boolean,
): boolean {
  const gone = [...before].some((id) => !after.has(id));
  const made = [...after].some((id) => !before.has(id));
  return partitions ? gone && made : gone || made;
}

async function thoseThatExist(
  { query }: TrialServer,
  locks: readonly TableLock[],
): Promise<readonly TableLock[]> {
  const found: TableLock[] = [];
  for (const lock of locks) {
    const rows = await query(
      "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?",
      [lock.table.schema || null, lock.table.name],
    );
    if (rows.length > 0) found.push(lock);
  }
  return found;
}
