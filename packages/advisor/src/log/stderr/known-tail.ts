import { END, LITERAL, NAME, type PrefixOp, SESSIONS_ONLY, SPANS } from "./prefix-ops.ts";
import type { Label } from "./labels.ts";

/** Longer ones are matched anew. */
const MAX_TAIL_BYTES = 192;

/**
 * The end of a line's head from where only names, literals and the label are left, as the line before had it: lines of
 * one connection, and of those with the same user and database, have the same.
 */
export interface KnownTail {
  /** The first of those pieces; -1: the prefix has none. */
  readonly index: number;
  /** Whether all names of the prefix are in it. */
  readonly hasAllNames: boolean;
  /** Where it begins in the line that is being matched; -1: it was not reached. */
  from: number;
  /** Whether the line last matched had the same as the one before. */
  isSame: boolean;
  length: number;
  label: Label | null;
  isDoubtful: boolean;
  readonly bytes: Uint8Array;
  /** As in the matcher, from the beginning of the tail. */
  readonly spans: Int32Array;
}

export function newKnownTail(ops: readonly PrefixOp[]): KnownTail {
  const last = ops.findLastIndex(({ code }) => !STATIC.has(code));
  const isName = ({ code }: PrefixOp): boolean => code === NAME;
  return {
    index: ops.slice(last + 1).some(isName) ? last + 1 : -1,
    hasAllNames: !ops.slice(0, last + 1).some(isName),
    from: -1,
    isSame: false,
    length: 0,
    label: null,
    isDoubtful: false,
    bytes: new Uint8Array(MAX_TAIL_BYTES),
    spans: new Int32Array(SPANS),
  };
}

const STATIC: ReadonlySet<number> = new Set([LITERAL, NAME, SESSIONS_ONLY, END]);

/** Whether the known tail stands at `from`. */
export function isTailAt(tail: KnownTail, line: Buffer, from: number, to: number): boolean {
  const { length, bytes } = tail;
  if (length === 0 || from + length > to) return false;
  for (let at = 0; at < length; at++) if (line[from + at] !== bytes[at]) return false;
  return true;
}

/** Remembers the tail of a line that ends before `to`. */
export function keepTail(
  tail: KnownTail,
  line: Buffer,
  to: number,
  label: Label,
  isDoubtful: boolean,
  spans: Int32Array,
): void {
  const { from, bytes } = tail;
  const length = to - from;
  tail.length = 0;
  if (length > MAX_TAIL_BYTES) return;
  for (let at = 0; at < length; at++) bytes[at] = line[from + at] ?? 0;
  for (let span = 0; span < SPANS; span++) tail.spans[span] = (spans[span] ?? 0) - from;
  tail.length = length;
  tail.label = label;
  tail.isDoubtful = isDoubtful;
}
