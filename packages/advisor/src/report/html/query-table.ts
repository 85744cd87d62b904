import { cut } from "../columns.ts";
import { formatUs, SORT_WORDS } from "../digest/digest-summary.ts";
import { DIGEST_SORTS, type DigestSort } from "../digest/rank-shapes.ts";
import { oneLine } from "../printable.ts";
import { shareText } from "../summary.ts";
import { formatCount } from "../units.ts";
import { html, type Markup } from "./markup.ts";
import type { PageQuery } from "./page-query.ts";

/** Characters of a statement in a line. */
const LINE = 160;

interface Column {
  readonly title: string;
  readonly sort: DigestSort | null;
  /** A number to sort by, and the text; an empty one is left out on a phone. */
  readonly valueOf: (query: PageQuery) => number;
  readonly textOf: (query: PageQuery) => string;
}

function timeColumn(
  title: string,
  sort: DigestSort | null,
  usOf: (query: PageQuery) => number | null | undefined,
): Column {
  return {
    title,
    sort,
    valueOf: (query) => usOf(query) ?? -1,
    textOf: (query) => {
      const us = usOf(query);
      return us === null || us === undefined ? "" : formatUs(us);
    },
  };
}

const COLUMNS: readonly Column[] = [
  timeColumn("Total", "total", ({ totalUs }) => totalUs),
  {
    title: "Share",
    sort: null,
    valueOf: ({ logged }) => logged?.share ?? -1,
    textOf: ({ logged, totalUs }) =>
      logged === null || logged.share === null || totalUs === null ? "" : shareText(logged.share),
  },
  {
    title: "Calls",
    sort: "calls",
    valueOf: ({ calls }) => calls,
    textOf: ({ calls }) => formatCount(calls),
  },
  timeColumn("Mean", "mean", ({ logged, totalUs, calls }) =>
    logged === null
      ? totalUs !== null && calls > 0
        ? totalUs / calls
        : null
      : logged.durations?.meanUs,
  ),
  timeColumn("p50", null, ({ logged }) => logged?.durations?.p50Us),
  timeColumn("p95", "p95", ({ logged }) => logged?.durations?.p95Us),
  timeColumn("p99", null, ({ logged }) => logged?.durations?.p99Us),
  timeColumn("Max", null, ({ logged }) => logged?.durations?.maxUs),
  {
    title: "Errors",
    sort: "errors",
    valueOf: ({ logged }) => logged?.shape.errors ?? 0,
    textOf: ({ logged }) =>
      logged === null || logged.shape.errors === 0 ? "" : formatCount(logged.shape.errors),
  },
];

/** One line for each query, which leads to its details. Columns that nobody has a value for are left out. */
export function queryTable(queries: readonly PageQuery[]): Markup {
  const columns = COLUMNS.filter((column) => queries.some((query) => column.textOf(query) !== ""));
  const sorts = DIGEST_SORTS.filter((sort) => columns.some((column) => column.sort === sort));
  return html`<div class="toolbar" data-script="" hidden="">
      <label class="grow"
        >Filter
        <input
          id="filter"
          type="search"
          autocomplete="off"
          spellcheck="false"
          placeholder="statement, user, application"
      /></label>
      <label
        >Order
        <select id="sort">
          ${sorts.map((sort) => html`<option value="${sort}">${SORT_WORDS[sort]}</option>`)}
        </select></label
      >
      <span id="shown" class="soft small" role="status"></span>
    </div>
    <div class="panel">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Query</th>
            ${columns.map(headCell)}
          </tr>
        </thead>
        <tbody>
          ${queries.map((query) => queryRow(query, columns))}
        </tbody>
      </table>
    </div>`;
}

function headCell({ title, sort }: Column): Markup {
  return sort === null
    ? html`<th scope="col" class="num">${title}</th>`
    : html`<th scope="col" class="num" data-sort="${sort}">${title}</th>`;
}

function queryRow(query: PageQuery, columns: readonly Column[]): Markup {
  const share = query.logged?.share ?? null;
  const cells = columns.map((column) => {
    const text = column.textOf(query);
    return html`<td
      class="${text === "" ? "num empty" : "num"}"
      data-label="${column.title}"
      data-value="${column.valueOf(query)}"
    >
      ${text}
    </td>`;
  });
  return html`<tr data-card="${query.anchor}">
    <td class="full">
      <a href="#${query.anchor}"><code>${statementLine(query.text)}</code></a
      >${share === null || share === 0 ? null : shareBar(share)}${findingBadges(query)}
    </td>
    ${cells}
  </tr> `;
}

function shareBar(share: number): Markup {
  return html`<svg class="share" width="100%" height="4" aria-hidden="true">
    <rect width="${(share * 100).toFixed(2)}%" height="4" rx="2" />
  </svg>`;
}

export function findingBadges({ findings }: PageQuery): Markup | null {
  if (findings.length === 0) return null;
  return html`<span>
    ${findings.map((finding) => html`<a class="badge" href="#${finding.anchor}" title="${finding.label}">${finding.code}</a> `)}</span
  >`;
}

/** The statement's beginning. */
export function statementLine(text: string): string {
  // What is cut anyway is not looked at: texts can be long.
  return cut(oneLine(text.slice(0, 4 * LINE)), LINE);
}
