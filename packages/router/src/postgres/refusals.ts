import { isAbort } from "../is-abort.ts";

/** The SQLSTATE of a server's error; `undefined` for others. */
function sqlState(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** read_only_sql_transaction */
export function isReadOnlyRefusal(error: unknown): boolean {
  return sqlState(error) === "25006";
}

/**
 * Classes of errors that are about the server (PostgreSQL manual, appendix A): connection exceptions, insufficient
 * resources, operator intervention, system and internal errors.
 */
const SERVERS_CLASSES = new Set(["08", "53", "57", "58", "F0", "XX"]);

/** A cancel, also by `statement_timeout`: of that class, but asked for. */
const QUERY_CANCELED = "57014";

/** A query that its caller cancelled fails with the reason of the caller's signal. */
export function isCallersError(error: unknown): boolean {
  const code = sqlState(error);
  if (code === undefined) return isAbort(error);
  return code === QUERY_CANCELED || !SERVERS_CLASSES.has(code.slice(0, 2));
}
