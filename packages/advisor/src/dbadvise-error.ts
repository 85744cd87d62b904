/** Stable codes of the errors a user can meet. A code never changes its meaning. */
export type DbadviseErrorCode =
  | "bad-digest"
  | "bad-option"
  | "bad-snapshot"
  | "bad-statement"
  | "capture-failed"
  | "connection-failed"
  | "file-not-readable"
  | "no-workload"
  | "planner-failed"
  | "trial-failed"
  | "unknown-log-format"
  | "unread-log"
  | "unsupported-engine"
  | "unsupported-server";

/**
 * An error that a user can act on: `message` says what happened, `hint` what to do next.
 * Neither holds a password: pass connection strings through {@link redactUrl} first.
 */
export class DbadviseError extends Error {
  readonly code: DbadviseErrorCode;
  /** What to do next: one or more sentences. */
  readonly hint: string;

  constructor(code: DbadviseErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DbadviseError";
    this.code = code;
    this.hint = hint;
  }
}

/** The connection string without its password, also where it is not a valid URL. */
export function redactUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#]*):.*@(?=[^@]*$)/i, "$1:***@")
    .replace(/([?&](?:password|sslpassword)=)[^&]*/gi, "$1***")
    .replace(/((?:^|\s)(?:password|sslpassword)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|\S+)/gi, "$1***");
}
