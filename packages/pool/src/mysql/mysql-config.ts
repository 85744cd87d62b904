import type { ConnectionOptions } from "mysql2";

/** Where to connect, and as whom: a URL, or what `mysql2.createConnection` takes, with a password that may be asked for. */
export type MysqlConfig = string | MysqlConnectionOptions;

export interface MysqlConnectionOptions extends Omit<ConnectionOptions, "password"> {
  /** A function is called for each connect. */
  readonly password?: string | (() => string | Promise<string>) | undefined;
}

/** What a configuration comes to for one connect. */
export async function resolveConfig(
  config: MysqlConfig | (() => MysqlConfig | Promise<MysqlConfig>),
): Promise<ConnectionOptions> {
  const given = typeof config === "function" ? await config() : config;
  if (typeof given === "string") return withDefaults({ uri: given });
  const { password, ...rest } = given;
  const secret = typeof password === "function" ? await password() : password;
  return withDefaults(secret === undefined ? rest : { ...rest, password: secret });
}

/** A copy: mysql2 writes into what it is given. The pool has a deadline of its own for connecting. */
function withDefaults(options: ConnectionOptions): ConnectionOptions {
  return { connectTimeout: 0, ...options };
}

/** Host, port and database, never the password. */
export function describeConfig(config: MysqlConfig): string {
  const { uri, ...options } = typeof config === "string" ? { uri: config } : config;
  const own: MysqlConnectionOptions = options;
  if (own.socketPath !== undefined) return `${own.socketPath}/${own.database ?? ""}`;
  const url = uri === undefined ? undefined : new URL(uri);
  const host = own.host ?? url?.hostname ?? "localhost";
  const port = own.port ?? (url?.port || "3306");
  const database = own.database ?? url?.pathname.slice(1) ?? "";
  return `${host}:${port}/${decodeURIComponent(database)}`;
}
