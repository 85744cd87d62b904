import type { TableName } from "../../../catalog/catalog.ts";
import type { Observation } from "../../../migration/trial.ts";
import type { TrialServer } from "./trial-server.ts";

/**
 * How many instant changes of its columns a table has seen since it was last written anew, and how many it takes: 64, and 255
 * since MySQL 9.1. `null` for MariaDB, which has no such limit, and for names that InnoDB writes in ways of its own.
 */
export async function readRowVersions(
  { query, product, versionNumber }: TrialServer,
  table: TableName,
): Promise<NonNullable<Observation["rowVersions"]> | null> {
  if (product !== "MySQL" || versionNumber < 80_029) return null;
  const [row] = await query(
    "SELECT TOTAL_ROW_VERSIONS AS used FROM information_schema.INNODB_TABLES WHERE NAME = CONCAT(COALESCE(?, DATABASE()), '/', ?)",
    [table.schema || null, fileName(table.name)],
  );
  if (row === undefined) return null;
  return { table, used: Number(row["used"]), limit: versionNumber < 90_100 ? 64 : 255 };
}

/** https://dev.mysql.com/doc/refman/8.4/en/identifier-mapping.html */
function fileName(name: string): string {
  return name.replaceAll(
    /[^\w\u0080-\uffff]/g,
    (sign) => `@${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
