import { inferPrefix } from "./infer-prefix.ts";
import { compilePrefix, type PrefixFields, type PrefixMatcher } from "./log-line-prefix.ts";
import { parseLogTime } from "./log-time.ts";
import {
  type LogTime,
  MAX_RECORD_LENGTH,
  type RecordReader,
  type RecordSink,
} from "./log-record.ts";

/** A line that starts something: a record, or one more of its fields. */
interface StderrLine {
  readonly prefix: PrefixFields;
  /** `LOG`, `ERROR`, ..., or `DETAIL`, `STATEMENT`, ... */
  readonly label: string;
  readonly text: string;
}

/** Reads a line's beginning; `undefined` for continuation lines and for what is not of this log. */
export type StderrLineParser = (line: string) => StderrLine | undefined;

/** Nothing need stand before it: a prefix may end in a name. */
const LABEL =
  /(DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT|BACKTRACE): {2}/g;
const FIELD_LABELS: ReadonlySet<string> = new Set([
  "DETAIL",
  "HINT",
  "QUERY",
  "CONTEXT",
  "LOCATION",
  "STATEMENT",
  "BACKTRACE",
]);

/** Names in a prefix have at most 63 bytes each; beyond this length a label is part of a text. */
const MAX_PREFIX_LENGTH = 512;
/** Shapes of prefix that one log may have: with and without a session, and names that look like something else. */
const MAX_SHAPES = 16;

/**
 * Makes the parser of a log's line beginnings from its `log_line_prefix`; without one, it learns from the lines.
 * A learned shape must tell what all shapes before told (time, process, session): a text that quotes a log does not pass.
 */
export function createStderrLineParser(template: string | undefined): StderrLineParser {
  const matchers: PrefixMatcher[] = template === undefined ? [] : [compilePrefix(template)];
  const learns = template === undefined;
  let required: readonly (keyof PrefixFields)[] | undefined;

  const learn = (prefix: string): PrefixFields | undefined => {
    if (matchers.length >= MAX_SHAPES) return undefined;
    const matcher = compilePrefix(inferPrefix(prefix));
    const fields = matcher(prefix);
    if (fields === undefined) return undefined;
    const told = (["time", "epoch", "pid", "session"] as const).filter(
      (field) => fields[field] !== undefined,
    );
    if (required?.some((field) => fields[field] === undefined) === true) return undefined;
    if (required === undefined || required.length === 0) {
      // Nothing learned so far could be told from any text.
      if (told.length > 0) matchers.length = 0;
      required = told;
    } else {
      required = required.filter((field) => fields[field] !== undefined);
    }
    matchers.push(matcher);
    return fields;
  };

  return (line) => {
    if (line.startsWith("\t")) return undefined;
    LABEL.lastIndex = 0;
    // A name in the prefix may hold a label too: then a later one is the line's.
    for (
      let match = LABEL.exec(line);
      match !== null && match.index <= MAX_PREFIX_LENGTH;
      match = LABEL.exec(line)
    ) {
      const prefix = line.slice(0, match.index);
      let fields: PrefixFields | undefined;
      for (const matcher of matchers) {
        fields = matcher(prefix);
        if (fields !== undefined) break;
      }
      if (fields === undefined && learns) fields = learn(prefix);
      if (fields !== undefined)
        return { prefix: fields, label: match[1] ?? "", text: line.slice(LABEL.lastIndex) };
    }
    return undefined;
  };
}

/** A record whose lines are still being read. */
interface OpenRecord {
  readonly prefix: PrefixFields;
  readonly session: string;
  readonly severity: string;
  readonly message: string[];
  readonly detail: string[];
  length: number;
}

/** Records held at a time, for the further fields that other processes' records may separate from them. */
const WINDOW = 16;

/** Reads `log_destination = stderr`. A line that begins with white space continues the one before. */
export function createStderrReader(sink: RecordSink, parse: StderrLineParser): RecordReader {
  const window: OpenRecord[] = [];
  let current: { readonly record: OpenRecord; readonly lines: string[] | undefined } | undefined;

  const close = (record: OpenRecord): void => {
    if (record.length >= MAX_RECORD_LENGTH) {
      sink.unread();
      return;
    }
    sink.record({
      severity: record.severity,
      message: record.message.join("\n"),
      detail: record.detail.length === 0 ? undefined : record.detail.join("\n"),
      time: prefixTime(record.prefix),
      session: record.session,
      user: record.prefix.user,
      database: record.prefix.database,
      application: record.prefix.application,
    });
  };

  const append = (record: OpenRecord, lines: string[] | undefined, text: string): void => {
    // Fields that nobody reads are not kept.
    if (lines === undefined) return;
    record.length += text.length + 1;
    if (record.length < MAX_RECORD_LENGTH) lines.push(text);
  };

  return {
    line(text) {
      const line = parse(text);
      if (line === undefined) {
        if (text === "") return;
        if (current === undefined || !/^\s/.test(text)) sink.unread();
        else append(current.record, current.lines, text.startsWith("\t") ? text.slice(1) : text);
        return;
      }
      const session = line.prefix.session ?? line.prefix.pid ?? "";
      if (FIELD_LABELS.has(line.label)) {
        const record = window.findLast((open) => open.session === session);
        current = record && { record, lines: line.label === "DETAIL" ? record.detail : undefined };
        if (current === undefined) sink.unread();
        else append(current.record, current.lines, line.text);
        return;
      }
      const length = text.length - line.text.length;
      const record: OpenRecord = {
        prefix: line.prefix,
        session,
        severity: line.label,
        message: [],
        detail: [],
        length,
      };
      current = { record, lines: record.message };
      append(record, record.message, line.text);
      window.push(record);
      const oldest = window.length > WINDOW ? window.shift() : undefined;
      if (oldest !== undefined) close(oldest);
    },
    end() {
      window.forEach(close);
    },
  };
}

function prefixTime(prefix: PrefixFields): LogTime | undefined {
  if (prefix.time !== undefined) return parseLogTime(prefix.time);
  return prefix.epoch === undefined
    ? undefined
    : { ms: Math.round(Number(prefix.epoch) * 1000), absolute: true };
}
