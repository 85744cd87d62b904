import {
  parsePrefixTemplate,
  type PrefixName,
  type PrefixPiece,
  type PrefixPieceKind,
} from "./prefix-template.ts";

/** A piece of a prefix as the matcher takes it. All have the same shape. */
export interface PrefixOp {
  readonly code: number;
  /** Of a padded value: its own code, else the same. */
  readonly value: number;
  /** Of a time: bytes before its zone. */
  readonly zone: number;
  /** Of a literal. */
  readonly text: Buffer;
  /** Where what it prints is kept; -1: nowhere. */
  readonly span: number;
  /** See `PrefixPiece`. */
  readonly padding: number;
  /** The byte that follows it, {@link LABEL_FOLLOWS} or {@link ANY_FOLLOWS}. */
  readonly follows: number;
}

/** Spans of a line: two numbers each, beginning and end. */
export const SPAN: Readonly<Record<PrefixName | "code" | "queryId" | "time", number>> = {
  user: 0,
  database: 2,
  application: 4,
  code: 6,
  queryId: 8,
  time: 10,
};
export const SPANS = 12;

/** `2026-11-22 10:04:54 ` */
const SECOND_LENGTH = 20;

export const ANY_FOLLOWS = -1;
export const LABEL_FOLLOWS = -2;

export const END = 0;
export const LITERAL = 1;
export const SESSIONS_ONLY = 2;
export const NAME = 3;
export const REMOTE = 4;
export const TIME = 5;
/** A value with blanks to one of its sides. */
export const PADDED = 6;
export const EPOCH = 7;
export const OTHER_TIME = 8;
export const PID = 9;
export const SESSION = 10;
export const DIGITS = 11;
export const DIGITS_OR_NONE = 12;
export const QUERY_ID = 13;
export const VIRTUAL_XID = 14;
export const CODE = 15;

const CODES: Readonly<Record<PrefixPieceKind, number>> = {
  literal: LITERAL,
  "sessions-only": SESSIONS_ONLY,
  name: NAME,
  remote: REMOTE,
  time: TIME,
  "time-with-milliseconds": TIME,
  epoch: EPOCH,
  "other-time": OTHER_TIME,
  pid: PID,
  session: SESSION,
  digits: DIGITS,
  "digits-or-none": DIGITS_OR_NONE,
  "query-id": QUERY_ID,
  "virtual-xid": VIRTUAL_XID,
  code: CODE,
};

/** What a `log_line_prefix` setting prints, piece by piece up to the label. */
export function compilePrefix(template: string): PrefixOp[] {
  const pieces = parsePrefixTemplate(template);
  // Seconds since the epoch need no zone, and a session's name tells more than its process.
  const time = pieces.find(({ kind }) => kind === "epoch") ?? pieces.find(isTime);
  const hasSession = pieces.some(({ kind }) => kind === "session");
  const ops = pieces.map((piece, index): PrefixOp => {
    const value = codeOf(piece, time, hasSession);
    const isPadded = piece.padding !== 0 && value !== NAME && value !== REMOTE;
    return {
      code: isPadded ? PADDED : value,
      value,
      zone: piece.kind === "time" ? SECOND_LENGTH : SECOND_LENGTH + ".282".length,
      text: Buffer.from(piece.text),
      span: piece === time ? SPAN.time : spanOf(piece),
      padding: piece.padding,
      follows: firstByteOf(pieces[index + 1]),
    };
  });
  ops.push({
    code: END,
    value: END,
    zone: 0,
    text: Buffer.alloc(0),
    span: -1,
    padding: 0,
    follows: ANY_FOLLOWS,
  });
  return ops;
}

function codeOf(piece: PrefixPiece, time: PrefixPiece | undefined, hasSession: boolean): number {
  if (isTime(piece) && piece !== time) return OTHER_TIME;
  return piece.kind === "pid" && hasSession ? DIGITS : CODES[piece.kind];
}

function isTime({ kind }: PrefixPiece): boolean {
  return kind === "time" || kind === "time-with-milliseconds";
}

function spanOf({ kind, name }: PrefixPiece): number {
  if (name !== null) return SPAN[name];
  return kind === "code" ? SPAN.code : kind === "query-id" ? SPAN.queryId : -1;
}

function firstByteOf(piece: PrefixPiece | undefined): number {
  if (piece === undefined) return LABEL_FOLLOWS;
  return piece.kind === "literal" ? (Buffer.from(piece.text)[0] ?? ANY_FOLLOWS) : ANY_FOLLOWS;
}
