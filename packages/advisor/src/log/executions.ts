import type { LogRecord, RecordSink } from "./log-record.ts";
import { parseParameters } from "./parameters.ts";
import { planQueryText } from "./plan-query-text.ts";
import type { QueryEvent } from "./query-event.ts";

/** What one connection has logged that later records may complete. */
interface Session {
  /** A statement logged at its start (`log_statement`): its duration comes in a record of its own, or never. */
  started: { readonly event: QueryEvent; ms: number | undefined } | undefined;
  /** Plans (`auto_explain`) of statements that have no other record, as far as is known. */
  readonly plans: { readonly event: QueryEvent; readonly endedMs: number | undefined }[];
  /** The last execution with a record of its own: its plan may follow. */
  lastSql: number | undefined;
}

/** Connections remembered at a time; the one silent for longest is settled first. */
const MAX_SESSIONS = 2048;
const MAX_PLANS = 64;

/** `execute fetch from` continues an execution that is already counted. */
const TEXT = /^(?:statement|execute (fetch from )?[^\n]*?): /;
const DURATION = /^duration: (\d+(?:\.\d+)?) ms(?:  |$)/;
/** Phases that come before an execution, and calls that have no text. */
const NOT_EXECUTED = /^(?:parse|bind|fastpath function call)\b/;
const CONNECTION = /^(?:connection (?:received|authorized)|disconnection): /;
const PREPARE =
  /^prepare: PREPARE\s+(?:"(?:[^"]|"")*"|[^\s("]+)\s*(?:\((?:[^()]|\([^()]*\))*\)\s*)?AS\s+/i;

/**
 * Turns records into executions: each counts once, whichever settings logged it (`log_min_duration_statement`,
 * `log_statement`, `log_duration`, `auto_explain`). Failed statements are no executions.
 */
export function createExecutionReader(
  emit: (event: QueryEvent) => void,
  unread: () => void,
): Pick<RecordSink, "record"> & { end(): void } {
  const sessions = new Map<string, Session>();

  const settle = (session: Session): void => {
    if (session.started !== undefined) emit(withMs(session.started.event, session.started.ms));
    session.started = undefined;
    for (const plan of session.plans.splice(0)) emit(plan.event);
  };

  const sessionOf = (key: string): Session => {
    const session = sessions.get(key) ?? { started: undefined, plans: [], lastSql: undefined };
    sessions.delete(key);
    sessions.set(key, session);
    if (sessions.size > MAX_SESSIONS) {
      for (const [oldest, silent] of sessions) {
        settle(silent);
        sessions.delete(oldest);
        break;
      }
    }
    return session;
  };

  const execution = (session: Session, event: QueryEvent, time: number | undefined): void => {
    const startedMs =
      time === undefined ? Number.NEGATIVE_INFINITY : time - (event.totalMs ?? 0) - 1;
    // Plans logged while this statement ran are its own, or those of statements inside its functions.
    const others = session.plans.filter(
      ({ endedMs }) => endedMs !== undefined && endedMs < startedMs,
    );
    session.plans.splice(0, session.plans.length, ...others);
    settle(session);
    session.lastSql = textKey(event.sql);
    emit(event);
  };

  const plan = (session: Session, record: LogRecord, text: string, ms: number): void => {
    const sql = planQueryText(text);
    if (sql === undefined) {
      unread();
    } else if (session.started !== undefined) {
      if (textKey(session.started.event.sql) === textKey(sql)) session.started.ms = ms;
    } else if (session.lastSql === textKey(sql)) {
      session.lastSql = undefined;
    } else {
      session.plans.push({ event: eventOf(record, sql, 1, ms), endedMs: record.time?.ms });
      const oldest = session.plans.length > MAX_PLANS ? session.plans.shift() : undefined;
      if (oldest !== undefined) emit(oldest.event);
    }
  };

  return {
    record(record) {
      const { message } = record;
      if (/^(?:ERROR|FATAL|PANIC)$/.test(record.severity)) {
        const session = sessionOf(record.session);
        session.started = undefined;
        settle(session);
        return;
      }
      if (CONNECTION.test(message)) {
        settle(sessionOf(record.session));
        sessions.delete(record.session);
        return;
      }
      const duration = DURATION.exec(message);
      const ms = duration === null ? undefined : Number(duration[1]);
      const rest = duration === null ? message : message.slice(duration[0].length);
      const text = TEXT.exec(rest);
      if (text !== null) {
        const session = sessionOf(record.session);
        const event = eventOf(
          record,
          rest.slice(text[0].length),
          text[1] === undefined ? 1 : 0,
          ms,
        );
        if (ms !== undefined) {
          execution(session, event, record.time?.ms);
        } else if (record.session === "") {
          // Whose duration or error follows can't be told.
          emit(event);
        } else {
          settle(session);
          session.started = { event, ms: undefined };
        }
      } else if (ms !== undefined && rest.startsWith("plan:")) {
        plan(sessionOf(record.session), record, rest.slice("plan:".length).trimStart(), ms);
      } else if (ms !== undefined && rest === "") {
        const session = sessionOf(record.session);
        // Else it is the time of a parse or bind phase, or of a text that is not in the log.
        if (session.started === undefined) return;
        const event = { ...withMs(session.started.event, ms), ...atOf(record) };
        session.started = undefined;
        execution(session, event, record.time?.ms);
      } else if (ms !== undefined && !NOT_EXECUTED.test(rest)) {
        unread();
      }
    },
    end() {
      for (const session of sessions.values()) settle(session);
    },
  };
}

function eventOf(
  record: LogRecord,
  text: string,
  calls: number,
  totalMs: number | undefined,
): QueryEvent {
  const { detail, user, database, application } = record;
  // `EXECUTE name (...)` says nothing by itself: the detail has the statement that was prepared.
  const prepared = detail === undefined ? null : PREPARE.exec(detail);
  const sql = detail === undefined || prepared === null ? text : detail.slice(prepared[0].length);
  const parameters = detail === undefined ? undefined : parseParameters(detail);
  return {
    sql,
    calls,
    totalMs,
    ...(parameters && { parameters }),
    ...atOf(record),
    ...(user !== undefined && { user }),
    ...(database !== undefined && { database }),
    ...(application !== undefined && { application }),
  };
}

function atOf(record: LogRecord): { readonly at?: number } {
  return record.time?.absolute === true ? { at: record.time.ms } : {};
}

function withMs(event: QueryEvent, totalMs: number | undefined): QueryEvent {
  return { ...event, totalMs };
}

/** Tells one text from another without keeping either: its length and the hash of its beginning. */
function textKey(sql: string): number {
  const text = sql.trim();
  let hash = text.length;
  for (let at = 0; at < text.length && at < 256; at++)
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
