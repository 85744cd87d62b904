import {
  type MigrationStatement,
  MigrationProblem,
  type Send,
  type SourcePlace,
} from "../migration.ts";
import type { SplitStatements } from "../../log/open-sql-file.ts";
import { placeInStack } from "./call-place.ts";
import { locateStatements } from "./locate-statements.ts";
import { lineOf } from "./read-text.ts";

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** What a tool's driver hands its statements to while a migration is executed. */
export interface Recorder {
  /** Where the migration file stands in a stack; the current one by default. `null` where it does not. */
  place(stack?: string): SourcePlace | null;
  /**
   * Sends a text after those before it are done, statement by statement; the rows of the last one. Rejects with what the
   * tool may show to the migration.
   */
  send(sql: string, parameters: readonly unknown[], place: SourcePlace | null): Promise<Rows>;
}

/** Frames between a migration and the tool's innermost call may be many. */
const STACK_FRAMES = 100;

/**
 * Executes a migration's code, whose statements go to `send`. Throws what `send` threw where the code let it pass, and a
 * `MigrationProblem` at the line of what else it throws.
 */
export async function runCode(
  path: string,
  file: string,
  splitStatements: SplitStatements,
  send: Send,
  execute: (recorder: Recorder) => Promise<unknown>,
): Promise<void> {
  const refused = new Map<unknown, unknown>();
  let last: Promise<unknown> = Promise.resolve();
  const sendOne = async (statement: MigrationStatement): Promise<Rows> => {
    try {
      return await send(statement);
    } catch (error) {
      // Tools write into the errors that they are given.
      const shown = new Error(error instanceof Error ? error.message : String(error), {
        cause: error,
      });
      refused.set(shown, error);
      throw shown;
    }
  };
  const recorder: Recorder = {
    place: (stack = new Error("place").stack ?? "") => placeInStack(stack, path, file),
    send(sql, parameters, place) {
      const from = place ?? recorder.place() ?? lineOf(file);
      const sent = last.then(async () => {
        // What has parameters is one statement: the server takes no more.
        if (parameters.length > 0)
          return sendOne({ sql: sql.trim().replace(/;$/, ""), parameters, place: from });
        let rows: Rows = [];
        for (const one of locateStatements(file, sql, splitStatements))
          rows = await sendOne({ sql: one.sql, place: from });
        return rows;
      });
      last = sent.catch(() => undefined);
      return sent;
    },
  };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  try {
    await execute(recorder);
    await last;
  } catch (error) {
    for (let cause = error; cause !== undefined && cause !== null; cause = (cause as Error).cause)
      if (refused.has(cause)) throw refused.get(cause);
    if (error instanceof MigrationProblem) throw error;
    throw problemOf(error, path, file);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function problemOf(error: unknown, path: string, file: string): MigrationProblem {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return new MigrationProblem(
    placeInStack(stack, path, file) ?? lineOf(file),
    `${file} throws: ${error instanceof Error ? error.message : String(error)}`,
    "Mend what it throws. It runs against an empty database that has the migrations before it, without the project's settings.",
    { cause: error },
  );
}
