import type { Digest, FailureClass } from "../../digest/digest.ts";
import { dateTimeText, tickText } from "../clock-time.ts";
import { cut, joinParts, padEnd, textWidth, wrap } from "../columns.ts";
import { createPage, type Page } from "../page.ts";
import { oneLine, safeLines } from "../printable.ts";
import { spaced } from "../text-finding.ts";
import { formatCount, formatDuration, formatPlural } from "../units.ts";
import {
  ALARMING,
  damagedSources,
  digestNotes,
  eventTexts,
  formatUs,
  namesText,
  OTHER_MEANS,
  rankingTitle,
  restText,
  shownExamples,
  sourceParts,
  noStatementsText,
  spanParts,
  totalParts,
  unreadOfText,
  unreadText,
} from "./digest-summary.ts";
import { type RankedShape, type Ranking, rankShapes, totalCounts } from "./rank-shapes.ts";
import type { DigestRenderOptions } from "./render-digest.ts";
import { resample, type Series, timeTicks } from "./resample.ts";
import { rowLine, tableLayout } from "./shape-columns.ts";
import { sparkline } from "./sparkline.ts";

const LABEL_WIDTH = 10;
const INDENT = "    ";
/** Lines of a statement. */
const MAX_SQL_LINES = 3;
const MAX_FAILURES = 10;
const MAX_PLAN_LINES = 30;
/** Characters of an example. */
const MAX_LITERAL = 2_000;

/** For a terminal, and a person who wants to know what the database is busy with. */
export function renderDigestText(digest: Digest, options: DigestRenderOptions): string {
  const page = createPage(options);
  const ranking = rankShapes(digest, options.sort, options.limit);
  const blocks = [
    summaryLines(digest, page),
    loadLines(digest, page),
    topLines(digest, ranking, options, page),
    failureLines(digest, page),
    digestNotes(digest, options.showLiterals).flatMap((note) =>
      wrap(note, page.width).map(page.dim),
    ),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function summaryLines(digest: Digest, page: Page): readonly string[] {
  const row = (name: string, parts: readonly string[], style = page.dim): readonly string[] =>
    wrap(joinParts(parts.map(oneLine)), page.width - LABEL_WIDTH).map(
      (line, index) => style(padEnd(index === 0 ? name : "", LABEL_WIDTH)) + line,
    );
  const unread = unreadText(digest);
  const alarming = digest.events.filter(({ kind }) => ALARMING.has(kind));
  const other = digest.events.filter(({ kind }) => !ALARMING.has(kind));
  const textOf = (event: Digest["events"][number]): string => {
    const [count, amounts] = eventTexts(event);
    return amounts === "" ? count : `${count} (${amounts})`;
  };
  return [
    ...row("Read", sourceParts(digest)),
    ...(unread === "" ? [] : row("UNREAD", [unread, ...damagedTexts(digest)], page.red)),
    ...row("Time", spanParts(digest)),
    ...row("Queries", totalParts(digest)),
    ...(alarming.length === 0 ? [] : row("Alarms", alarming.map(textOf), page.red)),
    ...(other.length === 0 ? [] : row("Server", other.map(textOf))),
  ];
}

function damagedTexts(digest: Digest): readonly string[] {
  if (digest.sources.length < 2) return [];
  return damagedSources(digest).map(({ name, unread }) => `${name}: ${unreadOfText(unread)}`);
}

/** Time, calls and errors, one character for each step of time. */
function loadLines(digest: Digest, page: Page): readonly string[] {
  const series = resample(digest.timeline, {
    span: digest.timeline,
    bucketMs: digest.bucketMs,
    most: page.width - LABEL_WIDTH,
  });
  if (series === null || series.buckets.length < 2) return [];
  const { buckets, stepMs } = series;
  const line = (name: string, values: readonly number[]): readonly string[] => {
    const drawn = page.dim(padEnd(`  ${name}`, LABEL_WIDTH)) + sparkline(values);
    return values.some((value) => value > 0) ? [drawn.trimEnd()] : [];
  };
  const peak = (
    name: string,
    values: readonly number[],
    format: (value: number) => string,
  ): string => {
    const most = Math.max(...values);
    const at = buckets[values.indexOf(most)]?.at ?? 0;
    return most > 0 ? `${name} ${format(most)} at ${tickText(at, stepMs)}` : "";
  };
  const times = buckets.map(({ totalUs }) => totalUs);
  const calls = buckets.map((bucket) => bucket.calls);
  const errors = buckets.map((bucket) => bucket.errors);
  const peaks = [
    peak("time", times, formatUs),
    peak("calls", calls, formatCount),
    peak("errors", errors, formatCount),
  ];
  return [
    page.bold(`Load per ${formatDuration(stepMs)}`),
    ...line("time", times),
    ...line("calls", calls),
    ...line("errors", errors),
    page.dim(" ".repeat(LABEL_WIDTH) + clockLine(series)),
    ...wrap(joinParts(peaks), page.width - LABEL_WIDTH).map(
      (text, index) => page.dim(padEnd(index === 0 ? "  highest" : "", LABEL_WIDTH)) + text,
    ),
  ];
}

/** `00:00     01:00     02:00`, under the steps that they name. */
function clockLine(series: Series): string {
  const { buckets, stepMs } = series;
  let line = "";
  for (const { place, text } of timeTicks(series, Math.max(1, buckets.length / 10))) {
    const column = Math.round(place);
    if (column + textWidth(text) <= buckets.length) line = padEnd(line, column) + text;
  }
  return line === "" ? tickText(buckets[0]?.at ?? 0, stepMs) : line;
}

function topLines(
  digest: Digest,
  ranking: Ranking,
  options: DigestRenderOptions,
  page: Page,
): readonly string[] {
  if (ranking.shown.length === 0) {
    const why = noStatementsText(digest);
    return [
      "No query shapes to show.",
      ...(why === "" ? [] : wrap(why, page.width)),
      ...restLines(digest, ranking, page),
    ];
  }
  const layout = tableLayout(ranking.shown, page.width);
  return [
    ...wrap(rankingTitle(ranking, digest), page.width).map(page.bold),
    "",
    page.dim(layout.head),
    ...ranking.shown.flatMap((entry, index) => [
      ...(index === 0 ? [] : [""]),
      rowLine(layout, entry),
      ...shapeLines(entry, page),
      ...(options.showLiterals ? literalLines(entry, page) : []),
    ]),
    ...spaced(restLines(digest, ranking, page)),
  ];
}

function shapeLines({ shape }: RankedShape, page: Page): readonly string[] {
  const width = page.width - INDENT.length;
  const lines = wrap(oneLine(shape.text.slice(0, 10 * width)), width);
  const shown = lines.slice(0, MAX_SQL_LINES).map((line, index) => {
    const last = index === MAX_SQL_LINES - 1 && lines.length > MAX_SQL_LINES;
    return cut(last ? `${line}${" ".repeat(width)}` : line, width);
  });
  const who = joinParts(
    [
      shape.id,
      ...(shape.rows > 0 ? [`${formatCount(shape.rows)} rows`] : []),
      ...(shape.rowsExamined > 0 ? [`${formatCount(shape.rowsExamined)} examined`] : []),
      ...(shape.lockUs > 0 ? [`${formatUs(shape.lockUs)} in locks`] : []),
      ...(["users", "databases", "applications"] as const).flatMap((kind) =>
        shape[kind].length === 0 ? [] : [`${WHO[kind]} ${namesText(shape[kind])}`],
      ),
    ].map(oneLine),
  );
  return [...shown.map(page.cyan), ...wrap(who, width).map(page.dim)].map((line) => INDENT + line);
}

const WHO = { users: "by", databases: "in", applications: "from" } as const;

/** Holds data. */
function literalLines({ shape }: RankedShape, page: Page): readonly string[] {
  const width = page.width - INDENT.length - 2;
  const examples = shownExamples(shape).flatMap(({ title, sql, parameters }) => [
    ...wrap(title, width).map(page.dim),
    ...literalText(sql, width),
    ...(parameters === "" ? [] : literalText(parameters, width)),
  ]);
  const plan = shape.plan === null ? [] : safeLines(shape.plan.text);
  const more = plan.length - MAX_PLAN_LINES;
  return [
    ...examples,
    ...(shape.plan === null
      ? []
      : [page.dim(`plan of an execution of ${formatUs(shape.plan.us)}`)]),
    ...plan.slice(0, MAX_PLAN_LINES).map((line) => `  ${cut(line, width)}`),
    ...(more > 0 ? [page.dim(`  and ${formatPlural(more, "line", "lines")} more`)] : []),
  ].map((line) => INDENT + line);
}

/** Broken at blanks, as SQL may be; very long ones are cut. */
function literalText(text: string, width: number): readonly string[] {
  const lines = safeLines(text.slice(0, MAX_LITERAL)).flatMap((line) => wrap(line, width));
  const more = text.length - MAX_LITERAL;
  return [
    ...lines.map((line) => `  ${cut(line, width)}`),
    ...(more > 0 ? [`  and ${formatPlural(more, "character", "characters")} more`] : []),
  ];
}

/** Shapes that are not shown, so that the numbers add up. */
function restLines(digest: Digest, { hidden }: Ranking, page: Page): readonly string[] {
  const { totalUs } = totalCounts(digest);
  const rows = [
    ...(hidden === null ? [] : [`not shown: ${restText(hidden, totalUs)}`]),
    ...(digest.other === null ? [] : [`other: ${restText(digest.other, totalUs)}; ${OTHER_MEANS}`]),
  ];
  return rows.flatMap((row) => wrap(row, page.width).map(page.dim));
}

function failureLines({ failures, shapes }: Digest, page: Page): readonly string[] {
  if (failures.length === 0) return [];
  const more = failures.slice(MAX_FAILURES);
  const known = new Set(shapes.map(({ id }) => id));
  return [
    page.bold("Errors"),
    ...failures
      .slice(0, MAX_FAILURES)
      .flatMap((failure) => [
        ...wrap(failureText(failure), page.width - 12).map(
          (line, index) =>
            `${(index === 0 ? formatCount(failure.count) : "").padStart(10)}  ${line}`,
        ),
        ...wrap(failureFacts(failure, known), page.width - 12).flatMap((line) =>
          line === "" ? [] : [" ".repeat(12) + page.dim(line)],
        ),
      ]),
    ...(more.length === 0
      ? []
      : [
          page.dim(
            `and ${formatPlural(more.length, "class", "classes")} more with ${formatPlural(
              more.reduce((sum, { count }) => sum + count, 0),
              "error",
              "errors",
            )}`,
          ),
        ]),
  ];
}

function failureText({ severity, code, message }: FailureClass): string {
  return oneLine(`${severity}${code === "" ? "" : ` ${code}`}: ${message}`);
}

function failureFacts({ first, last, shapes }: FailureClass, known: ReadonlySet<string>): string {
  const ids = shapes
    .filter(({ id }) => known.has(id))
    .map(({ id, count }) => `${id} ${formatCount(count)}x`);
  return joinParts(
    [
      first === null || last === null ? "" : `${dateTimeText(first)} to ${dateTimeText(last)}`,
      ids.length === 0 ? "" : `queries ${ids.slice(0, 3).join(", ")}`,
    ].map(oneLine),
  );
}
