import type { BlockReader, UnreadSink } from "./block-reader.ts";
import { skipByteOrderMark } from "./byte-order-mark.ts";
import { emptySpan, setSpan } from "./byte-span.ts";
import { type ExecutionSink, newExecution } from "./execution.ts";
import type { FormatReader } from "./log-format.ts";
import { CARRIED_DATABASE } from "./mysql-log/carried-database.ts";
import { isBanner } from "./mysql-log/server-banner.ts";
import { countLines, createLineSkipper } from "./mysql-log/skip-lines.ts";
import { createSlowHeader } from "./mysql-log/slow-header.ts";
import { findSlowBlock, isRecordStart } from "./mysql-log/slow-lines.ts";
import { administratorCommand, newSlowPrologue, readPrologue } from "./mysql-log/slow-prologue.ts";
import { createSlowText } from "./mysql-log/slow-text.ts";

const CARRIED = Buffer.from(CARRIED_DATABASE);
/** Errors of statements that were ended from outside, or by a limit of time. */
const CANCELLED: ReadonlySet<number> = new Set([1317, 1969, 3024]);
const DEADLOCK = 1213;

/**
 * Reads slow query logs of MySQL 5.1 to 9 (also with `log_slow_extra`), Percona Server and MariaDB.
 *
 * - A record is one execution, also where `log_slow_rate_limit` wrote only some of them: what was not logged is not
 *   guessed.
 * - `at` is the end of the execution: from `# Time: ` where that tells the zone (MySQL 5.7 on), else from `SET timestamp`,
 *   in whole seconds as a rule. A record with neither has the `# Time: ` of the server's clock if that is its own.
 * - `rows` are those sent, or those changed where none were sent. MySQL does not log how many were changed: 0.
 * - A statement that failed or was killed, where the log says so, is a failure and no execution.
 * - Commands that are no statements (`# administrator command: Ping`) are understood, and counted as nothing else.
 * - The database is that of `Schema: `, else the last `use`: see {@link CARRIED_DATABASE}.
 *
 * A line of a literal that looks exactly like the first of a record splits its record if the line before it ends in `;`.
 * Nothing else tells them apart where a file is cut.
 */
export const mysqlSlowReader: FormatReader = {
  lexis: "mysql",
  isBlockStart: (line) => isRecordStart(line, 0, line.length) || isBanner(line, 0, line.length),
  open: (_, { unread, executions }, begins = false) => openSlowLog(unread, executions, begins),
};

function openSlowLog(unread: UnreadSink, sink: ExecutionSink, begins: boolean): BlockReader {
  const { names } = sink;
  const header = createSlowHeader(names);
  const prologue = newSlowPrologue();
  const statement = createSlowText();
  const execution = newExecution();
  const plan = emptySpan();
  const message = emptySpan();
  /** That of the last `use`; -1: that of the range before. */
  let database = begins ? 0 : -1;
  const skipLines = createLineSkipper(unread, isRecordStart, () => {
    // The server has opened the file anew, and forgotten what it last wrote.
    database = 0;
  });

  const endTime = (): number => {
    if (header.time === header.time) return header.time;
    return prologue.timestamp === prologue.timestamp ? prologue.timestamp : header.localTime;
  };

  const currentDatabase = (): number => {
    if (database === -1) database = names.database.idOf(CARRIED, 0, CARRIED.length);
    return database;
  };

  const command = (bytes: Buffer, from: number, to: number, at: number): void => {
    const name = bytes.toString("latin1", from, Math.min(to, from + 16));
    if (name === "Quit") sink.event("disconnection", -1, Number.NaN, at);
    else if (name === "Connect") sink.event("connection", -1, Number.NaN, at);
  };

  const failure = (shape: number, at: number): void => {
    const code = header.errno > 0 ? header.errno : header.killed;
    if (code === DEADLOCK) sink.event("deadlock", shape, Number.NaN, at);
    const isCancel = header.killed > 0 || CANCELLED.has(code);
    sink.failure(shape, String(code), message, at, isCancel ? "cancel" : "error");
  };

  const emit = (bytes: Buffer, from: number, to: number): void => {
    const at = endTime();
    sink.record(at);
    const name = administratorCommand(bytes, from, to);
    const isStatement = name === -1 && from < to;
    if (name !== -1) command(bytes, name, to, at);
    if (header.errno > 0 || header.killed > 0) {
      failure(isStatement ? sink.shapeOf(bytes, from, to) : -1, at);
    } else if (isStatement) {
      const shape = sink.shapeOf(bytes, from, to);
      execution.ms = header.ms === Number.POSITIVE_INFINITY ? Number.NaN : header.ms;
      execution.at = at;
      execution.rows =
        header.rowsSent > 0 || !(header.rowsAffected >= 0) ? header.rowsSent : header.rowsAffected;
      execution.rowsExamined = header.rowsExamined;
      execution.lockMs = header.lockMs === Number.POSITIVE_INFINITY ? Number.NaN : header.lockMs;
      execution.session = header.session;
      execution.user = header.user;
      execution.database = header.database === -1 ? currentDatabase() : header.database;
      setSpan(execution.text, bytes, from, to);
      sink.execution(shape, execution);
      if (header.planFrom !== -1) {
        setSpan(plan, bytes, header.planFrom, header.planTo);
        sink.plan(shape, execution.ms, plan);
      }
    }
  };

  const damage = (bytes: Buffer, start: number, to: number): void => {
    let from = start;
    while (from < to && (bytes[from] === 10 || bytes[from] === 13)) from++;
    if (from < to) unread.unread(countLines(bytes, from, to), to - from);
  };

  /** Reads the record at `start` and returns where the next one begins; -1: can't be told yet. */
  const record = (bytes: Buffer, start: number, to: number, last: boolean): number => {
    const headerEnd = header.read(bytes, start, to, last);
    if (headerEnd === -1) return -1;
    // What came before lost its statement.
    if (isRecordStart(bytes, headerEnd, to)) {
      damage(bytes, start, headerEnd);
      return headerEnd;
    }
    let from = readPrologue(prologue, bytes, headerEnd, to, last);
    if (from === -1) return -1;
    if (!statement.find(bytes, start, from, to, last)) return -1;
    if (prologue.useFrom !== -1) {
      database = names.database.idOf(bytes, prologue.databaseFrom, prologue.databaseTo);
      // The statement itself is `use`, where no `SET timestamp` comes between.
      if (from === statement.next && prologue.timestamp !== prologue.timestamp) {
        from = prologue.useFrom;
        statement.end = prologue.useTo;
      }
    }
    if (statement.end === -1 || header.ms !== header.ms) damage(bytes, start, statement.next);
    else {
      emit(bytes, from, statement.end);
      damage(bytes, statement.rest, statement.next);
    }
    return statement.next;
  };

  return {
    findBlock: findSlowBlock,
    database: currentDatabase,
    read(bytes, from, to, last) {
      let at = skipByteOrderMark(bytes, from);
      while (at < to) {
        const next = isRecordStart(bytes, at, to)
          ? record(bytes, at, to, last)
          : skipLines(bytes, at, to, last);
        if (next === -1 || next === at) return at;
        at = next;
      }
      return at;
    },
  };
}
