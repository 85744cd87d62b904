import type { Random } from "../../random-database/random.ts";
import { feedBlocks } from "../block-feed.ts";
import type { ByteSpan } from "../byte-span.ts";
import type { ExecutionSink, Names } from "../execution.ts";
import { FORMAT_READERS } from "../format-readers.ts";
import { joinExecutions } from "../join/join-executions.ts";
import type { LogFormat } from "../log-format.ts";
import { mutate } from "../mysql-log/testing/mutate.ts";
import { fillFeed } from "../read-log.ts";
import { LEXIS } from "../sql-key/lexis.ts";
import { createSqlKey } from "../sql-key/sql-key.ts";

/** A format to be fuzzed. */
export interface FuzzTarget {
  readonly format: LogFormat;
  /** Record `number` of those that stay as they are, with its line break: its statement is {@link statementOf} it. */
  intact(number: number): string;
  /** Its duration; NaN where the format has none. */
  msOf(number: number): number;
  /** Whether a line that is no record belongs to the statement before it: what is left of a damaged one may. */
  readonly continues: boolean;
  /** Records to be damaged, as servers wrote them. */
  readonly records: readonly Buffer[];
}

export interface FuzzResult {
  readonly mutated: number;
  readonly bytes: number;
  readonly unreadLines: number;
  /** Executions and failures of damaged records. */
  readonly counted: number;
}

/** Intact records in a batch. */
const BATCH = 500;
/** Intact records between two damaged ones. */
const APART = 1;
/** Damages of a record at most. */
const DAMAGES = 3;
const FIRST = "select 'm";
const DIGITS = 6;

export function statementOf(number: number): string {
  return `${FIRST}${String(number).padStart(DIGITS, "0")}'`;
}

/**
 * Reads batches of records, every second one damaged, up to the executions and their keys. Throws where an intact one isn't
 * counted exactly once with its duration, or more is unread than was damaged.
 */
export function fuzzLog(target: FuzzTarget, mutated: number, random: Random): FuzzResult {
  const intact = Array.from({ length: BATCH }, (_, number) => Buffer.from(target.intact(number)));
  const counts = new Uint32Array(BATCH);
  const result = { mutated: 0, bytes: 0, unreadLines: 0, counted: 0 };
  while (result.mutated < mutated) {
    const pieces: Buffer[] = [];
    let damagedBytes = 0;
    let damagedLines = 0;
    for (let number = 0; number < BATCH; number += APART) {
      const damaged = damagedRecord(random.pick(target.records), random);
      pieces.push(damaged, ...intact.slice(number, number + APART));
      damagedBytes += damaged.length;
      for (const byte of damaged) if (byte === 10) damagedLines += 1;
    }
    const log = Buffer.concat(pieces);
    const read = readLog(target, log, random, counts);
    const wrong =
      wrongCount(counts, log, intact) ??
      read.wrong ??
      (read.records < BATCH ? `only ${read.records} records were understood` : null) ??
      (read.unreadBytes > damagedBytes || read.unreadLines > damagedLines
        ? `${read.unreadLines} lines (${read.unreadBytes} bytes) are unread where ${damagedLines} (${damagedBytes}) are damaged`
        : null);
    if (wrong !== null) throw new Error(`${target.format.name}: ${wrong}`);
    result.mutated += BATCH / APART;
    result.bytes += log.length;
    result.unreadLines += read.unreadLines;
    result.counted += read.counted;
  }
  return result;
}

/** Which intact record was not counted once, with what is around it. */
function wrongCount(counts: Uint32Array, log: Buffer, intact: readonly Buffer[]): string | null {
  const number = counts.findIndex((count) => count !== 1);
  if (number === -1) return null;
  const at = log.indexOf(intact[number] ?? "");
  const around = log.toString("latin1", Math.max(0, at - 1500), at + 1000);
  return `${statementOf(number)} was counted ${counts[number]} times in ${JSON.stringify(around)}`;
}

/** The damage is inside of the record: its line break stays. */
function damagedRecord(record: Buffer, random: Random): Buffer {
  let damaged = record;
  for (let left = random.int(1, DAMAGES); left > 0; left--) damaged = mutate(damaged, random.next);
  return damaged.at(-1) === 10 ? damaged : Buffer.concat([damaged, Buffer.of(10)]);
}

interface ReadLog {
  records: number;
  unreadLines: number;
  unreadBytes: number;
  /** Executions and failures of damaged records. */
  counted: number;
  wrong: string | null;
}

function readLog(
  { format, msOf, continues }: FuzzTarget,
  log: Buffer,
  random: Random,
  counts: Uint32Array,
): ReadLog {
  counts.fill(0);
  const read: ReadLog = { records: 0, unreadLines: 0, unreadBytes: 0, counted: 0, wrong: null };
  const unread = {
    unread(lines: number, bytes: number): void {
      if (lines < 1 || bytes < 1) read.wrong ??= `unread(${lines}, ${bytes})`;
      read.unreadLines += lines;
      read.unreadBytes += bytes;
    },
  };
  const { lexis, open } = FORMAT_READERS[format.name];
  const key = createSqlKey(LEXIS[lexis]);
  const sink: ExecutionSink = {
    names: { user: names(), database: names(), application: names() },
    shapeOf(bytes, from, to) {
      key.of(bytes, from, to);
      return numberOf(bytes, from, to, continues) + 1;
    },
    keyOf: (shape) => String(shape),
    execution(shape, { ms, text, calls }) {
      if (shape === 0) {
        read.counted += 1;
        return null;
      }
      const expected = msOf(shape - 1);
      if (calls !== 1 || !(Math.abs(ms - expected) < 1e-9 || Number.isNaN(expected))) {
        read.wrong ??= `${text.bytes.toString("latin1", text.from, text.to)} took ${ms} ms, not ${expected}`;
      }
      counts[shape - 1] = (counts[shape - 1] ?? 0) + 1;
      return null;
    },
    failure(shape) {
      if (shape > 0) read.wrong ??= `${statementOf(shape - 1)} failed`;
      read.counted += 1;
    },
    plan(_, __, plan: ByteSpan) {
      if (plan.from > plan.to) read.wrong ??= "a plan ends before it begins";
    },
    event() {},
    record() {
      read.records += 1;
    },
  };
  const joiner = joinExecutions(sink, unread, true);
  const feed = feedBlocks(open(format, { unread, messages: joiner, executions: sink }), unread);
  for (let at = 0; at < log.length;) {
    const to = at + random.int(1, log.length);
    fillFeed(feed, log.subarray(at, to));
    at = to;
  }
  feed.end();
  joiner.end();
  return read;
}

/** Which intact record a statement is of; -1: of none. */
function numberOf(bytes: Buffer, from: number, to: number, continues: boolean): number {
  const end = from + FIRST.length + DIGITS;
  if (end >= to || bytes[end] !== 0x27 || bytes[from + FIRST.length - 1] !== 0x6d) return -1;
  const isWhole = end + 1 === to;
  const isContinued = continues && (bytes[end + 1] === 0x0a || bytes[end + 1] === 0x3b);
  if (!isWhole && !isContinued) return -1;
  const text = bytes.toString("latin1", from, end);
  const number = Number(text.slice(FIRST.length));
  return text.startsWith(FIRST) && number < BATCH ? number : -1;
}

function names(): Names {
  const texts = [""];
  return { texts, idOf: (_, from, to) => (from < to ? 1 : 0) };
}

/** The blocks of a log, those of many kilobytes left out. */
export function blocksOf(format: LogFormat, log: Buffer): readonly Buffer[] {
  const nothing = {
    unread: { unread: () => {} },
    messages: { message: () => {}, lateField: () => {} },
  };
  const sink = { names: { user: names(), database: names(), application: names() } };
  const reader = FORMAT_READERS[format.name].open(format, {
    ...nothing,
    executions: sink as ExecutionSink,
  });
  const blocks: Buffer[] = [];
  for (let at = reader.findBlock(log, 0, 0, log.length); at !== -1;) {
    const next = reader.findBlock(log, 0, at + 1, log.length);
    const block = log.subarray(at, next === -1 ? log.length : next);
    if (block.length < 4096) blocks.push(block);
    at = next;
  }
  return blocks;
}
