/** What may be known about a session when one of its statements fails. */
export interface FailedSession {
  /** The holder asked for a read-only transaction. */
  readonly readOnlyAsked: boolean;
  /** The pool is one of a replica. */
  readonly replica: boolean;
}

/**
 * Errors of the server after which its connection is of no more use: ER_UNKNOWN_COM_ERROR (a Galera node that is not
 * ready), ER_SERVER_SHUTDOWN, ER_FORCING_CLOSE, the ER_NET_ errors, ER_NEW_ABORTING_CONNECTION, ER_MALFORMED_PACKET,
 * ER_CONNECTION_KILLED (MariaDB), ER_SERVER_OFFLINE_MODE, ER_SESSION_WAS_KILLED, ER_CLIENT_INTERACTION_TIMEOUT.
 */
const FATAL_ERRNOS: ReadonlySet<number> = new Set([
  1047, 1053, 1080, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1835, 1927, 3032,
  3169, 4031,
]);

const ER_OPTION_PREVENTS_STATEMENT = 1290;
const ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792;
const ER_READ_ONLY_MODE = 1836;

/**
 * Whether an error of the server means that its connection must retire. A write refused as read-only on a connection that
 * should write: the server has become a replica, and a new connection may lead to its successor (mysql2 #2050, #3123).
 */
export function retiresConnection(errno: number, message: string, session: FailedSession): boolean {
  if (FATAL_ERRNOS.has(errno)) return true;
  if (session.replica) return false;
  if (errno === ER_READ_ONLY_MODE) return true;
  if (errno === ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION) return !session.readOnlyAsked;
  // The option is named in every language. Others (secure-file-priv, skip-grant-tables) are no failover.
  return errno === ER_OPTION_PREVENTS_STATEMENT && /read[-_]only/i.test(message);
}
