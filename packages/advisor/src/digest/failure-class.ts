import type { ByteSpan } from "../log/byte-span.ts";
import type { FailureSeverity } from "../log/execution.ts";
import { hashBytes, hexOf, newBytesHash } from "./hash-bytes.ts";

/** Classes of failures that are told apart. */
export const MAX_FAILURE_CLASSES = 1000;

const MAX_MESSAGE_BYTES = 1024;
const SEVERITIES: readonly FailureSeverity[] = ["error", "fatal", "panic", "cancel"];
const QUESTION = 0x3f;
/** Added to messages by PostgreSQL's stderr log; its other formats have a field for it. */
const PLACE = Buffer.from(" at character ?");

/**
 * Writes a class of failures as bytes: severity, code, and the message with `?` for what is in quotes and for numbers.
 * Returns the bytes written to `target`, which has room for {@link MAX_CLASS_BYTES}.
 */
export function writeFailureClass(
  target: Buffer,
  severity: FailureSeverity,
  code: string,
  message: ByteSpan,
): number {
  target[0] = 0x30 + SEVERITIES.indexOf(severity);
  let to = 1 + target.write(code.slice(0, MAX_CODE), 1, "latin1");
  target[to] = 0;
  to += 1;
  const end = Math.min(message.to, message.from + MAX_MESSAGE_BYTES);
  for (let at = message.from; at < end;) {
    const next = endOfConstant(message.bytes, message.from, at, end);
    target[to] = next > at ? QUESTION : (message.bytes[at] as number);
    to += 1;
    at = Math.max(next, at + 1);
  }
  const place = to - PLACE.length;
  return place > 0 && target.compare(PLACE, 0, PLACE.length, place, to) === 0 ? place : to;
}

const MAX_CODE = 16;

/** Bytes that {@link writeFailureClass} writes at most. */
export const MAX_CLASS_BYTES: number = MAX_MESSAGE_BYTES + MAX_CODE + 2;

/** The class of failures that its bytes as a text stand for. */
export function parseFailureClass(text: string): {
  readonly severity: FailureSeverity;
  readonly code: string;
  readonly message: string;
} {
  const end = text.indexOf("\0");
  return {
    severity: SEVERITIES[Number(text[0])] ?? "error",
    code: text.slice(1, end),
    message: text.slice(end + 1),
  };
}

/** The text of a class of failures, as {@link parseFailureClass} reads it. */
export function failureClassText(severity: FailureSeverity, code: string, message: string): string {
  return `${SEVERITIES.indexOf(severity)}${code}\0${message}`;
}

/** Id of a class of failures: its severity and 16 hexadecimal digits, the first eight of which are its hash. */
export function failureClassId(text: string): string {
  const bytes = Buffer.from(text);
  const hash = newBytesHash();
  hashBytes(hash, bytes, 0, bytes.length);
  return `${text[0] ?? ""}${hexOf(hash.high, hash.low)}`;
}

/** Id and text of the class that takes the place of the given one where there are too many. */
export function otherFailures(idOrText: string): string {
  return failureClassText(SEVERITIES[Number(idOrText[0])] ?? "error", "", "(other)");
}

/** Hash by which classes are kept, of an id. */
export function hashOfFailureClass(id: string): number {
  return Number.parseInt(id.slice(1, 9), 16);
}

/** End of the quoted text or the number that starts at `from`; `from` where none does. The message starts at `low`. */
function endOfConstant(bytes: Buffer, low: number, from: number, end: number): number {
  const byte = bytes[from] as number;
  // Neither an apostrophe (`can't`) nor a digit (`utf8`) within a word begins anything.
  const inWord = from > low && isWordByte(bytes[from - 1] as number);
  if (byte === 0x22 || byte === 0x60 || (byte === 0x27 && !inWord)) {
    return endAfter(bytes, String.fromCharCode(byte), from + 1, end);
  }
  // Quotation marks of servers that speak other languages.
  if (byte === 0xc2 && bytes[from + 1] === 0xab) return endAfter(bytes, "»", from + 2, end);
  if (byte === 0xe2 && bytes[from + 1] === 0x80 && bytes[from + 2] === 0x9e) {
    return endAfter(bytes, "“", from + 3, end);
  }
  if (byte < 0x30 || byte > 0x39 || inWord) return from;
  let at = from + 1;
  // With letters as in 5f3e or 12ms: what begins with a digit is a value.
  while (at < end && (isWordByte(bytes[at] as number) || isJoint(bytes, at, end))) at += 1;
  return at;
}

function endAfter(bytes: Buffer, mark: string, from: number, end: number): number {
  const at = bytes.subarray(from, end).indexOf(mark);
  return at === -1 ? end : from + at + Buffer.byteLength(mark);
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x5f
  );
}

/** A point, slash, colon or hyphen between two digits. */
function isJoint(bytes: Uint8Array, at: number, end: number): boolean {
  const byte = bytes[at];
  if (byte !== 0x2e && byte !== 0x2f && byte !== 0x3a && byte !== 0x2d) return false;
  const next = at + 1 < end ? (bytes[at + 1] as number) : 0;
  return next >= 0x30 && next <= 0x39;
}
