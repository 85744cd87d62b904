import type { Digest } from "../../digest/digest.ts";
import {
  digestFrame,
  digestTiles,
  failureSections,
  loadSections,
  restNotes,
  sourceSection,
  unreadAlert,
} from "../html/digest-sections.ts";
import { htmlPage } from "../html/html-page.ts";
import { html } from "../html/markup.ts";
import { tiles } from "../html/page-parts.ts";
import { pageQueries, shownShapes } from "../html/page-query.ts";
import { querySections } from "../html/query-sections.ts";
import { digestNotes, sourceParts, spanParts } from "./digest-summary.ts";

import type { DigestRenderOptions } from "./render-digest.ts";

/** One file for a browser. Its table can be sorted, so it has `limit` shapes for each order. */
export function renderDigestHtml(
  digest: Digest,
  { limit, showLiterals }: Pick<DigestRenderOptions, "limit" | "showLiterals">,
): string {
  const shapes = shownShapes(digest, limit);
  const ids = new Set(shapes.map(({ shape }) => shape.id));
  const queries = pageQueries(shapes, { findings: [], selection: null }, new Map());
  return htmlPage({
    title: "Query digest",
    subtitle: [sourceParts(digest).join(" · "), spanParts(digest).join(" · ")],
    head: html`${unreadAlert(digest)}${tiles(digestTiles(digest))}${queries.length === 0 ? html`<p>No queries in what was read.</p>` : null}`,
    sections: [
      ...loadSections(digest),
      ...querySections(
        queries,
        { frame: digestFrame(digest), showLiterals },
        restNotes(digest, ids),
      ),
      ...failureSections(digest, ids),
      sourceSection(digest),
    ],
    footer: digestNotes(digest, showLiterals).join(" "),
  });
}
