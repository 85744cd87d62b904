import type {
  Digest,
  DigestedSource,
  ExecutionExample,
  NameCount,
  ServerEvents,
  ShapeDigest,
  Unread,
} from "../../digest/digest.ts";
import { HISTOGRAM_ERROR } from "../../digest/histogram.ts";
import type { ServerEventKind } from "../../log/execution.ts";
import { dateText, dateTimeText } from "../clock-time.ts";
import { shareText } from "../summary.ts";
import { formatBytes, formatCount, formatDecimal, formatDuration, formatPlural } from "../units.ts";
import {
  type DigestSort,
  type Ranking,
  shapeCount,
  type ShapeSum,
  totalCounts,
} from "./rank-shapes.ts";

/** Microseconds for people. */
export function formatUs(us: number): string {
  return formatDuration(us / 1000);
}

/** Of the sources: how many, their bytes, their formats. */
export function sourceParts({ sources }: Digest): readonly string[] {
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const formats = new Set(sources.flatMap(({ format }) => format ?? []));
  const [first, ...others] = sources;
  return [
    first !== undefined && others.length === 0
      ? first.name
      : formatPlural(sources.length, "file", "files"),
    formatBytes(bytes),
    formats.size === 0 ? "empty" : [...formats].join(", "),
  ];
}

/** `2026-03-01 00:00:00 to 06:59:59 UTC`, `7 h`. */
export function spanParts({ first, last, absoluteTimes }: Digest): readonly string[] {
  if (first === null || last === null) return ["the logs have no times"];
  const until =
    dateText(first) === dateText(last) ? dateTimeText(last).slice(11) : dateTimeText(last);
  return [
    `${dateTimeText(first)} to ${until}${absoluteTimes ? " UTC" : ", by the log's clock"}`,
    formatDuration(last - first),
  ];
}

export function totalParts(digest: Digest): readonly string[] {
  const { calls, errors, timedCalls, totalUs } = totalCounts(digest);
  return [
    formatPlural(shapeCount(digest), "query shape", "query shapes"),
    formatPlural(calls, "call", "calls"),
    timedCalls === 0 ? "no durations in the logs" : `${formatUs(totalUs)} of execution`,
    errors === 0 ? "no errors" : formatPlural(errors, "failed statement", "failed statements"),
  ];
}

/** Why a digest of some records has no statements: what to do; empty where it has some, or there was nothing to read. */
export function noStatementsText(digest: Digest): string {
  const records = digest.sources.reduce((sum, source) => sum + source.records, 0);
  const { calls, errors } = totalCounts(digest);
  if (records === 0 || calls > 0 || errors > 0) return "";
  const none =
    records === 1
      ? "The one record is no statement."
      : `None of the ${formatCount(records)} records is a statement.`;
  return `${none} PostgreSQL logs them where log_min_duration_statement or log_statement is set, and only English messages can be read (lc_messages = 'C'); MySQL and MariaDB log them in the slow log.`;
}

/** What the numbers leave out, and where it was; empty where all was read. */
export function unreadText({ unread, sources }: Digest): string {
  if (unread.lines === 0 && unread.bytes === 0) return "";
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const share = bytes === 0 ? "" : `, ${shareText(unread.bytes / bytes)}`;
  return `${formatPlural(unread.lines, "line", "lines")} could not be understood (${formatBytes(unread.bytes)}${share}) and are in none of these numbers`;
}

/** Sources with lines that could not be read. */
export function damagedSources({ sources }: Digest): readonly DigestedSource[] {
  return sources.filter(({ unread }) => unread.lines > 0 || unread.bytes > 0);
}

export function unreadOfText({ lines, bytes }: Unread): string {
  return `${formatPlural(lines, "unread line", "unread lines")} (${formatBytes(bytes)})`;
}

export const SORT_WORDS: Readonly<Record<DigestSort, string>> = {
  total: "total time",
  calls: "calls",
  mean: "mean duration",
  p95: "95th percentile",
  errors: "errors",
};

/** `Top queries by total time: 5 of 818, 99 % of the time`. */
export function rankingTitle({ sort, shown, shownShare }: Ranking, digest: Digest): string {
  const share = shownShare === null ? "" : `, ${shareText(shownShare)} of the time`;
  return `Top queries by ${SORT_WORDS[sort]}: ${formatCount(shown.length)} of ${formatCount(shapeCount(digest))}${share}`;
}

/** What the shapes make that are not listed one by one. */
export function restText(counts: ShapeSum, totalUs: number): string {
  const time =
    counts.timedCalls === 0
      ? []
      : [
          `${formatUs(counts.totalUs)}${totalUs > 0 ? ` (${shareText(counts.totalUs / totalUs)})` : ""}`,
        ];
  return [
    formatPlural(counts.shapes, "shape", "shapes"),
    formatPlural(counts.calls, "call", "calls"),
    ...time,
    ...(counts.errors === 0 ? [] : [formatPlural(counts.errors, "error", "errors")]),
  ].join(", ");
}

/** The row of shapes that were too many to be kept apart. */
export const OTHER_MEANS = "shapes beyond the limit of shapes, counted together";

const EVENT_WORDS: Readonly<Record<ServerEventKind, readonly [one: string, many: string]>> = {
  "temporary-file": ["temporary file", "temporary files"],
  "lock-wait": ["long lock wait", "long lock waits"],
  deadlock: ["deadlock", "deadlocks"],
  checkpoint: ["checkpoint", "checkpoints"],
  autovacuum: ["autovacuum run", "autovacuum runs"],
  connection: ["connection", "connections"],
  disconnection: ["disconnection", "disconnections"],
  "server-start": ["server start", "server starts"],
  "server-crash": ["server crash", "server crashes"],
};

/** What a person at night wants to see at once. */
export const ALARMING: ReadonlySet<ServerEventKind> = new Set([
  "deadlock",
  "server-crash",
  "server-start",
]);

/** `41 temporary files`, `9.1 GB in all, at most 1.8 GB`; the second is empty where the kind has no amounts. */
export function eventTexts({
  kind,
  count,
  total,
  max,
}: ServerEvents): readonly [count: string, amounts: string] {
  const [one, many] = EVENT_WORDS[kind];
  const format = kind === "temporary-file" ? formatBytes : formatDuration;
  return [
    formatPlural(count, one, many),
    total === 0 ? "" : `${format(total)} in all, at most ${format(max)}`,
  ];
}

/** `app, report and 3 more`. */
export function namesText(names: readonly NameCount[]): string {
  const shown = names.slice(0, 3).map(({ name }) => name);
  const more = names.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${formatCount(more)} more` : "");
}

const SLOWEST_SHOWN = 2;
const DRAWN_SHOWN = 3;

/** An example with its kind, duration and time in words. */
export interface ShownExample extends ExecutionExample {
  readonly title: string;
}

/** The slowest ones, then a few of the fair sample: who wants all of them reads the JSON. */
export function shownExamples({ examples }: ShapeDigest): readonly ShownExample[] {
  const slowest = examples
    .filter(({ us }) => us !== null)
    .toSorted((a, b) => (b.us ?? 0) - (a.us ?? 0) || a.rank - b.rank)
    .slice(0, SLOWEST_SHOWN);
  const drawn = examples
    .filter((example) => example.kind === "drawn" && !slowest.includes(example))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, DRAWN_SHOWN);
  return [
    ...slowest.map((example) => ({ ...example, title: exampleTitle("slow execution", example) })),
    ...drawn.map((example) => ({ ...example, title: exampleTitle("some execution", example) })),
  ];
}

function exampleTitle(kind: string, { us, at }: ExecutionExample): string {
  return [kind, us === null ? "" : formatUs(us), at === null ? "" : dateTimeText(at)]
    .filter((fact) => fact !== "")
    .join(", ");
}

export const LITERALS_HINT =
  "Examples with their values, and plans, are shown with --show-literals.";

/** What a reader must know to read the numbers right. */
export function digestNotes(digest: Digest, showLiterals: boolean): readonly string[] {
  const { calls, timedCalls } = totalCounts(digest);
  const untimed = calls - timedCalls;
  const hasLiterals = digest.shapes.some(
    ({ examples, plan }) => examples.length > 0 || plan !== null,
  );
  return [
    ...(timedCalls === 0
      ? []
      : [`Percentiles are within ${formatDecimal(HISTOGRAM_ERROR * 100)} % of the true ones.`]),
    ...(untimed === 0
      ? []
      : [
          `${formatPlural(untimed, "call has", "calls have")} no duration in the logs (${shareText(untimed / calls)}): they count as calls, and their time is unknown.`,
        ]),
    ...(digest.leftOut === 0
      ? []
      : [
          `${formatPlural(digest.leftOut, "record", "records")} outside the asked times ${digest.leftOut === 1 ? "is" : "are"} not counted.`,
        ]),
    ...(hasLiterals && !showLiterals ? [LITERALS_HINT] : []),
  ];
}
