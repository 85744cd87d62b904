import { type ByteSpan, NO_BYTES } from "../byte-span.ts";
import { matches } from "../match-bytes.ts";

const SPACE = 32;
const COLON = 58;
const DOT = 46;
const LINE_FEED = 10;

/** Bytes of a text that is looked for. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Whether `[from, to)` begins with these bytes. */
export function startsWith(bytes: Buffer, from: number, to: number, start: Buffer): boolean {
  return to - from >= start.length && matches(bytes, from, start);
}

/** The place of a text in `[from, to)`; -1: it isn't there. */
export function find(bytes: Buffer, from: number, to: number, text: Buffer): number {
  const last = to - text.length;
  const first = text[0] ?? 0;
  for (let at = from; at <= last; at++) {
    if (bytes[at] === first && startsWith(bytes, at, to, text)) return at;
  }
  return -1;
}

/** A number in a text, and where it ends. One object is used again and again. */
export interface NumberRead {
  /** NaN: there is none. */
  value: number;
  end: number;
}

/** Reads decimal digits with an optional fraction; at most three of its digits count, so that sums stay exact. */
export function readDecimal(bytes: Buffer, from: number, to: number, read: NumberRead): void {
  let at = from;
  let value = 0;
  let digit = 0;
  // What is below 0 is large as an unsigned number.
  for (; at < to && (digit = ((bytes[at] as number) - 48) >>> 0) < 10; at++)
    value = value * 10 + digit;
  if (at === from) {
    read.end = at;
    read.value = Number.NaN;
    return;
  }
  let thousandths = 0;
  if (at + 1 < to && bytes[at] === DOT && ((bytes[at + 1] as number) - 48) >>> 0 < 10) {
    let weight = 100;
    for (at++; at < to && (digit = ((bytes[at] as number) - 48) >>> 0) < 10; at++) {
      thousandths += digit * weight;
      weight = weight === 100 ? 10 : weight === 10 ? 1 : 0;
    }
  }
  read.end = at;
  // One division of whole numbers: the nearest number to what is written.
  read.value = (value * 1000 + thousandths) / 1000;
}

/** The place after the first `: ` of the first line; -1: it has none. */
export function afterColon(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at + 1 < to; at++) {
    const byte = bytes[at];
    if (byte === LINE_FEED) return -1;
    if (byte === COLON && bytes[at + 1] === SPACE) return at + 2;
  }
  return -1;
}

/** Makes a span of a text's bytes. */
export function setText(span: ByteSpan, text: string): void {
  span.bytes = text === "" ? NO_BYTES : Buffer.from(text);
  span.from = 0;
  span.to = span.bytes.length;
}
