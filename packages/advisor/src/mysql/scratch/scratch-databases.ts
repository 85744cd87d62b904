import { randomBytes } from "node:crypto";
import { quoteIdent } from "../quote-ident.ts";
import { sqlString } from "../sql-string.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** `dbadvise_scratch_`, the second in which it was made, and something that nobody else has. */
const NAME = /^dbadvise_scratch_([0-9a-f]{8})_[0-9a-f]{8}$/;

/** A planner never lives that long: what it did not drop, because it was killed, the next one does. */
const LEFT_BEHIND_SECONDS = 86_400;

/** Makes a database for each of production's. Never one that exists. By their names in production. */
export async function createDatabases(
  server: ScratchServer,
  schemas: readonly string[],
  collation: string | undefined,
  now: number = Date.now(),
): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  const second = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, "0");
  const rest = collation === undefined ? "" : ` COLLATE ${collation}`;
  for (const schema of schemas) {
    const name = `dbadvise_scratch_${second}_${randomBytes(4).toString("hex")}`;
    try {
      await server.query(`CREATE DATABASE ${name}${rest}`);
    } catch (error) {
      // A collation that this server does not know: the tables name their own.
      if (rest === "") throw error;
      await server.query(`CREATE DATABASE ${name}`);
    }
    made.set(schema, name);
  }
  return made;
}

/** Drops databases and what is kept of their tables' statistics beside them. */
export async function dropDatabases(server: ScratchServer, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    if (!NAME.test(name)) throw new Error(`${name} is not a scratch database`);
    await server.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`);
    for (const table of KEPT_STATISTICS[server.product])
      await server.query(
        `DELETE FROM mysql.${table} WHERE ${DATABASE_COLUMN[table]} = ${sqlString(name)}`,
      );
  }
}

const KEPT_STATISTICS = {
  MySQL: ["innodb_index_stats", "innodb_table_stats"],
  MariaDB: [
    "innodb_index_stats",
    "innodb_table_stats",
    "column_stats",
    "index_stats",
    "table_stats",
  ],
} as const;

const DATABASE_COLUMN = {
  innodb_index_stats: "database_name",
  innodb_table_stats: "database_name",
  column_stats: "db_name",
  index_stats: "db_name",
  table_stats: "db_name",
} as const;

/** Drops databases that planners of earlier days left behind. */
export async function dropLeftBehind(
  server: ScratchServer,
  now: number = Date.now(),
): Promise<void> {
  const rows = await server.query(
    "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbadvise\\_scratch\\_%'",
  );
  const old = rows.flatMap(({ name }) => {
    const second = NAME.exec(name ?? "")?.[1];
    const age = now / 1000 - Number.parseInt(second ?? "", 16);
    return name != null && age > LEFT_BEHIND_SECONDS ? [name] : [];
  });
  // Another planner may be doing the same.
  await dropDatabases(server, old).catch(() => undefined);
}
