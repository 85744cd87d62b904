import { DbadviseError, redactUrl } from "../dbadvise-error.ts";
import type { Target } from "./connection-options.ts";

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

interface Place {
  readonly server: string;
  readonly target: Target;
  /** The server's own message. */
  readonly said: string;
}

const URL_FORM =
  "Write it as mysql://user:password@host:3306/database; encode special characters in the password, @ as %40. TLS is asked for with ?ssl-mode=REQUIRED, VERIFY_CA or VERIFY_IDENTITY.";

const ACCESS_DENIED = ({ server, target }: Place): Explanation =>
  target.password === ""
    ? {
        message: `The server at ${server} asks for a password of user ${target.user}, and none was given.`,
        hint: "Put it into the URL, mysql://user:password@host/database, or into MYSQL_PWD.",
      }
    : {
        message: `The server at ${server} does not accept user ${target.user} with this password from here.`,
        hint: "Check user and password in the URL; encode special characters, @ as %40. Accounts are bound to hosts: the server may know the user from another address only.",
      };

const BROKEN_OFF = ({ server }: Place): Explanation => ({
  message: `The server at ${server} broke the connection off.`,
  hint: "Check that it is a MySQL or MariaDB server, not another service, and that no proxy or firewall ends the connection.",
});

const UNKNOWN_HOST = ({ target }: Place): Explanation => ({
  message: `The host name ${target.host} is unknown.`,
  hint: "Check its spelling, and that this machine can resolve it (VPN, DNS).",
});

/** Explanations by the driver's or the system's code. */
const BY_CODE: Readonly<Record<string, (place: Place) => Explanation>> = {
  ECONNREFUSED: ({ server, target }) => ({
    message: `No server accepts connections at ${server}.`,
    hint: `Check that it is running, listens on that address (bind_address) and uses port ${target.port}.`,
  }),
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ENOENT: ({ server, said }) => ({
    message: `There is no socket or file for the connection to ${server}: ${said}.`,
    hint: "Check the socket's path, or the paths of ssl-ca, ssl-cert and ssl-key in the URL.",
  }),
  ECONNRESET: BROKEN_OFF,
  EPIPE: BROKEN_OFF,
  PROTOCOL_CONNECTION_LOST: BROKEN_OFF,
  ER_ACCESS_DENIED_ERROR: ACCESS_DENIED,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: ACCESS_DENIED,
  ER_BAD_DB_ERROR: ({ server, target }) => ({
    message: `There is no database ${target.database} on ${server}.`,
    hint: "Check the name at the end of the URL; SHOW DATABASES lists those that the user may see.",
  }),
  ER_DBACCESS_DENIED_ERROR: ({ server, target }) => ({
    message: `User ${target.user} may not use database ${target.database} on ${server}.`,
    hint: `Check its name, or GRANT SELECT, SHOW VIEW ON \`${target.database}\`.* TO ${target.user}.`,
  }),
  ER_CON_COUNT_ERROR: ({ server }) => ({
    message: `All connections of ${server} are in use.`,
    hint: "Try again when fewer clients are connected; one connection is enough.",
  }),
  ER_TOO_MANY_USER_CONNECTIONS: ({ server, target }) => ({
    message: `User ${target.user} has as many connections to ${server} as it may have.`,
    hint: "Try again when fewer are open; one connection is enough.",
  }),
  ER_HOST_NOT_PRIVILEGED: ({ server }) => ({
    message: `The server at ${server} accepts no connection from this machine.`,
    hint: "No account of it is for this address: CREATE USER ... @'%', or connect from another machine.",
  }),
  ER_SERVER_SHUTDOWN: ({ server }) => ({
    message: `The server at ${server} is shutting down.`,
    hint: "Try again in a moment.",
  }),
  ER_SECURE_TRANSPORT_REQUIRED: ({ server }) => ({
    message: `The server at ${server} accepts encrypted connections only.`,
    hint: "Remove ssl-mode=DISABLED from the URL, or write ssl-mode=REQUIRED.",
  }),
  ER_MUST_CHANGE_PASSWORD_LOGIN: ({ server, target }) => ({
    message: `The password of user ${target.user} on ${server} has expired.`,
    hint: "Set a new one with the server's own client.",
  }),
  HANDSHAKE_NO_SSL_SUPPORT: ({ server }) => ({
    message: `The server at ${server} does not offer TLS, which the URL asks for.`,
    hint: "Remove ssl-mode from the URL, or write ssl-mode=DISABLED, if the network between is trusted.",
  }),
  AUTH_SWITCH_PLUGIN_ERROR: ({ server, target, said }) => ({
    message: `User ${target.user} of ${server} logs in by a way that the driver does not know: ${said}.`,
    hint: "Use an account with caching_sha2_password, mysql_native_password or client_ed25519.",
  }),
};

const BY_MESSAGE: readonly (readonly [RegExp, (place: Place) => Explanation])[] = [
  [
    /certificate|altnames|self.signed|ERR_TLS/i,
    ({ server, said }) => ({
      message: `The TLS certificate of ${server} can't be trusted: ${said}.`,
      hint: "Name the certificate's authority with ssl-ca=FILE in the URL. ssl-mode=REQUIRED encrypts without a check.",
    }),
  ],
  [
    /timeout|timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    ({ server }) => ({
      message: `No MySQL or MariaDB server answered at ${server} in time.`,
      hint: "Check host and port, and that no firewall lies between. Another service on that port stays silent as well.",
    }),
  ],
  [
    /packets out of order|unexpected packet|malformed|handshake|protocol/i,
    ({ server }) => ({
      message: `What answers at ${server} does not speak as a MySQL or MariaDB server does.`,
      hint: "Check host and port: another service may listen there, or a proxy that ends the connection.",
    }),
  ],
];

/** The failure of a connection as a user can act on it. `error` becomes the cause; the password is in none of it. */
export function connectionError(error: unknown, target: Target): DbadviseError {
  const said = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const { host, port, socket } = target;
  const server = socket ?? (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
  const explain =
    BY_CODE[code] ??
    BY_MESSAGE.find(([pattern]) => pattern.test(`${code} ${said}`))?.[1] ??
    ((): Explanation => ({
      message: `The connection to ${server} failed: ${said || code}.`,
      hint: "Check the connection string; the server's own client with the same values tells more.",
    }));
  const { message, hint } = explain({ server, target, said });
  return new DbadviseError("connection-failed", message, hint, { cause: error });
}

/** Of a connection string that can't be read. */
export function malformed(url: string): DbadviseError {
  return new DbadviseError(
    "connection-failed",
    `The connection string ${redactUrl(url)} is malformed.`,
    URL_FORM,
  );
}

/** Of a connection string without a database: servers of this engine have no default one. */
export function withoutDatabase(url: string): DbadviseError {
  return new DbadviseError(
    "connection-failed",
    `The connection string ${redactUrl(url)} names no database.`,
    "Put the name at its end, mysql://user:password@host:3306/database; dbadvise looks at one database at a time.",
  );
}
