import { DbadviseError } from "../../dbadvise-error.ts";
import { MAX_BLOCK_BYTES } from "../block-reader.ts";
import { FORMAT_NAMES, FORMAT_READERS } from "../format-readers.ts";
import type { Envelope, EnvelopeName, LogFormat, LogFormatName } from "../log-format.ts";
import { inferPrefixes } from "../stderr/infer-prefixes.ts";
import { createPrefixMatcher, matchPrefix } from "../stderr/prefix-matcher.ts";
import { ENVELOPE_PREFIX } from "./envelopes/envelope.ts";
import { ENVELOPE_NAMES, ENVELOPES } from "./envelopes/envelopes.ts";
import type { LogInput } from "./open-input.ts";

/** What the user says of a log. */
export interface KnownFormat {
  /** `--log-format`. Default: told from the log's beginning. */
  readonly format?: LogFormatName;
  /** `--prefix`, the server's `log_line_prefix`: the format is then `stderr`. Default: told from the log's beginning. */
  readonly prefix?: string;
}

/** Bytes from which a format is told. */
const HEAD_BYTES = 1024 * 1024;
/** Lines of the head that are looked at where one of them begins a record, and where none does. */
const MAX_LINES = 500;
const MAX_STRANGE_LINES = 20_000;
const END_BYTES = 256 * 1024;
const SHORTEST_START = "LOG:  ".length;
/** Envelopes around each other: a container's log of an operator's, say. */
const MAX_ENVELOPES = 3;

/**
 * Tells the format of a log by its first bytes. An empty log has the format that is said, else `stderr`.
 * Throws `DbadviseError` `unknown-log-format` where nothing in the first megabytes begins a record.
 */
export async function sniffInput(input: LogInput, known: KnownFormat): Promise<LogFormat> {
  for (let bytes = HEAD_BYTES, seen = 0; ;) {
    const head = await input.head(bytes, seen);
    const format = sniffFormat(head.bytes, known);
    if (format !== null) return format;
    if (head.bytes.length === 0) {
      return { name: known.format ?? "stderr", envelope: null, prefixes: [known.prefix ?? ""] };
    }
    seen = head.bytes.length;
    // The rest of a record that began before the log can't be longer.
    if (head.ended || seen > MAX_BLOCK_BYTES) throw unknownFormat(input.name, known);
    // A stream that pauses has given fewer than were asked for.
    if (seen === bytes) bytes = MAX_BLOCK_BYTES + HEAD_BYTES;
  }
}

/**
 * The format of a log that begins with `head`, which may begin or end inside a record; `null` where nothing in it begins
 * one.
 */
export function sniffFormat(head: Buffer, known: KnownFormat): LogFormat | null {
  return sniff(withoutByteOrderMark(head), known, MAX_ENVELOPES);
}

function sniff(head: Buffer, known: KnownFormat, depth: number): LogFormat | null {
  if (depth > 0) {
    for (const name of ENVELOPE_NAMES) {
      if (!ENVELOPES[name].detect(head)) continue;
      const format = sniffInside(head, name, known, depth - 1);
      if (format !== null) return format;
    }
  }
  const name = formatName(head, known);
  if (name === null) return null;
  const prefixes = name === "stderr" ? prefixesOf(head, known) : [];
  return { name, envelope: null, prefixes };
}

function sniffInside(
  head: Buffer,
  name: EnvelopeName,
  known: KnownFormat,
  depth: number,
): LogFormat | null {
  const inside = unwrapped(head, name, false);
  const format = sniff(inside, known, depth);
  if (format === null) return null;
  const stamped =
    format.name === "stderr" &&
    format.envelope === null &&
    ENVELOPES[name].hasStamps &&
    !tellsTimeAndSession(inside, format.prefixes);
  const envelope: Envelope = { name, stamped, inner: format.envelope };
  if (!stamped) return { ...format, envelope };
  const prefixes =
    known.prefix === undefined
      ? inferPrefixes(unwrapped(head, name, true))
      : [ENVELOPE_PREFIX + known.prefix];
  return { ...format, envelope, prefixes };
}

function unwrapped(head: Buffer, name: EnvelopeName, stamped: boolean): Buffer {
  const unread = { unread: (): void => {} };
  const unwrapper = ENVELOPES[name].open({ stamped, startsField: null }, unread);
  return Buffer.from(unwrapper.push(head, true));
}

/** The format of which most lines begin a record. */
function formatName(head: Buffer, known: KnownFormat): LogFormatName | null {
  const candidates = candidatesOf(known);
  const counts = candidates.map(() => 0);
  let lines = 0;
  for (const line of sampleOf(head)) {
    for (const [index, { isBlockStart }] of candidates.entries()) {
      if (isBlockStart(line)) counts[index] = (counts[index] ?? 0) + 1;
    }
    if (++lines >= MAX_LINES && counts.some((count) => count > 0)) break;
    // The lines that are left can't change it.
    if (lead(counts) > MAX_LINES - lines) break;
  }
  const most = Math.max(...counts);
  if (most > 0) return candidates[counts.indexOf(most)]?.name ?? null;
  // Labels alone, of a prefix without time and process, could stand in any text: they count where nothing else is told.
  const isOpen = known.prefix === undefined && candidates.some(({ name }) => name === "stderr");
  return isOpen && inferPrefixes(head.subarray(0, HEAD_BYTES)).length > 0 ? "stderr" : null;
}

/** By how much the greatest number exceeds all others. */
function lead(counts: readonly number[]): number {
  const [most = 0, second = 0] = counts.toSorted((one, other) => other - one);
  return most - second;
}

interface Candidate {
  readonly name: LogFormatName;
  readonly isBlockStart: (line: Buffer) => boolean;
}

function candidatesOf({ format, prefix }: KnownFormat): readonly Candidate[] {
  if (prefix !== undefined) {
    const matcher = createPrefixMatcher(prefix);
    return [{ name: "stderr", isBlockStart: (line) => matchPrefix(matcher, line, 0, line.length) }];
  }
  return (format === undefined ? FORMAT_NAMES : [format]).map((name) => ({
    name,
    isBlockStart: FORMAT_READERS[name].isBlockStart,
  }));
}

function prefixesOf(head: Buffer, known: KnownFormat): readonly string[] {
  return known.prefix === undefined ? inferPrefixes(head) : [known.prefix];
}

/** Whether the first line that begins a field has a time and a process or session. */
function tellsTimeAndSession(head: Buffer, prefixes: readonly string[]): boolean {
  const matchers = prefixes.map(createPrefixMatcher);
  for (const line of linesOf(head)) {
    const matcher = matchers.find((one) => matchPrefix(one, line, 0, line.length));
    if (matcher !== undefined) return !Number.isNaN(matcher.at) && matcher.session !== 0;
  }
  return false;
}

/** The first lines, and the last ones: a head may begin with the rest of a record that has many. */
function* sampleOf(head: Buffer): Generator<Buffer> {
  let count = 0;
  for (const line of linesOf(head)) {
    yield line;
    if (++count === MAX_STRANGE_LINES) break;
  }
  if (count === MAX_STRANGE_LINES) yield* linesOf(head.subarray(-END_BYTES));
}

/** Lines that are long enough to begin a record. */
function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf(10, from);
    const to = feed === -1 ? bytes.length : feed;
    const end = bytes[to - 1] === 13 ? to - 1 : to;
    if (end - from >= SHORTEST_START) yield bytes.subarray(from, end);
    from = to + 1;
  }
}

function withoutByteOrderMark(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

function unknownFormat(name: string, { format, prefix }: KnownFormat): DbadviseError {
  const tried =
    prefix !== undefined
      ? `PostgreSQL's stderr with log_line_prefix '${prefix}'`
      : format !== undefined
        ? format
        : "PostgreSQL's jsonlog, csvlog and stderr with any log_line_prefix, MySQL's and MariaDB's slow and general logs";
  const remedy =
    prefix !== undefined
      ? "Compare it with SHOW log_line_prefix, or leave it out: it is then learned from the file."
      : format !== undefined
        ? "Leave --log-format out: the format is then told from the file."
        : "Check that the file is the server's own log, written with lc_messages in English.";
  return new DbadviseError(
    "unknown-log-format",
    `${name} is not a log that can be read: no line in it begins a record.`,
    `Tried ${tried}, plain and as ${ENVELOPE_NAMES.join(", ")} wrap it. ${remedy}`,
  );
}
