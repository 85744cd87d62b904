import { emptySpan, setSpan } from "../byte-span.ts";
import { createCanonicalSql } from "./canonical-sql.ts";
import { createKnownStatements } from "./known-statements.ts";
import type { Lexis } from "./lexis.ts";
import { textOfCanonical } from "./text-of-canonical.ts";

/**
 * Tells shapes of statements by their bytes: texts that differ only in constants, white space, comments, the case of
 * words or the length of lists have the same key. One object is used again and again.
 */
export interface SqlKey {
  /** Of the last statement: 64 bits in two halves, signed. */
  readonly high: number;
  readonly low: number;
  /** Statements of the same number have the same key; -1: the last one has none. Numbers don't come back. */
  readonly known: number;
  /** Reads the statement `bytes[from, to)`. */
  of(bytes: Buffer, from: number, to: number): void;
  /** The last statement, whose bytes must still be there, for people, as `normalizedText` has it. */
  text(): string;
}

export function createSqlKey(lexis: Lexis): SqlKey {
  const canonical = createCanonicalSql(lexis);
  let { bytes } = canonical;
  let words = wordsOf(bytes);
  const known = createKnownStatements(lexis);
  /** The last statement, which may have been found without being scanned. */
  const last = emptySpan();
  let isScanned = true;

  const scan = (statement: Buffer, from: number, to: number): void => {
    isScanned = true;
    canonical.read(statement, from, to);
  };

  const key = {
    high: 0,
    low: 0,
    known: -1,
    of(statement: Buffer, from: number, to: number): void {
      if (known.find(statement, from, to)) {
        setSpan(last, statement, from, to);
        isScanned = false;
        key.high = known.high;
        key.low = known.low;
        key.known = known.id;
        return;
      }
      key.known = -1;
      scan(statement, from, to);
      if (bytes !== canonical.bytes) {
        ({ bytes } = canonical);
        words = wordsOf(bytes);
      }
      const { length } = canonical;
      bytes[length] = bytes[length + 1] = bytes[length + 2] = bytes[length + 3] = 0;
      let high = length;
      let low = ~length;
      for (let i = 0, count = (length + 3) >> 2; i < count; i++) {
        const word = words[i] as number;
        high = Math.imul(((high << 5) | (high >>> 27)) ^ word, 0x9e3779b1 | 0);
        low = Math.imul((low ^ (low >>> 15)) + word, 0x85ebca77 | 0);
      }
      key.high = finish(high);
      key.low = finish(low);
      known.learn(statement, from, to, key.high, key.low);
    },
    text(): string {
      if (!isScanned) scan(last.bytes, last.from, last.to);
      return textOfCanonical(lexis, canonical.bytes, canonical.length);
    },
  };
  return key;
}

/** The key as 16 hexadecimal digits. */
export function hexKey(key: { readonly high: number; readonly low: number }): string {
  return half(key.high) + half(key.low);
}

function half(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}

function wordsOf(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}

/** Lets each bit depend on all. */
function finish(sum: number): number {
  let mixed = sum ^ (sum >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b | 0);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35 | 0);
  return mixed ^ (mixed >>> 16);
}
