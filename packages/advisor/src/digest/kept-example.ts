import type { ByteSpan } from "../log/byte-span.ts";
import type { Example } from "../log/execution.ts";
import { mix32 } from "./hash-bytes.ts";

/** Bytes of a statement or of its parameters that are kept. */
export const MAX_EXAMPLE_BYTES: number = 16 * 1024;

/** Drawn examples of a shape, enough to tell a value that one execution in ten has: so many at most, and none after those that together have so many characters. */
const DRAWN = 64;
const DRAWN_CHARACTERS: number = 64 * 1024;
const SLOWEST = 3;

/** An execution that is kept as an example. */
export interface ExampleValue {
  readonly rank: number;
  readonly at: number | null;
  readonly us: number | null;
  readonly sql: string;
  readonly parameters: string;
}

/**
 * Two executions that agree in everything but their parameters are one example: its parameters are the smaller ones, so
 * that it doesn't matter which came first.
 */
export class KeptExample implements Example, ExampleValue {
  readonly rank: number;
  readonly at: number | null;
  readonly us: number | null;
  readonly sql: string;
  #parameters = "";

  constructor(rank: number, at: number | null, us: number | null, sql: string) {
    this.rank = rank;
    this.at = at;
    this.us = us;
    this.sql = sql;
  }

  get parameters(): string {
    return this.#parameters;
  }

  set parameters(text: string) {
    const cut = cutText(text);
    if (cut === "" || (this.#parameters !== "" && this.#parameters <= cut)) return;
    this.#parameters = cut;
  }
}

export interface ChosenExamples<Value> {
  readonly drawn: readonly Value[];
  readonly slowest: readonly Value[];
}

/** The chosen of some examples, without duplicates: the drawn ones by rank, and the slowest first. Some may be in both. */
export function chooseExamples<Value extends ExampleValue>(
  examples: readonly Value[],
  halvings: number,
): ChosenExamples<Value> {
  const drawn: Value[] = [];
  let characters = 0;
  for (const example of examples.toSorted(byRank)) {
    if (drawn.length === Math.max(1, DRAWN >> halvings) || characters >= DRAWN_CHARACTERS) break;
    drawn.push(example);
    characters += example.sql.length;
  }
  const slowest = examples
    .filter(({ us }) => us !== null)
    .toSorted(bySlowness)
    .slice(0, Math.max(1, SLOWEST >> halvings));
  return { drawn, slowest };
}

/** The examples of a shape while executions come. One may be in both lists. */
export interface KeptExamples {
  readonly drawn: KeptExample[];
  readonly slowest: KeptExample[];
  /** Of the drawn ones' statements. */
  characters: number;
}

/**
 * Keeps an example if it is among the drawn or the slowest ones, in the place of others. Returns it, or the one that is
 * the same execution as far as anyone can tell; `null`: it isn't kept.
 */
export function keepAmong(examples: KeptExamples, example: KeptExample): KeptExample | null {
  const { drawn, slowest } = examples;
  const drawnPlace = placeOf(drawn, example, byRank);
  const slowPlace = example.us === null ? SLOWEST : placeOf(slowest, example, bySlowness);
  for (const same of [drawn[drawnPlace], slowest[slowPlace]]) {
    if (same === undefined || byRank(same, example) !== 0) continue;
    same.parameters = example.parameters;
    return same;
  }
  if (slowPlace < SLOWEST) {
    slowest.splice(slowPlace, 0, example);
    if (slowest.length > SLOWEST) slowest.pop();
  }
  drawn.splice(drawnPlace, 0, example);
  examples.characters += example.sql.length;
  for (let last = drawn.at(-1); last !== undefined; last = drawn.at(-1)) {
    const before = examples.characters - last.sql.length;
    if (drawn.length <= DRAWN && before < DRAWN_CHARACTERS) return example;
    drawn.pop();
    examples.characters = before;
    if (last === example && slowPlace >= SLOWEST) return null;
  }
  return example;
}

/** Where an example is, or belongs, in a sorted list. */
function placeOf(
  list: readonly KeptExample[],
  example: KeptExample,
  compare: (left: ExampleValue, right: ExampleValue) => number,
): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const other = list[middle];
    if (other !== undefined && compare(other, example) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Executions of a greater rank aren't drawn. */
export function rankLimit({ drawn, characters }: KeptExamples): number {
  const full = drawn.length === DRAWN || characters >= DRAWN_CHARACTERS;
  return full ? (drawn.at(-1)?.rank ?? 0) : Number.POSITIVE_INFINITY;
}

/** The last of the slowest when there are enough: faster ones aren't among them. */
export function slowLimit({ slowest }: KeptExamples): KeptExample | undefined {
  return slowest.length === SLOWEST ? slowest[SLOWEST - 1] : undefined;
}

/** Removes an example from where it is. Returns whether it was anywhere. */
export function removeExample(examples: KeptExamples, example: KeptExample): boolean {
  const slowPlace = examples.slowest.indexOf(example);
  if (slowPlace >= 0) examples.slowest.splice(slowPlace, 1);
  const drawnPlace = examples.drawn.indexOf(example);
  if (drawnPlace < 0) return slowPlace >= 0;
  examples.drawn.splice(drawnPlace, 1);
  examples.characters -= example.sql.length;
  return true;
}

/** The examples of two lists: of those that are the same execution, as far as anyone can tell, one. */
export function uniteExamples<Value extends ExampleValue>(
  one: readonly Value[],
  other: readonly Value[],
): Value[] {
  const sorted = [...one, ...other].toSorted(
    (left, right) =>
      byRank(left, right) ||
      // Of the same ones the first is kept: the one whose parameters are the smaller ones, if it has any.
      Number(left.parameters === "") - Number(right.parameters === "") ||
      compareTexts(left.parameters, right.parameters),
  );
  return sorted.filter((example, place) => {
    const before = sorted[place - 1];
    return before === undefined || byRank(before, example) !== 0;
  });
}

function bySlowness(left: ExampleValue, right: ExampleValue): number {
  return (right.us ?? 0) - (left.us ?? 0) || byRank(left, right);
}

function byRank(left: ExampleValue, right: ExampleValue): number {
  return (
    left.rank - right.rank ||
    (left.at ?? -1) - (right.at ?? -1) ||
    (left.us ?? -1) - (right.us ?? -1) ||
    compareTexts(left.sql, right.sql)
  );
}

/** By code units: the same on every machine. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const time = new Float64Array(1);
const timeHalves = new Uint32Array(time.buffer);

/** A number that an execution draws: of what tells it from others, so that it is the same in every order and cut. */
export function rankOf(high: number, low: number, at: number, us: number, session: number): number {
  time[0] = at;
  let mixed = Math.imul(high ^ (timeHalves[0] as number), 0x9e3779b1) ^ (timeHalves[1] as number);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ low, 0x85ebca6b) ^ us;
  // 31 bits: such numbers are compared without looking them up.
  return mix32(Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ session) >>> 1;
}

/** A text as it is kept: the beginning of a long one, with a note. A text that was cut before stays as it is. */
export function cutText(text: string): string {
  if (text.length <= MAX_EXAMPLE_BYTES) return text;
  if (text.length <= MAX_EXAMPLE_BYTES + 64 && text.endsWith(CUT_NOTE_END)) return text;
  return `${text.slice(0, MAX_EXAMPLE_BYTES)}${cutNote(text.length - MAX_EXAMPLE_BYTES, "characters")}`;
}

/** The text of a span as it is kept: only what is kept is decoded. */
export function keptText(span: ByteSpan, maxBytes: number = MAX_EXAMPLE_BYTES): string {
  const { bytes, from, to } = span;
  if (to - from <= maxBytes) return bytes.toString("utf8", from, to);
  let end = from + maxBytes;
  // Not within a character: its further bytes are 10xxxxxx.
  while (end > from && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString("utf8", from, end)}${cutNote(to - end, "bytes")}`;
}

const CUT_NOTE_END = " left out */";

function cutNote(left: number, unit: "bytes" | "characters"): string {
  return ` /* ${left} ${unit}${CUT_NOTE_END}`;
}
