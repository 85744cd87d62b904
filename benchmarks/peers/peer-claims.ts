import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Connection, RowDataPacket } from "mysql2/promise";

/** An index that a peer says can go. */
export interface Claim {
  readonly peer: "pt-duplicate-key-checker" | "schema_redundant_indexes" | "schema_unused_indexes";
  readonly table: string;
  readonly index: string;
  /** The index that does its work, where the peer names one. */
  readonly instead: string | null;
  /** `shorten`: its last keys are to go, not the index. */
  readonly kind: "drop" | "shorten";
}

/** What percona-toolkit's program prints about a database. */
export async function duplicateKeyChecker(url: string): Promise<readonly Claim[]> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const dsn = `h=${hostname},P=${port},u=${username},p=${decodeURIComponent(password)}`;
  const { stdout } = await promisify(execFile)(
    "pt-duplicate-key-checker",
    ["--no-version-check", "--nosummary", "--databases", pathname.slice(1), dsn],
    { maxBuffer: 100_000_000 },
  );
  return stdout
    .split(/^(?=# (?:Key )?\S+ (?:is a|ends with))/m)
    .flatMap((part): readonly Claim[] => {
      const [, table, dropped, added] =
        /^ALTER TABLE `[^`]+`\.`([^`]+)` DROP INDEX `([^`]+)`(, ADD INDEX)?/m.exec(part) ?? [];
      if (table === undefined || dropped === undefined) return [];
      const [, instead = null] = /^# \S+ is a (?:duplicate|left-prefix) of (\S+)/.exec(part) ?? [];
      return [
        {
          peer: "pt-duplicate-key-checker",
          table,
          index: dropped,
          instead,
          kind: added === undefined ? "drop" : "shorten",
        },
      ];
    });
}

/** What the views of the sys schema hold of the connection's database. */
export async function systemViews(connection: Connection): Promise<readonly Claim[]> {
  const [redundant] = await connection.query<RowDataPacket[]>(
    "select table_name as t, redundant_index_name as i, dominant_index_name as d from sys.schema_redundant_indexes where table_schema = database()",
  );
  const [unused] = await connection.query<RowDataPacket[]>(
    "select object_name as t, index_name as i from sys.schema_unused_indexes where object_schema = database()",
  );
  const claim = (peer: Claim["peer"], row: RowDataPacket): Claim => ({
    peer,
    table: String(row["t"]),
    index: String(row["i"]),
    instead: row["d"] === undefined ? null : String(row["d"]),
    kind: "drop",
  });
  return [
    ...redundant.map((row) => claim("schema_redundant_indexes", row)),
    ...unused.map((row) => claim("schema_unused_indexes", row)),
  ];
}
