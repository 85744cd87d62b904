import type { Digest } from "../../digest/digest.ts";
import { dateTimeText } from "../clock-time.ts";
import { cut } from "../columns.ts";
import { codeBlock, codeSpan, escapeHtml, escapeMarkdown } from "../markdown-escape.ts";
import { oneLine } from "../printable.ts";
import { shareText } from "../summary.ts";
import { formatBytes, formatCount, formatPlural } from "../units.ts";
import {
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
import { resample } from "./resample.ts";
import { sparkline } from "./sparkline.ts";

const MAX_FAILURES = 20;
/** A cell's SQL is cut to this many columns. */
const SQL_WIDTH = 120;
const LOAD_STEPS = 72;

type Options = Pick<DigestRenderOptions, "sort" | "limit" | "showLiterals">;

/** For an issue or a wiki: a summary, the top queries as a table, and one folded block for each. */
export function renderDigestMarkdown(digest: Digest, options: Options): string {
  const ranking = rankShapes(digest, options.sort, options.limit);
  const blocks = [
    ["## Query digest"],
    warningBlock(digest),
    summaryTable(digest),
    loadBlock(digest),
    topBlock(digest, ranking),
    ...ranking.shown.map((entry) => shapeBlock(entry, options)),
    failureBlock(digest),
    sourceBlock(digest),
    digestNotes(digest, options.showLiterals).map(escapeMarkdown),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function warningBlock(digest: Digest): readonly string[] {
  const unread = unreadText(digest);
  const why = noStatementsText(digest);
  return [
    ...(unread === "" ? [] : [`**Unread: ${escapeMarkdown(unread)}.**`]),
    ...(why === "" ? [] : [escapeMarkdown(why)]),
  ];
}

function summaryTable(digest: Digest): readonly string[] {
  const rows = [
    ["Read", sourceParts(digest)],
    ["Time", spanParts(digest)],
    ["Queries", totalParts(digest)],
    [
      "Server",
      digest.events.map((event) => {
        const [count, amounts] = eventTexts(event);
        return amounts === "" ? count : `${count} (${amounts})`;
      }),
    ],
  ] as const;
  return [
    "| | |",
    "|---|---|",
    ...rows
      .filter(([, parts]) => parts.length > 0)
      .map(([name, parts]) => `| ${name} | ${escapeMarkdown(parts.join(", "))} |`),
  ];
}

function loadBlock({ timeline, bucketMs }: Digest): readonly string[] {
  const series = resample(timeline, { span: timeline, bucketMs, most: LOAD_STEPS });
  if (series === null || series.buckets.length < 2) return [];
  const { buckets, stepMs } = series;
  const first = dateTimeText(buckets[0]?.at ?? 0);
  const errors = buckets.map((bucket) => bucket.errors);
  return codeBlock(
    [
      `time    ${sparkline(buckets.map(({ totalUs }) => totalUs))}`,
      `calls   ${sparkline(buckets.map(({ calls }) => calls))}`,
      ...(errors.some((count) => count > 0) ? [`errors  ${sparkline(errors)}`] : []),
      `        from ${first}, ${formatUs(stepMs * 1000)} each`,
    ],
    "text",
  );
}

function topBlock(digest: Digest, ranking: Ranking): readonly string[] {
  const { totalUs } = totalCounts(digest);
  if (ranking.shown.length === 0 && digest.other === null) return ["No queries in what was read."];
  return [
    `### ${rankingTitle(ranking, digest)}`,
    "",
    "| # | Total | Share | Calls | Mean | p50 | p95 | p99 | Max | Errors | Query |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ...ranking.shown.map(
      ({ rank, shape, share, durations }) =>
        `| ${[
          rank,
          durations === null ? "" : formatUs(shape.totalUs),
          share === null || durations === null ? "" : shareText(share),
          formatCount(shape.calls),
          ...(["meanUs", "p50Us", "p95Us", "p99Us", "maxUs"] as const).map((key) =>
            durations === null ? "" : formatUs(durations[key]),
          ),
          shape.errors === 0 ? "" : formatCount(shape.errors),
          codeSpan(cut(oneLine(shape.text), SQL_WIDTH), { cell: true }),
        ].join(" | ")} |`,
    ),
    ...(ranking.hidden === null ? [] : ["", `Not shown: ${restText(ranking.hidden, totalUs)}.`]),
    ...(digest.other === null
      ? []
      : ["", `Other: ${restText(digest.other, totalUs)}; ${OTHER_MEANS}.`]),
  ];
}

const MAX_TEXT = 5_000;
const MAX_PLAN_LINES = 60;

function shapeBlock(entry: RankedShape, { showLiterals }: Options): readonly string[] {
  const { rank, shape } = entry;
  const facts = [
    ["Id", shape.id],
    ["Fingerprint", shape.fingerprint ?? ""],
    ["Query id", shape.queryId ?? ""],
    ["Rows", shape.rows > 0 ? formatCount(shape.rows) : ""],
    ["Rows examined", shape.rowsExamined > 0 ? formatCount(shape.rowsExamined) : ""],
    ["Waited for locks", shape.lockUs > 0 ? formatUs(shape.lockUs) : ""],
    ["Users", namesText(shape.users)],
    ["Databases", namesText(shape.databases)],
    ["Applications", namesText(shape.applications)],
  ] as const;
  return [
    "<details>",
    `<summary>${rank}: <code>${escapeHtml(cut(oneLine(shape.text), SQL_WIDTH))}</code></summary>`,
    "",
    ...codeBlock([shorten(shape.text)], "sql"),
    "",
    ...facts
      .filter(([, value]) => value !== "")
      .map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`),
    ...(showLiterals ? literalLines(entry) : []),
    "",
    "</details>",
  ];
}

/** Holds data. */
function literalLines({ shape }: RankedShape): readonly string[] {
  const { plan } = shape;
  const lines = plan === null ? [] : plan.text.split("\n");
  return [
    ...shownExamples(shape).flatMap(({ title, sql, parameters }) => [
      "",
      `Example: ${title}`,
      "",
      ...codeBlock(
        [shorten(sql), ...(parameters === "" ? [] : [`-- ${shorten(parameters)}`])],
        "sql",
      ),
    ]),
    ...(plan === null
      ? []
      : [
          "",
          `Plan of an execution of ${formatUs(plan.us)}:`,
          "",
          ...codeBlock(lines.slice(0, MAX_PLAN_LINES), "text"),
        ]),
  ];
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT)}… ${formatPlural(text.length - MAX_TEXT, "character", "characters")} more`;
}

function failureBlock({ failures }: Digest): readonly string[] {
  if (failures.length === 0) return [];
  const more = failures.length - MAX_FAILURES;
  return [
    "### Errors",
    "",
    "| Count | Severity | Code | Message | First | Last |",
    "|---:|---|---|---|---|---|",
    ...failures
      .slice(0, MAX_FAILURES)
      .map(
        ({ count, severity, code, message, first, last }) =>
          `| ${formatCount(count)} | ${severity} | ${escapeMarkdown(code)} | ${escapeMarkdown(cut(oneLine(message), 2 * SQL_WIDTH))} | ${first === null ? "" : dateTimeText(first)} | ${last === null ? "" : dateTimeText(last)} |`,
      ),
    ...(more > 0 ? ["", `and ${formatPlural(more, "class", "classes")} more`] : []),
  ];
}

function sourceBlock(digest: Digest): readonly string[] {
  if (digest.sources.length < 2 && damagedSources(digest).length === 0) return [];
  return [
    "### Sources",
    "",
    ...digest.sources.map(({ name, format, bytes, unread }) => {
      const damage = unread.lines > 0 || unread.bytes > 0 ? `, **${unreadOfText(unread)}**` : "";
      return `- ${codeSpan(name, { cell: false })}: ${escapeMarkdown(format ?? "empty")}, ${formatBytes(bytes)}${damage}`;
    }),
  ];
}
