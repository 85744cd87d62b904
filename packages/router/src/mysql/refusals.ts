import { isAbort } from "../is-abort.ts";

const OPTION_PREVENTS_STATEMENT = 1290;
const CANT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792;
const READ_ONLY_MODE = 1836;

/** The number of a server's error; `undefined` for others: those of the network are below zero. */
function errorNumber(error: unknown): number | undefined {
  const errno = (error as { readonly errno?: unknown } | null | undefined)?.errno;
  return typeof errno === "number" && errno >= 1000 ? errno : undefined;
}

export function isReadOnlyRefusal(error: unknown): boolean {
  const errno = errorNumber(error);
  // Other options that prevent a statement are no sign of a replica. The option is named in every language.
  if (errno === OPTION_PREVENTS_STATEMENT) return /read[-_]only/i.test((error as Error).message);
  return errno === CANT_EXECUTE_IN_READ_ONLY_TRANSACTION || errno === READ_ONLY_MODE;
}

/**
 * Errors that are about the server: disk full, out of memory, out of file descriptors, too many connections or threads, I/O,
 * a damaged table, shutdown, lost connections, limits of the account, not ready (MariaDB Galera), offline.
 */
const SERVERS_ERRORS: ReadonlySet<number> = new Set([
  1021, 1023, 1024, 1026, 1030, 1037, 1038, 1040, 1041, 1042, 1043, 1047, 1053, 1077, 1079, 1080,
  1114, 1129, 1135, 1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1194, 1195,
  1203, 1226, 1835, 1927, 3032, 3169, 4031,
]);

/** A query that its caller cancelled fails with the reason of the caller's signal. */
export function isCallersError(error: unknown): boolean {
  const errno = errorNumber(error);
  return errno === undefined ? isAbort(error) : !SERVERS_ERRORS.has(errno);
}
