export type Rows = readonly Readonly<Record<string, unknown>>[];

export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Rows>;

/** The server of a trial, and the connection to it. */
export interface TrialServer {
  readonly query: Query;
  readonly product: "MySQL" | "MariaDB";
  /** `10.11.14`. */
  readonly version: string;
  /** As `server_version_num`: `10.11.14` is 101114, `9.7.0` is 90700. */
  readonly versionNumber: number;
}

/** Where InnoDB lists the files of tables: PROCESS is needed to read it. */
export function fileTable(product: TrialServer["product"]): string {
  return product === "MariaDB" ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
}

/** Throws what the server says where it does not tell what is needed. */
export async function describeServer(query: Query): Promise<TrialServer> {
  const [server] = await query("SELECT VERSION() AS version");
  const text = String(server?.["version"]);
  const version = /^[\d.]+/.exec(text)?.[0] ?? text;
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const product = /mariadb/i.test(text) ? "MariaDB" : "MySQL";
  await query(`SELECT 1 FROM information_schema.${fileTable(product)} LIMIT 1`);
  return {
    query,
    product,
    version,
    versionNumber: major * 10_000 + minor * 100 + patch,
  };
}
