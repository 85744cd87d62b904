import type { Lexis } from "./lexis.ts";
import { createSqlKey, hexKey } from "./sql-key.ts";

/** A text to compare. */
export interface ComparedText {
  readonly sql: string;
  /** The parser's fingerprint; `null` where there is none. */
  readonly fingerprint: string | null;
}

/** Why two statements count as one shape, or as two. */
export interface WhyGrouped {
  readonly same: boolean;
  /** What makes them the same: their bytes without data, or else the parser's fingerprint. `null`: they are not. */
  readonly by: "key" | "fingerprint" | null;
  readonly one: GroupedText;
  readonly other: GroupedText;
  /** Where the normalized texts part; `null`: they don't. */
  readonly difference: Difference | null;
}

export interface GroupedText {
  readonly normalized: string;
  /** 16 hexadecimal digits. */
  readonly key: string;
  readonly fingerprint: string | null;
}

export interface Difference {
  /** Characters of the normalized texts before it. */
  readonly position: number;
  /** What stands there: a word, a name, a symbol; empty at the end of a text. */
  readonly one: string;
  readonly other: string;
}

/** Compares two texts as `dbadvise digest` does. Its result holds no constants. */
export function whyGrouped(lexis: Lexis, one: ComparedText, other: ComparedText): WhyGrouped {
  const left = grouped(lexis, one);
  const right = grouped(lexis, other);
  const byKey = left.key === right.key;
  const byFingerprint = left.fingerprint !== null && left.fingerprint === right.fingerprint;
  return {
    same: byKey || byFingerprint,
    by: byKey ? "key" : byFingerprint ? "fingerprint" : null,
    one: left,
    other: right,
    difference: byKey ? null : firstDifference(left.normalized, right.normalized),
  };
}

function grouped(lexis: Lexis, { sql, fingerprint }: ComparedText): GroupedText {
  const key = createSqlKey(lexis);
  const bytes = Buffer.from(sql);
  key.of(bytes, 0, bytes.length);
  return { normalized: key.text(), key: hexKey(key), fingerprint };
}

function firstDifference(one: string, other: string): Difference | null {
  if (one === other) return null;
  const left = tokens(one);
  const right = tokens(other);
  const index = left.findIndex(({ text }, at) => text !== right[at]?.text);
  const at = index === -1 ? left.length : index;
  return {
    position: left[at]?.position ?? right[at]?.position ?? one.length,
    one: left[at]?.text ?? "",
    other: right[at]?.text ?? "",
  };
}

function tokens(text: string): readonly { readonly text: string; readonly position: number }[] {
  const found = text.matchAll(/[\w$\u0080-\uffff]+|"[^"]*"|`[^`]*`|\.\.\.|[^\s\w]/g);
  return [...found].map((match) => ({ text: match[0], position: match.index }));
}
