import { inferPrefix } from "./infer-prefix.ts";
import { LABEL_PATTERN, labelAt } from "./labels.ts";
import {
  createPrefixMatcher,
  MAX_HEAD_BYTES,
  matchPrefix,
  type PrefixMatcher,
} from "./prefix-matcher.ts";
import { parsePrefixTemplate } from "./prefix-template.ts";

/** What lines tell in one shape of prefix. */
interface Shape {
  readonly template: string;
  readonly matcher: PrefixMatcher;
  readonly tells: ReadonlySet<string>;
  /** The line that it was learned from. */
  readonly sample: Buffer;
  lines: number;
}

/** Shapes of prefix that one log may have: with and without a session, and names that look like something else. */
const MAX_SHAPES = 16;
/** Shapes that are looked at, most of them of texts that quote something. */
const MAX_CANDIDATES = 64;
/** Lines that are looked at closely; of further ones those that no known shape prints. */
const CLOSE_LINES = 300;
/** Lines that are looked at. */
const MAX_LINES = 20_000;
const MAX_STRANGE_LINES = 2000;

/** Settings that tell more than what is learned from their lines: Debian's default, and those of Amazon RDS. */
const WELL_KNOWN: readonly string[] = [
  "%m [%p] %q%u@%d ",
  "%t:%r:%u@%d:[%p]:",
  "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a",
];

const LABEL = new RegExp(LABEL_PATTERN, "g");
const LABEL_END = Buffer.from(":  ");

/**
 * Settings of `log_line_prefix` that print the beginnings of a log's lines, the most common first; none where no line has
 * a server's label. `head` is the log's beginning: some hundred kilobytes are enough, any part of a log will do. A shape
 * must tell what the most common one tells (time, process): a text that quotes a log does not pass.
 */
export function inferPrefixes(head: Buffer): string[] {
  const shapes = new Map<string, Shape>();
  let lines = 0;
  let strange = 0;
  for (const line of heads(head)) {
    const known = lines < CLOSE_LINES ? undefined : knownShape(shapes.values(), line);
    const shape = known ?? learn(shapes, line);
    if (shape === undefined) continue;
    shape.lines++;
    if (known === undefined) strange++;
    if (++lines === MAX_LINES || strange === MAX_STRANGE_LINES) break;
  }
  const learned = chosen([...shapes.values()]);
  const known = WELL_KNOWN.find((setting) => isOf(setting, learned));
  return known === undefined ? learned.map(({ template }) => template) : [known];
}

/** Whether a setting prints all these shapes, with nothing but names and numbers between what it spells out. */
function isOf(setting: string, shapes: readonly Shape[]): boolean {
  const inSessions = spelledOut(setting);
  const inBackground = spelledOut(setting.replace(/%q.*/, ""));
  const matcher = createPrefixMatcher(setting);
  return (
    // What only background processes print could be of another setting as well.
    shapes.some(({ template }) => spelledOut(template) === inSessions) &&
    shapes.every(
      ({ template, sample }) =>
        [inSessions, inBackground].includes(spelledOut(template)) &&
        matchPrefix(matcher, sample, 0, sample.length),
    )
  );
}

function spelledOut(template: string): string {
  return parsePrefixTemplate(template)
    .map(({ text }) => text)
    .join("")
    .trimEnd();
}

/** Beginnings of the lines that may have a label. */
function* heads(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(LABEL_END); at >= 0;) {
    const from = bytes.lastIndexOf(NEWLINE, at) + 1;
    const newline = bytes.indexOf(NEWLINE, at);
    const to = newline < 0 ? bytes.length : newline;
    if (bytes[from] !== TAB && at - from < MAX_HEAD_BYTES)
      yield bytes.subarray(from, Math.min(to, from + MAX_HEAD_BYTES));
    at = bytes.indexOf(LABEL_END, to);
  }
}

/** Whether a line is the beginning of a record, in some prefix. */
export function startsLog(line: Buffer): boolean {
  if (labelAt(line, 0, line.length)?.severity) return true;
  const head = line.subarray(0, MAX_HEAD_BYTES);
  const shape = line[0] === TAB || !head.includes(LABEL_END) ? undefined : shapeOf(head, new Map());
  return shape !== undefined && shape.matcher.label.severity !== null && shape.tells.size > 0;
}

const TAB = 9;
const NEWLINE = 10;

function knownShape(shapes: Iterable<Shape>, line: Buffer): Shape | undefined {
  for (const shape of shapes) if (prints(shape, line)) return shape;
  return undefined;
}

function prints({ matcher }: Shape, line: Buffer): boolean {
  return matchPrefix(matcher, line, 0, line.length) && !matcher.isDoubtful;
}

function learn(shapes: Map<string, Shape>, line: Buffer): Shape | undefined {
  const shape = shapeOf(line, shapes);
  if (shape !== undefined && shapes.size < MAX_CANDIDATES) shapes.set(shape.template, shape);
  return shape;
}

/** The shape of a line's prefix: of what stands before its first label that makes one. */
function shapeOf(line: Buffer, known: ReadonlyMap<string, Shape>): Shape | undefined {
  const text = line.toString("utf8").replace(/^\uFEFF/, "");
  for (const match of text.matchAll(LABEL)) {
    const template = inferPrefix(text.slice(0, match.index));
    const shape = known.get(template) ?? {
      template,
      matcher: createPrefixMatcher(template),
      tells: told(template),
      sample: Buffer.from(text),
      lines: 0,
    };
    if (matchPrefix(shape.matcher, shape.sample, 0, shape.sample.length)) return shape;
  }
  return undefined;
}

/** Which times and which kind of session it tells. */
function told(template: string): ReadonlySet<string> {
  return new Set(
    parsePrefixTemplate(template)
      .map(({ kind }) => kind)
      .filter((kind) => /^(?:time.*|epoch|session|pid)$/.test(kind)),
  );
}

function chosen(shapes: readonly Shape[]): Shape[] {
  const sorted = shapes.toSorted(
    (one, other) => other.lines - one.lines || other.tells.size - one.tells.size,
  );
  const required = [...(sorted[0]?.tells ?? [])];
  const kept: Shape[] = [];
  for (const shape of sorted) {
    if (kept.length === MAX_SHAPES) break;
    if (!required.every((fact) => shape.tells.has(fact))) continue;
    // A name that looks odd makes a shape of its own, which the names of the usual one include.
    if (knownShape(kept, shape.sample) === undefined) kept.push(shape);
  }
  return kept;
}
