import type { EventSource } from "./event-source.ts";
import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { type LogInput, openFileInput } from "./input/open-input.ts";
import type { QueryEvent } from "./query-event.ts";
import { readLines } from "./read-lines.ts";

/** Complete statements of some text, and what follows the last of them. */
export interface SplitText {
  /** Each with the comments before it, without its `;`. */
  readonly statements: readonly string[];
  /** Not complete yet: to be read again in front of the text that follows. */
  readonly rest: string;
}

/** Splits SQL text at the statements' ends, as one engine's syntax has them. */
export type SplitStatements = (text: string) => SplitText;

/** Text read between two attempts to split it. */
const BATCH_LENGTH = 64 * 1024;

/**
 * A file of SQL statements, each ended by `;`, as a source of query events: one event per statement. Comment lines
 * directly before a statement say how often it runs:
 *
 * ```sql
 * -- calls: 1200
 * -- total_ms: 340.5
 * SELECT * FROM orders WHERE customer_id = 42;
 * ```
 *
 * - `calls`: executions, a whole number above 0; default 1.
 * - `total_ms`: time of all these executions together in milliseconds; default unknown.
 * - `seconds`: the time that the whole file stands for, in seconds, so that calls per day are known; before any
 *   statement, the last one counts; default unknown.
 *
 * The path `-` is not special. A statement longer than 8 MB, and a frequency that is no number, count as unread.
 * Throws `DbadviseError` `file-not-readable`.
 */
export function openSqlFile(path: string, splitStatements: SplitStatements): EventSource {
  const input = openFileInput(path);
  const counts: Counts = { records: 0, unread: 0, seconds: undefined };
  return {
    name: path,
    events: readEvents(input, splitStatements, counts),
    summary: () => ({ ...counts }),
  };
}

interface Counts {
  records: number;
  unread: number;
  seconds: number | undefined;
}

async function* readEvents(
  input: LogInput,
  split: SplitStatements,
  counts: Counts,
): AsyncGenerator<QueryEvent> {
  let lines: string[] = [];
  let length = 0;
  // So that each statement's text begins behind a line's end, or behind another statement.
  let rest = "\n";
  for await (const batch of readLines(input.chunks())) {
    for (const line of batch) {
      lines.push(line);
      length += line.length + 1;
    }
    // Grows with the open statement, so that a long one is not split again for each batch.
    if (length < Math.max(BATCH_LENGTH, rest.length)) continue;
    const done = split(`${rest}${lines.join("\n")}\n`);
    yield* done.statements.flatMap((text) => eventsOf(text, counts));
    rest = done.rest;
    lines = [];
    length = 0;
    if (rest.length >= MAX_BLOCK_BYTES) {
      counts.unread++;
      return;
    }
  }
  if (input.damage() !== null) counts.unread++;
  // The last statement may do without its `;`.
  const last = split(`${rest}${lines.join("\n")}\n;`);
  yield* last.statements.flatMap((text) => eventsOf(text, counts));
  if (last.rest.trim() !== "") counts.unread++;
}

const COMMENT_LINE = /^\s*--([^\n]*)(?:\n|$)/;
const FREQUENCY = /^\s*(calls|total_ms|seconds)\s*:\s*(.*?)\s*$/;

function eventsOf(statement: string, counts: Counts): readonly QueryEvent[] {
  const given: Record<string, number> = {};
  // A comment beside the end of the statement before is about that one.
  let sql = statement.replace(/^[^\S\n]*--[^\n]*/, "");
  for (let line = COMMENT_LINE.exec(sql); line !== null; line = COMMENT_LINE.exec(sql)) {
    sql = sql.slice(line[0].length);
    const frequency = FREQUENCY.exec(line[1] ?? "");
    if (frequency === null) continue;
    const [, name = "", text = ""] = frequency;
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(value) || (name === "calls" && !(Number.isInteger(value) && value > 0)))
      counts.unread++;
    else given[name] = value;
  }
  counts.seconds = given["seconds"] ?? counts.seconds;
  sql = sql.trim();
  if (sql === "") return [];
  counts.records++;
  return [{ sql, calls: given["calls"] ?? 1, totalMs: given["total_ms"] }];
}
