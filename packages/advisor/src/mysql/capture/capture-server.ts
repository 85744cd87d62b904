import type { Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { Session } from "../../engine.ts";
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

const SERVER = `
  select version() as version, database() as name, @@collation_database as collation, @@innodb_page_size as page_size,
    unix_timestamp(now(3)) as now, @@performance_schema as performance_schema, current_user() as account`;

/** Throws `DbadviseError` `unsupported-server` for a server that is too old, `capture-failed` without a database. */
export async function captureServer(session: Session): Promise<ServerFacts> {
  const [row] = await readRows(session, SERVER);
  const version = row?.["version"] ?? "";
  const { product, versionNumber } = readVersion(version);
  if (versionNumber < OLDEST_VERSION[product]) {
    throw new DbadviseError(
      "unsupported-server",
      `The server is ${product} ${version}, which dbadvise can't read.`,
      "MySQL 8.0 and later, and MariaDB 10.6 and later, are supported.",
    );
  }
  const database = row?.["name"] ?? null;
  if (database === null) {
    throw new DbadviseError(
      "capture-failed",
      "The session has no database.",
      "Name one at the end of the connection string: mysql://user:password@host:3306/database.",
    );
  }
  const seconds = Number(row?.["now"]);
  const [status] = await readRows(session, "show global status like 'Uptime'").catch(() => []);
  const uptime = Number(status?.["value"]);
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
    now: isoTime(seconds),
    started: Number.isFinite(uptime) ? isoTime(seconds - uptime) : null,
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
