import { DbadviseError, redactUrl } from "@dbadvise/advisor/logs";
import { wantsColor } from "./wants-color.ts";

/** Where errors go, and how they look there. */
export interface ErrorStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Prints what happened and what to do, in one paragraph. `DBADVISE_DEBUG` adds the stack and the causes.
 * Passwords in connection strings are removed in either case.
 */
export function printError(
  error: unknown,
  stream: ErrorStream,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const label = wantsColor(stream.isTTY === true, env) ? "\u001B[31;1merror:\u001B[0m" : "error:";
  stream.write(`${label} ${redactText(paragraph(error))}\n`);
  if ((env["DBADVISE_DEBUG"] ?? "") !== "") stream.write(`\n${redactText(stacks(error))}\n`);
}

function paragraph(error: unknown): string {
  if (error instanceof DbadviseError) return `${error.message}\n${error.hint}`;
  const what = error instanceof Error ? error.message : String(error);
  return (
    `dbadvise failed in a way it does not expect: ${what}\n` +
    "This is a bug. Run the command again with DBADVISE_DEBUG=1 and report what it prints, together with `dbadvise --version`."
  );
}

function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stacks(error.cause)}`;
}

/** Messages of drivers and files may quote a connection string. The example in a hint stays readable. */
function redactText(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/(?!user:password@)[^\s"'`]+/gi, redactUrl);
}
