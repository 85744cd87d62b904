import type { BlockReader, UnreadSink } from "./block-reader.ts";
import { skipByteOrderMark } from "./byte-order-mark.ts";
import { emptySpan, setSpan } from "./byte-span.ts";
import { matches } from "./match-bytes.ts";
import { type ExecutionSink, newExecution } from "./execution.ts";
import type { FormatReader } from "./log-format.ts";
import {
  findGeneralBlock,
  type GeneralLine,
  newGeneralLine,
  readGeneralLine,
} from "./mysql-log/general-lines.ts";
import { matchesIgnoringCase } from "./mysql-log/match-ignoring-case.ts";
import { lineEndAt, newLineAt } from "./mysql-log/line-ends.ts";
import { isBanner } from "./mysql-log/server-banner.ts";
import { shortTime } from "./mysql-log/short-time.ts";
import { createLineSkipper } from "./mysql-log/skip-lines.ts";
import { createTimestampReader } from "./timestamp-bytes.ts";

const EXECUTE = Buffer.from("execute");
const ACCESS_DENIED = Buffer.from("Access denied");

/**
 * Reads general query logs of MySQL 5.5 to 9 and MariaDB: `Query` and `Execute` are executions of unknown time, `at` is
 * when they came.
 *
 * Only `Connect` and `Init DB` tell a connection's user and database, anywhere before its statements, so that the same
 * statement would have them or not depending on where a file is cut: they are left out.
 *
 * A block is a line with a time and all to the next such line, since MariaDB writes the time only when the second changes.
 * Its records are read one by one all the same.
 */
export const mysqlGeneralReader: FormatReader = {
  lexis: "mysql",
  // A log of one second has a single line that begins a block.
  isBlockStart: (line) =>
    isRecord(newGeneralLine(), line, 0, line.length) || isBanner(line, 0, line.length),
  open: (_, { unread, executions }) => openGeneralLog(unread, executions),
};

function openGeneralLog(unread: UnreadSink, sink: ExecutionSink): BlockReader {
  const timestamps = createTimestampReader();
  const line = newGeneralLine();
  const nextLine = newGeneralLine();
  const execution = newExecution();
  const message = emptySpan();
  let time = Number.NaN;
  const skipLines = createLineSkipper(
    unread,
    (bytes, at, to) => isRecord(nextLine, bytes, at, to),
    () => {},
  );

  const emit = (bytes: Buffer, from: number, to: number): void => {
    sink.record(time);
    const { commandFrom, commandTo } = line;
    const length = commandTo - commandFrom;
    const first = bytes[commandFrom];
    const isQuery = length === 5 && first === 81;
    if (isQuery || (length === 7 && first === 69)) {
      if (from === to || (isQuery && isExecute(bytes, from, to))) return;
      execution.at = time;
      execution.session = line.session;
      setSpan(execution.text, bytes, from, to);
      sink.execution(sink.shapeOf(bytes, from, to), execution);
    } else if (length === 4 && first === 81) {
      sink.event("disconnection", -1, Number.NaN, time);
    } else if (length === 7 && first === 67) {
      if (from + ACCESS_DENIED.length <= to && matches(bytes, from, ACCESS_DENIED)) {
        setSpan(message, bytes, from, to);
        sink.failure(-1, "1045", message, time, "fatal");
      } else sink.event("connection", -1, Number.NaN, time);
    }
  };

  /** Where the record of the line read last ends; -1: can't be told yet. */
  const endOf = (bytes: Buffer, to: number, last: boolean): number => {
    let at = line.textFrom;
    for (;;) {
      const newLine = newLineAt(bytes, at, to);
      if (newLine === -1) return last ? to : -1;
      if (at > line.textFrom && isBanner(bytes, at, lineEndAt(bytes, at, newLine))) return at;
      at = newLine + 1;
      const byte = bytes[at];
      if (at < to && byte !== 9 && (byte === undefined || byte < 48 || byte > 57)) continue;
      const kind = readGeneralLine(nextLine, bytes, at, to);
      if (kind === "timed" || kind === "untimed") return at;
      if (kind === "cut") {
        if (!last) return -1;
        if (at >= to) return to;
      }
    }
  };

  const readTime = (bytes: Buffer, from: number): void => {
    const ms = timestamps.read(bytes, from, line.timeTo);
    time = ms === ms ? ms : shortTime(bytes, from, line.timeTo);
  };

  return {
    findBlock: (bytes, low, from, to) => findGeneralBlock(line, bytes, low, from, to),
    read(bytes, from, to, last) {
      let at = skipByteOrderMark(bytes, from);
      while (at < to) {
        const kind = readGeneralLine(line, bytes, at, to);
        if (kind === "cut" && !last) return at;
        let next: number;
        if (kind === "timed" || kind === "untimed") {
          next = endOf(bytes, to, last);
          if (next === -1) return at;
          if (kind === "timed") readTime(bytes, at);
          emit(bytes, line.textFrom, statementEnd(bytes, line.textFrom, next));
        } else next = skipLines(bytes, at, to, last);
        if (next === at) return at;
        at = next;
      }
      return at;
    },
  };
}

function isRecord(line: GeneralLine, bytes: Buffer, from: number, to: number): boolean {
  const kind = readGeneralLine(line, bytes, from, to);
  return kind === "timed" || kind === "untimed";
}

/** `EXECUTE name`: the statement that it executes comes with `Execute`. */
function isExecute(bytes: Buffer, from: number, to: number): boolean {
  const end = from + EXECUTE.length;
  return matchesIgnoringCase(bytes, from, to, EXECUTE) && end < to && (bytes[end] ?? 0) <= 32;
}

function statementEnd(bytes: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  return end;
}
