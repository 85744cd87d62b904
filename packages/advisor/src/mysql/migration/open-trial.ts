import { randomBytes } from "node:crypto";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { DbadviseError, redactUrl } from "../../dbadvise-error.ts";
import type { TrialOptions } from "../../migration/migration-engine.ts";
import type { SchemaAction } from "../../migration/schema-action.ts";
import type { Trial } from "../../migration/trial.ts";
import { describeMigration } from "./describe-migration.ts";
import { observeStatement, replayStatement } from "./trial/observe-statement.ts";
import { ownDatabases } from "./trial/own-databases.ts";
import { describeServer, type Query } from "./trial/trial-server.ts";

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
    await connection.query(`DROP DATABASE IF EXISTS ${name}`).catch(() => undefined);
    await connection.end().catch(() => undefined);
    throw new DbadviseError(
      "trial-failed",
      `No trial database could be made at ${redactUrl(url)}: ${messageOf(error)}.`,
      "Give --trial-url a user who may create databases, on a server that holds nothing else: GRANT ALL ON `dbadvise_trial_%`.* TO ..., and GRANT PROCESS ON *.* TO ..., without which the files of tables can't be seen.",
      { cause: error },
    );
  }
}

async function connect(url: string): Promise<Connection> {
  // Loaded where something connects: it takes time and memory.
  const { createConnection } = await import("mysql2/promise");
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
  const query: Query = async (sql, parameters = []) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...parameters]);
    return Array.isArray(rows) ? rows : [];
  };
  const server = await describeServer(query);
  const databases = ownDatabases(server, name);
  /** What a statement does, once it is known to be about nothing that was there before. */
  const readOwn = async (sql: string): Promise<readonly SchemaAction[]> => {
    const described = await describeMigration(sql, "");
    const actions = described.kind === "actions" ? described.actions : [];
    await databases.guard(sql, actions);
    return actions;
  };
  return {
    name: `${server.product} ${server.version} at ${host}`,
    versionNumber: server.versionNumber,
    reset: () => connection.changeUser({ database: name }),
    begin: async () => void (await query("START TRANSACTION")),
    commit: async () => void (await query("COMMIT")),
    rollback: async () => void (await query("ROLLBACK")),
    async run(sql, parameters) {
      await readOwn(sql);
      return replayStatement(server, sql, parameters);
    },
    async observe(sql, parameters = []) {
      return observeStatement(server, sql, parameters, await readOwn(sql));
    },
    session: {
      query,
      // The trial's owner closes it.
      close: () => Promise.resolve(),
    },
    async close() {
      await databases.drop().catch(() => undefined);
      await connection.end().catch(() => undefined);
    },
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
