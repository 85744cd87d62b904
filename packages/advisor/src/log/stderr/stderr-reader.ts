import { type BlockReader, MAX_BLOCK_BYTES, type UnreadSink } from "../block-reader.ts";
import { skipByteOrderMark } from "../byte-order-mark.ts";
import { type ByteSpan, emptySpan, setSpan } from "../byte-span.ts";
import type { ExecutionSink } from "../execution.ts";
import type { FormatReader } from "../log-format.ts";
import { type MessageSink, newServerMessage, type ServerMessage } from "../server-message.ts";
import { startsLog } from "./infer-prefixes.ts";
import {
  createPrefixMatcher,
  MAX_HEAD_BYTES,
  matchNames,
  matchPrefix,
  type PrefixMatcher,
} from "./prefix-matcher.ts";
import { SPAN } from "./prefix-ops.ts";
import { createLineJoiner } from "./line-joiner.ts";

/** Reads `log_destination = stderr`, with the prefixes that the format has. */
export const stderrReader: FormatReader = {
  lexis: "postgres",
  isBlockStart: startsLog,
  open: (format, sinks) =>
    createStderrReader(
      (format.prefixes.length === 0 ? [""] : format.prefixes).map(createPrefixMatcher),
      sinks.unread,
      sinks.messages,
      sinks.executions.names,
    ),
};

/** A field of a message that is not the block's. */
interface LateField {
  session: number;
  field: "detail" | "statement";
  readonly text: ByteSpan;
}

const NEWLINE = 10;
const RETURN = 13;
const TAB = 9;
const BLANK = 32;
const COLON = 58;
const BYTE_ORDER_MARK_LENGTH = 3;

function createStderrReader(
  matchers: readonly PrefixMatcher[],
  unread: UnreadSink,
  messages: MessageSink,
  names: ExecutionSink["names"],
): BlockReader {
  const message = newServerMessage();
  const late: LateField[] = [];
  const joiner = createLineJoiner();
  let lateFields = 0;
  let blockFrom = 0;
  let unreadLines = 0;
  let unreadBytes = 0;
  /** The block begins with a message: only the input's first may not. */
  let isMessage = false;
  /** The text that the next line may continue. */
  let open: ByteSpan | null = null;
  /** It may continue one that nobody reads. */
  let isSkipped = false;
  /** Whose names the message has: that of the message before. */
  let named: PrefixMatcher | undefined;

  const matcherOf = (bytes: Buffer, from: number, to: number): PrefixMatcher | undefined => {
    let doubtful: PrefixMatcher | undefined;
    for (let index = 0; index < matchers.length; index++) {
      const matcher = matchers[index];
      if (matcher === undefined || !matchPrefix(matcher, bytes, from, to)) continue;
      if (!matcher.isDoubtful) return matcher;
      doubtful ??= matcher;
    }
    const text = skipByteOrderMark(bytes, from);
    return doubtful === undefined && text > from ? matcherOf(bytes, text, to) : doubtful;
  };

  const nameOf = (
    known: ExecutionSink["names"]["user"],
    { spans }: PrefixMatcher,
    span: number,
    bytes: Buffer,
  ): number => {
    const from = spans[span] ?? 0;
    const to = spans[span + 1] ?? 0;
    return from === to ? 0 : known.idOf(bytes, from, to);
  };

  const begin = (matcher: PrefixMatcher, bytes: Buffer, from: number, to: number): void => {
    blockFrom = from;
    isMessage = true;
    message.severity = matcher.label.severity ?? "other";
    message.at = matcher.at;
    message.session = matcher.session;
    const { spans } = matcher;
    if (!matcher.hasSameNames || matcher !== named) {
      if (matcher.hasSameNames) matchNames(matcher, bytes, to);
      message.user = nameOf(names.user, matcher, SPAN.user, bytes);
      message.database = nameOf(names.database, matcher, SPAN.database, bytes);
      message.application = nameOf(names.application, matcher, SPAN.application, bytes);
      named = matcher;
    }
    setSpan(message.code, bytes, spans[SPAN.code] ?? 0, spans[SPAN.code + 1] ?? 0);
    setSpan(message.queryId, bytes, spans[SPAN.queryId] ?? 0, spans[SPAN.queryId + 1] ?? 0);
    setSpan(message.message, bytes, matcher.textFrom, to);
    message.detail.to = message.detail.from;
    message.statement.to = message.statement.from;
    open = message.message;
  };

  const field = (
    name: "detail" | "statement",
    { session, textFrom }: PrefixMatcher,
    bytes: Buffer,
    to: number,
  ): void => {
    const own = message[name];
    if (isMessage && session === message.session && own.from === own.to) {
      open = own;
    } else {
      const next = (late[lateFields++] ??= { session: 0, field: "detail", text: emptySpan() });
      next.session = session;
      next.field = name;
      open = next.text;
    }
    setSpan(open, bytes, textFrom, to);
  };

  /** Takes a line, without its line break, which ends before `next`. */
  const takeLine = (bytes: Buffer, from: number, to: number, next: number): void => {
    const first = bytes[from];
    const matcher = first === TAB ? undefined : matcherOf(bytes, from, to);
    if (matcher !== undefined) {
      const { label } = matcher;
      if (label.severity !== null) {
        close(from);
        begin(matcher, bytes, from, to);
        return;
      }
      isSkipped = label.field === null;
      if (label.field === null) open = null;
      else field(label.field, matcher, bytes, to);
    } else if ((first === TAB || first === BLANK) && from < to && (open !== null || isSkipped)) {
      // The server begins further lines with a tab; where it was taken for blanks on the way they stay.
      if (open !== null) joiner.append(open, bytes, first === TAB ? from + 1 : from, to);
    } else if (from < to) {
      unreadLines++;
      unreadBytes += next - from;
    }
  };

  /** By itself: a function that is optimised within its loop is thrown away at its end where more comes after the loop. */
  const takeLines = (input: Buffer, from: number, to: number, last: boolean): void => {
    let line = from;
    while (line < to) {
      const newline = input.indexOf(NEWLINE, line);
      if (newline < 0 && !last) return;
      const next = newline < 0 ? to : newline + 1;
      takeLine(input, line, lineEnd(input, line, newline < 0 ? to : newline), next);
      line = next;
    }
  };

  /** The block ends before `to`. */
  const close = (to: number): void => {
    if (to - blockFrom > MAX_BLOCK_BYTES) {
      unread.unread(1, to - blockFrom);
    } else {
      if (isMessage) {
        takeCode(message);
        messages.message(message);
      }
      for (let index = 0; index < lateFields; index++) {
        const one = late[index];
        if (one !== undefined) messages.lateField(one.session, one.field, one.text);
      }
      if (unreadLines > 0) unread.unread(unreadLines, unreadBytes);
    }
    forget();
  };

  const forget = (): void => {
    isMessage = false;
    open = null;
    isSkipped = false;
    lateFields = 0;
    unreadLines = 0;
    unreadBytes = 0;
    joiner.clear();
  };

  return {
    findBlock(bytes, low, from, to) {
      // The line that matches here is not the one whose names the message has.
      named = undefined;
      const input = bytes.length === to ? bytes : bytes.subarray(0, to);
      let line = from;
      if (from > low && input[from - 1] !== NEWLINE) {
        line = input.indexOf(NEWLINE, from) + 1;
        if (line === 0) return -1;
      }
      while (line < to) {
        const newline = input.indexOf(NEWLINE, line);
        const isCut = newline < 0;
        if (isCut && to - line < MAX_HEAD_BYTES + BYTE_ORDER_MARK_LENGTH) return -1;
        const matcher =
          input[line] === TAB
            ? undefined
            : matcherOf(input, line, isCut ? to : lineEnd(input, line, newline));
        if (matcher !== undefined && matcher.label.severity !== null) return line;
        if (isCut) return -1;
        line = newline + 1;
      }
      return -1;
    },

    read(bytes, from, to, last) {
      const input = bytes.length === to ? bytes : bytes.subarray(0, to);
      blockFrom = from;
      takeLines(input, from, to, last);
      if (last) {
        close(to);
        return to;
      }
      // What is left is read again, with what is still to come.
      forget();
      return blockFrom;
    },
  };
}

/** Without the first half of a Windows line break. */
function lineEnd(bytes: Buffer, from: number, to: number): number {
  return to > from && bytes[to - 1] === RETURN ? to - 1 : to;
}

/** `log_error_verbosity = verbose` puts the SQLSTATE before the message: `00000: duration: ...`. */
function takeCode({ message, code }: ServerMessage): void {
  const { bytes, from, to } = message;
  if (from + 7 > to || bytes[from + 5] !== COLON || bytes[from + 6] !== BLANK) return;
  let digits = 0;
  for (let at = from; at < from + 5; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 48 && byte <= 57) digits++;
    else if (byte < 65 || byte > 90) return;
  }
  // A word is not a code: all of the server's own have a digit.
  if (digits === 0) return;
  message.from = from + 7;
  if (code.from === code.to) setSpan(code, bytes, from, from + 5);
}
