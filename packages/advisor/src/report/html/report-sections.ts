import type { Report, SelectionReport } from "../report.ts";
import { groupBy, limitText, NOT_ANALYZED_MEANS, shareText, WORSE_WORDS } from "../summary.ts";
import { formatBytes, formatCostChange, formatCount, formatPlural } from "../units.ts";
import type { QueryAnchors } from "./finding-card.ts";
import type { PageSection } from "./html-page.ts";
import { html, type Markup } from "./markup.ts";
import { statementLine } from "./query-table.ts";

/** Cost against storage, and the queries that pay for it. */
export function selectionSections(
  selection: SelectionReport | null,
  queries: QueryAnchors,
): readonly PageSection[] {
  if (selection === null || (selection.curve.length < 2 && selection.worse.length === 0)) return [];
  return [
    {
      id: "storage",
      title: "Cost against storage",
      content: html`<div class="panel">${curve(selection)}${worse(selection, queries)}</div>`,
    },
  ];
}

function curve(selection: SelectionReport): Markup | null {
  if (selection.curve.length < 2) return null;
  const limits = limitText(selection);
  return html`<p>
      Advised: ${shareText(selection.cost)} of today's cost${limits === "" ? "" : ` (${limits})`}.
    </p>
    <table class="narrow">
      <thead>
        <tr>
          <th scope="col" class="num">New indexes</th>
          <th scope="col" class="num">Storage</th>
          <th scope="col" class="num">Workload cost</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${selection.curve.map(
          ({ bytes, cost, indexes, knee }) =>
            html`<tr>
              <td class="num">${formatCount(indexes.length)}</td>
              <td class="num">${formatBytes(bytes)}</td>
              <td class="num">${shareText(cost)}</td>
              <td>${knee ? html`<span class="badge">knee</span>` : null}</td>
            </tr> `,
        )}
      </tbody>
    </table>`;
}

function worse({ worse: queries }: SelectionReport, anchors: QueryAnchors): Markup | null {
  if (queries.length === 0) return null;
  return html`<h3>Queries that cost more with the advised indexes</h3>
    <ul>
      ${queries.map((query) => {
        const target = anchors.get(query.fingerprint);
        const line = html`<code>${statementLine(query.sql)}</code>`;
        return html`<li>
          ${target === undefined ? line : html`<a href="#${target}">${line}</a>`}
          <span class="soft small"
            >${WORSE_WORDS[query.cause]}: ${formatCostChange(query.costBefore, query.costAfter)},
            ${formatPlural(query.calls, "call", "calls")}, ${shareText(query.share)} of the
            workload's cost</span
          >
        </li> `;
      })}
    </ul>`;
}

const MAX_EXAMPLES = 10;

/** "Not analysed" is never "fine". */
export function unknownSections({ notAnalyzed, notes }: Report): readonly PageSection[] {
  const { objects, queries } = notAnalyzed;
  return [
    ...(objects.length === 0 && queries.length === 0
      ? []
      : [
          {
            id: "unknown",
            title: "Not analysed",
            content: html`<div class="panel">
              <p>${NOT_ANALYZED_MEANS}</p>
              ${groupBy(objects, (gap) => gap.reason).map(([reason, group]) =>
                reasonBlock(
                  reason,
                  formatPlural(group.length, "object", "objects"),
                  group.map((gap) => gap.object),
                ),
              )}
              ${groupBy(queries, (query) => query.reason).map(([reason, group]) => {
                const calls = group.reduce((sum, query) => sum + query.calls, 0);
                return reasonBlock(
                  reason,
                  `${formatPlural(group.length, "query", "queries")}, ${formatPlural(calls, "call", "calls")}`,
                  group.map((query) => query.sql),
                );
              })}
            </div>`,
          },
        ]),
    ...(notes.length === 0
      ? []
      : [
          {
            id: "notes",
            title: "Notes",
            content: html`<ul>
              ${notes.map((note) => html`<li>${note}</li> `)}
            </ul>`,
          },
        ]),
  ];
}

function reasonBlock(reason: string, size: string, texts: readonly string[]): Markup {
  const more = texts.length - MAX_EXAMPLES;
  return html`<h3>${reason} <span class="soft small">${size}</span></h3>
    <ul>
      ${texts
        .slice(0, MAX_EXAMPLES)
        .map((text) => html`<li><code>${statementLine(text)}</code></li> `)}
      ${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : null}
    </ul>`;
}
