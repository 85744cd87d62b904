import { errorCode } from "./error-code.ts";

/** What may be known about a session when one of its statements fails. */
export interface FailedSession {
  /** The holder asked for a read-only transaction or session, or the pool is one of a replica. */
  readonly mayBeReadOnly: boolean;
}

/**
 * SQLSTATEs after which a session is of no more use (PostgreSQL manual, appendix A), though the server may still keep it
 * open: admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout.
 */
const FATAL_CODES = new Set(["57P01", "57P02", "57P03", "57P04", "57P05"]);

/**
 * Why an error of the server means that its connection must retire; `undefined` where it need not. A write refused as
 * read-only (25006) on a connection that should write: the server has become a standby, and a new connection may lead to
 * its successor.
 */
export function retiresConnection(error: unknown, session: FailedSession): string | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  if (FATAL_CODES.has(code) || code.startsWith("08")) return code;
  if (code === "25006") return session.mayBeReadOnly ? undefined : code;
  const { severity } = error as { severity?: unknown };
  return severity === "FATAL" || severity === "PANIC" ? code : undefined;
}
