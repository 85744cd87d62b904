/**
 * What every session of this tool is held to, by the server itself: it can't write, and none of its queries waits or
 * runs long, so that the application never waits for it.
 */
export const SESSION_LIMITS: Readonly<Record<string, string>> = {
  default_transaction_read_only: "on",
  statement_timeout: "60s",
  lock_timeout: "2s",
  idle_in_transaction_session_timeout: "60s",
};
