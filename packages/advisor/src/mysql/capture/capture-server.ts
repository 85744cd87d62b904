import type { Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { Session } from "../../engine.ts";
import { ownAlias } from "../own-alias.ts";
import { readRows } from "../read-rows.ts";
import { OLDEST_VERSION, readVersion, serverTraits, type ServerTraits } from "../server-traits.ts";

export interface ServerFacts {
  readonly server: Snapshot["server"];
  readonly traits: ServerTraits;
  /** Bytes of InnoDB's pages. */
  readonly pageSize: number;
  /** ISO time by the server's clock. */
  readonly now: string;
  /** ISO time of the server's start. */
  readonly started: string | null;
  /** Whether performance_schema collects anything. */
  readonly performanceSchema: boolean;
  /** `user`@`host` of this session's account, for a GRANT. */
  readonly account: string;
}

// The server's time and its uptime are of one moment, so that the time of its start is the same whenever it is asked.
const selectServer = (status: string): string => `
  select version() as version, database() as name, @@collation_database as collation, @@innodb_page_size as page_size,
    unix_timestamp(now(3)) as now, @@performance_schema as performance_schema, current_user() as account,
    unix_timestamp() - (select variable_value from ${status} where variable_name = 'Uptime') as started`;

/** Throws `DbadviseError` `unsupported-server` for a server that is too old, `capture-failed` without a database. */
export async function captureServer(session: Session): Promise<ServerFacts> {
  const [shown] = await readRows(session, `select version() as ${ownAlias("value")}`);
  const version = shown?.[ownAlias("value")] ?? "";
  const { product, versionNumber } = readVersion(version);
  if (versionNumber < OLDEST_VERSION[product]) {
    throw new DbadviseError(
      "unsupported-server",
      `The server is ${product} ${version}, which dbadvise can't read.`,
      "MySQL 8.0 and later, and MariaDB 10.6 and later, are supported.",
    );
  }
  const [row] = await readRows(
    session,
    selectServer(
      product === "MariaDB"
        ? "information_schema.global_status"
        : "performance_schema.global_status",
    ),
  );
  const database = row?.["name"] ?? null;
  if (database === null) {
    throw new DbadviseError(
      "capture-failed",
      "The session has no database.",
      "Name one at the end of the connection string: mysql://user:password@host:3306/database.",
    );
  }
  const started = row?.["started"] ?? null;
  const server: Snapshot["server"] = {
    engine: "MySQL",
    ...(product === "MariaDB" && { product }),
    version,
    versionNumber,
    database,
    collation: row?.["collation"] ?? "",
  };
  return {
    server,
    traits: serverTraits(server),
    pageSize: Number(row?.["page_size"]),
    now: isoTime(Number(row?.["now"])),
    started: started === null ? null : isoTime(Number(started)),
    performanceSchema: row?.["performance_schema"] === "1",
    account: accountOf(row?.["account"] ?? ""),
  };
}

/** ISO time of seconds since the epoch. */
export function isoTime(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString();
}

function accountOf(shown: string): string {
  const [user = "", host = ""] = shown.split(/@(?=[^@]*$)/);
  return `'${user}'@'${host}'`;
}
