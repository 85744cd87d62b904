import { randomBytes } from "node:crypto";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import type { TableName } from "../../catalog/catalog.ts";
import { DbadviseError, redactUrl } from "../../dbadvise-error.ts";
import type { TrialOptions } from "../../migration/migration-engine.ts";
import type { Observation, TableLock, Trial } from "../../migration/trial.ts";
import { type Rung, rungsFor, withRung } from "./alter-ladder.ts";
import { describeMigration } from "./describe-migration.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];

/** A new database on the server at `url`, dropped in the end; `null` without a URL: there is no embedded MySQL. */
export async function openTrial({ url, progress }: TrialOptions): Promise<Trial | null> {
  if (url === null) return null;
  progress("making a trial database");
  const name = `dbadvise_trial_${randomBytes(6).toString("hex")}`;
  const connection = await connect(url);
  try {
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    await connection.query(`USE ${name}`);
    return await trialOn(connection, name, new URL(url).host);
  } catch (error) {
    await connection.end();
    throw new DbadviseError(
      "trial-failed",
      `No trial database could be made at ${redactUrl(url)}: ${messageOf(error)}.`,
      "Give --trial-url a user who may create databases, on a server that holds nothing else: GRANT ALL ON `dbadvise_trial_%`.* TO ...",
      { cause: error },
    );
  }
}

async function connect(url: string): Promise<Connection> {
  try {
    return await createConnection({
      uri: url.replace(/^mariadb:/, "mysql:"),
      connectTimeout: 10_000,
      // Values of code's statements are bound by the driver.
      supportBigNumbers: true,
    });
  } catch (error) {
    throw new DbadviseError(
      "connection-failed",
      `The server at ${redactUrl(url)} can't be reached: ${messageOf(error)}.`,
      "Check host, port, user and password of --trial-url.",
      { cause: error },
    );
  }
}

async function trialOn(connection: Connection, name: string, host: string): Promise<Trial> {
  const query = async (sql: string, parameters: readonly unknown[] = []): Promise<Rows> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...parameters]);
    return Array.isArray(rows) ? rows : [];
  };
  const [server] = await query("SELECT VERSION() AS version");
  const version = String(server?.["version"]);
  const maria = /mariadb/i.test(version);
  const product = `${maria ? "MariaDB" : "MySQL"} ${/^[\d.]+/.exec(version)?.[0] ?? version}`;
  /** Identity of a table's file: another one after it was built anew. */
  const fileOf = async (table: TableName): Promise<unknown> => {
    const source = maria ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
    const [row] = await query(
      `SELECT TABLE_ID AS id FROM information_schema.${source} WHERE NAME = ?`,
      [`${table.schema || name}/${table.name}`],
    );
    return row?.["id"];
  };

  const climb = async (sql: string, parameters: readonly unknown[]): Promise<Rung | null> => {
    for (const rung of rungsFor(sql)) {
      const text = withRung(sql, rung);
      if (text === null) return null;
      try {
        await query(text, parameters);
        return rung;
      } catch {
        // Refused before anything was done: the next rung, and in the end the statement as it is, which says why.
      }
    }
    return null;
  };

  return {
    name: `${product} at ${host}`,
    versionNumber: numberOf(version),
    reset: () => connection.changeUser({ database: name }),
    begin: async () => void (await query("START TRANSACTION")),
    commit: async () => void (await query("COMMIT")),
    rollback: async () => void (await query("ROLLBACK")),
    run: query,
    async observe(sql, parameters = []) {
      const described = await describeMigration(sql, "");
      const actions = described.kind === "actions" ? described.actions : [];
      const table = actions.flatMap((action) =>
        "table" in action && action.table != null
          ? [action.table]
          : action.kind === "create-index"
            ? [action.index.table]
            : [],
      )[0];
      const before = table === undefined ? undefined : await fileOf(table);
      const rung = table === undefined ? null : await climb(sql, parameters);
      const rows = rung === null ? await query(sql, parameters) : [];
      if (table === undefined || before === undefined || rung === null)
        return { rows, observation: NOTHING };
      const renamed = actions.find(({ kind }) => kind === "rename-table");
      const after = await fileOf(renamed?.kind === "rename-table" ? renamed.to : table);
      return { rows, observation: observationOf(table, rung, before !== after) };
    },
    session: {
      query,
      // The trial's owner closes it.
      close: () => Promise.resolve(),
    },
    async close() {
      await connection.query(`DROP DATABASE IF EXISTS ${name}`).catch(() => undefined);
      await connection.end().catch(() => undefined);
    },
  };
}

const NOTHING: Observation = { locks: [], held: [], rewritten: [], scanned: [], unseen: [] };

function observationOf(table: TableName, rung: Rung, rebuilt: boolean): Observation {
  const { algorithm, lock } = rung;
  const locks: readonly TableLock[] =
    lock === null || lock === "NONE"
      ? []
      : [{ table, mode: `LOCK=${lock}`, blocksReads: lock === "EXCLUSIVE", blocksWrites: true }];
  return { ...NOTHING, locks, rewritten: rebuilt ? [table] : [], algorithm };
}

/** `10.11.14-MariaDB` is 101114, `9.7.0` is 90700. */
function numberOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^\d]+/).map(Number);
  return major * 10_000 + minor * 100 + patch;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
