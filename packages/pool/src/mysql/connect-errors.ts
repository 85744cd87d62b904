import type { DriverError } from "./mysql-driver.ts";

/**
 * ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_MUST_CHANGE_PASSWORD_LOGIN,
 * ER_ACCOUNT_HAS_BEEN_LOCKED, ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ER_SECURE_TRANSPORT_REQUIRED.
 */
const PERMANENT_ERRNOS: ReadonlySet<number> = new Set([1044, 1045, 1049, 1862, 3118, 1698, 3159]);

/** An unknown host, a refused certificate, a server without TLS, an authentication that mysql2 doesn't know. */
const PERMANENT_CODES =
  /^(?:ENOTFOUND|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|HANDSHAKE_NO_SSL_SUPPORT|AUTH_SWITCH_PLUGIN_ERROR)$/;

/**
 * ER_LOCK_WAIT_TIMEOUT (which ends only its statement: the transaction must be rolled back first), ER_LOCK_DEADLOCK,
 * ER_CHECKREAD (MariaDB's snapshot isolation), ER_TRANSACTION_ROLLBACK_DURING_COMMIT (group replication).
 */
const RETRYABLE_ERRNOS: ReadonlySet<number> = new Set([1205, 1213, 1020, 3101]);

/** Whether a connect that failed with this error would fail again, however long one waits. */
export function isPermanentConnectError(error: unknown): boolean {
  const { errno, code } = codesOf(error);
  return (
    (errno !== undefined && PERMANENT_ERRNOS.has(errno)) ||
    (code !== undefined && PERMANENT_CODES.test(code))
  );
}

/** Whether the server ended a statement for another transaction's sake. */
export function mayRetry(error: unknown): boolean {
  const { errno } = codesOf(error);
  return errno !== undefined && RETRYABLE_ERRNOS.has(errno);
}

function codesOf(error: unknown): Pick<DriverError, "errno" | "code"> {
  return error instanceof Error ? (error as DriverError) : {};
}
