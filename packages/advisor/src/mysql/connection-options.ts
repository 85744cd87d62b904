import { readFile } from "node:fs/promises";
import type { ConnectionOptions, SslOptions } from "mysql2/promise";

/** How a connection is encrypted, as `--ssl-mode` of the server's own client says. */
export type TlsMode = "disabled" | "preferred" | "required" | "verify_ca" | "verify_identity";

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Path of a Unix socket; it is then used instead of host and port. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** Paths of files in PEM. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** `ssl={...}` of the driver's own form. */
  readonly tlsOptions: SslOptions | null;
  readonly timeoutMilliseconds: number;
}

const CONNECT_TIMEOUT_SECONDS = 10;
const DEFAULT_PORT = 3306;

/** Words for a mode in the clients and drivers that people know. */
const TLS_MODES: Readonly<Record<string, TlsMode>> = {
  "0": "disabled",
  "1": "required",
  disable: "disabled",
  disabled: "disabled",
  false: "disabled",
  prefer: "preferred",
  preferred: "preferred",
  require: "required",
  required: "required",
  true: "required",
  verify_ca: "verify_ca",
  verify_full: "verify_identity",
  verify_identity: "verify_identity",
  // Prisma's `sslaccept`.
  accept_invalid_certs: "required",
  strict: "verify_identity",
};

/** What a connection string asks for; `null` for what is no URL or has an unknown TLS mode. */
export function readTarget(url: string): Target | null {
  let parsed: URL;
  try {
    parsed = new URL(url.replace(/^([a-z]+:\/\/[^?]*@)(?=\/)/i, "$1localhost"));
  } catch {
    return null;
  }
  // ssl-mode, sslMode and ssl_mode are the same.
  const given = new Map(
    [...parsed.searchParams].map(([name, value]) => [
      name.toLowerCase().replaceAll(/[-_]/g, ""),
      value,
    ]),
  );
  const tlsOptions = readObject(given.get("ssl"));
  const mode =
    given.get("sslmode") ?? given.get("sslaccept") ?? given.get("usessl") ?? given.get("ssl");
  const tls =
    mode === undefined || tlsOptions !== null
      ? "preferred"
      : TLS_MODES[mode.toLowerCase().replaceAll("-", "_")];
  if (tls === undefined) return null;
  const ca = given.get("sslca") ?? null;
  return {
    host: decode(parsed.hostname.replace(/^\[(.+)\]$/, "$1")) || "localhost",
    port: Number(parsed.port || DEFAULT_PORT),
    socket: given.get("socket") ?? given.get("socketpath") ?? null,
    user: decode(parsed.username) || process.env["USER"] || "",
    password: decode(parsed.password) || process.env["MYSQL_PWD"] || "",
    database: decode(parsed.pathname.slice(1)),
    // Who names an authority wants it asked.
    tls: ca !== null && mode === undefined ? "verify_ca" : tls,
    ca,
    cert: given.get("sslcert") ?? null,
    key: given.get("sslkey") ?? null,
    tlsOptions,
    timeoutMilliseconds: (Number(given.get("connecttimeout")) || CONNECT_TIMEOUT_SECONDS) * 1000,
  };
}

/** The driver's options. Throws what reading a file of the URL throws. */
export async function connectionOptions(
  target: Target,
  encrypted: boolean,
): Promise<ConnectionOptions> {
  const { host, port, socket, user, password, database } = target;
  return {
    ...(socket === null ? { host, port } : { socketPath: socket }),
    user,
    password,
    database,
    charset: "utf8mb4",
    connectTimeout: target.timeoutMilliseconds,
    connectAttributes: { program_name: "dbadvise" },
    // Every value as the server prints it: no digit is lost, no time is moved.
    typeCast: (field) => field.string("utf8"),
    ...(encrypted && { ssl: await tlsOf(target) }),
  };
}

async function tlsOf({ tls, tlsOptions, ca, cert, key }: Target): Promise<SslOptions> {
  if (tlsOptions !== null) return tlsOptions;
  const file = async (name: "ca" | "cert" | "key", path: string | null): Promise<SslOptions> =>
    path === null ? {} : { [name]: await readFile(path) };
  return {
    ...(await file("ca", ca)),
    ...(await file("cert", cert)),
    ...(await file("key", key)),
    rejectUnauthorized: tls === "verify_ca" || tls === "verify_identity",
    verifyIdentity: tls === "verify_identity",
  };
}

function readObject(text: string | undefined): SslOptions | null {
  if (text === undefined || !text.startsWith("{")) return null;
  try {
    return JSON.parse(text) as SslOptions;
  } catch {
    return null;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
