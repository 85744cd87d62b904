import { DbadviseError, redactUrl } from "../dbadvise-error.ts";

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** Where a connection string leads to. Nothing in it is secret. */
interface Target {
  readonly server: string;
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
}

const URL_FORM =
  "Write it as postgres://user:password@host:5432/database; encode special characters in the password, @ as %40.";
const TRY_LATER = "Try again in a moment.";

/** Explanations by SQLSTATE or by the system's code. `said` is the server's own message. */
const BY_CODE: Readonly<Record<string, (target: Target, said: string) => Explanation>> = {
  ECONNREFUSED: ({ server, port }) => ({
    message: `No server accepts connections at ${server}.`,
    hint: `Check that PostgreSQL is running, listens on that address (listen_addresses) and uses port ${port}.`,
  }),
  ENOTFOUND: ({ host }) => ({
    message: `The host name ${host} is unknown.`,
    hint: "Check its spelling, and that this machine can resolve it (VPN, DNS).",
  }),
  ENOENT: ({ server }, said) => ({
    message: `There is no socket or file for the connection to ${server}: ${said}.`,
    hint: "Check the socket's directory, or the paths of sslcert, sslkey and sslrootcert in the URL.",
  }),
  ECONNRESET: ({ server }) => ({
    message: `The server at ${server} broke the connection off.`,
    hint: "Check that it is a PostgreSQL server, not another service, and that no proxy or firewall ends the connection.",
  }),
  "28P01": ({ server, user }) => ({
    message: `The password of user ${user} was not accepted by ${server}.`,
    hint: "Check user and password in the URL (or PGPASSWORD); encode special characters, @ as %40.",
  }),
  "28000": ({ server, user, database }, said) => ({
    message: `The server at ${server} does not let user ${user} into database ${database} from here: ${said}.`,
    hint: /no encryption|SSL off/i.test(said)
      ? "It may ask for TLS: add ?sslmode=require to the URL. Otherwise let pg_hba.conf allow this user, database and address."
      : "Check that the role exists and may log in, and that pg_hba.conf allows this user, database and address.",
  }),
  "3D000": ({ server, database }) => ({
    message: `There is no database ${database} on ${server}.`,
    hint: "Check the name at the end of the URL; psql -l lists the databases.",
  }),
  "42501": ({ server, user, database }) => ({
    message: `User ${user} may not connect to database ${database} on ${server}.`,
    hint: `GRANT CONNECT ON DATABASE ${database} TO ${user}.`,
  }),
  "53300": ({ server }) => ({
    message: `All connections of ${server} are in use.`,
    hint: "Try again when fewer clients are connected; one connection is enough.",
  }),
  "57P03": ({ server }, said) => ({
    message: `The server at ${server} does not accept connections now: ${said}.`,
    hint: `It is starting, stopping or in recovery. ${TRY_LATER} A standby must have hot_standby = on.`,
  }),
};

const SAME_AS: Readonly<Record<string, string>> = {
  EAI_AGAIN: "ENOTFOUND",
  EPIPE: "ECONNRESET",
  "57P01": "57P03",
  "57P02": "57P03",
};

const BY_MESSAGE: readonly (readonly [RegExp, (target: Target, said: string) => Explanation])[] = [
  [
    /does not support SSL/,
    ({ server }) => ({
      message: `The server at ${server} does not offer TLS, which the URL asks for.`,
      hint: "Remove sslmode from the URL, or write sslmode=disable, if the network between is trusted.",
    }),
  ],
  [
    /certificate|altnames|self.signed/i,
    ({ server }, said) => ({
      message: `The TLS certificate of ${server} can't be trusted: ${said}.`,
      hint: "Name the certificate's authority with sslrootcert=FILE in the URL. sslmode=no-verify connects without a check.",
    }),
  ],
  [
    /password must be a (?:non-empty )?string|password must not be/i,
    ({ server, user }) => ({
      message: `The server at ${server} asks for a password of user ${user}, and none was given.`,
      hint: "Put it into the URL, postgres://user:password@host/database, or into PGPASSWORD.",
    }),
  ],
  [
    /timeout|timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    ({ server }) => ({
      message: `No PostgreSQL server answered at ${server} in time.`,
      hint: "Check host and port, and that no firewall lies between. Another service on that port stays silent as well.",
    }),
  ],
  [
    /terminated unexpectedly|SSL connection|unexpected message|Unknown message|invalid.*message|message code/i,
    ({ server }) => ({
      message: `What answers at ${server} does not speak as a PostgreSQL server does.`,
      hint: "Check host and port: another service may listen there, or a proxy that ends the connection.",
    }),
  ],
];

/** The failure of a connection as a user can act on it. `error` becomes the cause; the password is in none of it. */
export function connectionError(error: unknown, url: string): DbadviseError {
  const target = targetOf(url);
  if (target === null || isMalformed(error)) {
    return new DbadviseError(
      "connection-failed",
      `The connection string ${redactUrl(url)} is malformed.`,
      URL_FORM,
    );
  }
  const said = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  const code = codeOf(error);
  const explain =
    BY_CODE[SAME_AS[code] ?? code] ??
    BY_MESSAGE.find(([pattern]) => pattern.test(`${code} ${said}`))?.[1] ??
    (({ server }: Target): Explanation => ({
      message: `The connection to ${server} failed: ${said || code}.`,
      hint: "Check the connection string; psql with the same one tells more.",
    }));
  const { message, hint } = explain(target, said);
  return new DbadviseError("connection-failed", message, hint, { cause: error });
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function isMalformed(error: unknown): boolean {
  return (
    error instanceof URIError || ["ERR_INVALID_URL", "ERR_SOCKET_BAD_PORT"].includes(codeOf(error))
  );
}

/** Host, port, user and database as the driver reads them, or `null` for what is no URL. */
function targetOf(url: string): Target | null {
  let parsed: URL;
  try {
    parsed = new URL(url.replace(/@\//, "@localhost/"));
  } catch {
    return null;
  }
  const query = parsed.searchParams;
  const user =
    query.get("user") ??
    (decode(parsed.username) || process.env["PGUSER"] || process.env["USER"] || "");
  const host =
    query.get("host") ??
    (decode(parsed.hostname.replace(/^\[(.+)\]$/, "$1")) || process.env["PGHOST"] || "localhost");
  const port = query.get("port") ?? (parsed.port || process.env["PGPORT"] || "5432");
  const database = decode(parsed.pathname.slice(1)) || process.env["PGDATABASE"] || user;
  return {
    host,
    port,
    user,
    database,
    server: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
