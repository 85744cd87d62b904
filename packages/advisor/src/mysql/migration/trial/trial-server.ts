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

export async function describeServer(query: Query): Promise<TrialServer> {
  const [server] = await query("SELECT VERSION() AS version");
  const text = String(server?.["version"]);
  const version = /^[\d.]+/.exec(text)?.[0] ?? text;
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return {
    query,
    product: /mariadb/i.test(text) ? "MariaDB" : "MySQL",
    version,
    versionNumber: major * 10_000 + minor * 100 + patch,
  };
}
