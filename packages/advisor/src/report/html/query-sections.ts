import type { PageSection } from "./html-page.ts";
import { html, type Markup } from "./markup.ts";
import type { PageQuery } from "./page-query.ts";
import { type CardContext, queryCard } from "./query-card.ts";
import { queryTable } from "./query-table.ts";

/** The table of queries, then a card for each. `notes`: what it leaves out. */
export function querySections(
  queries: readonly PageQuery[],
  context: CardContext,
  notes: readonly string[],
): readonly PageSection[] {
  if (queries.length === 0) return [];
  const shown: Markup = html`${queryTable(queries)}${notes.map((note) => html`<p class="soft small">${note}</p>`)}`;
  return [
    { id: "queries", title: "Top queries", content: shown },
    {
      id: "details",
      title: "Queries one by one",
      content: html`<div id="cards">${queries.map((query) => queryCard(query, context))}</div>`,
    },
  ];
}
