import type { Digest } from "../../digest/digest.ts";
import {
  digestFrame,
  digestTiles,
  failureSections,
  loadPlots,
  restNotes,
  sourceSection,
  unreadAlert,
} from "../html/digest-sections.ts";
import { htmlPage } from "../html/html-page.ts";
import { html } from "../html/markup.ts";
import { tiles } from "../html/page-parts.ts";
import { pageQueries, shownShapes } from "../html/page-query.ts";
import { querySections } from "../html/query-sections.ts";
import { digestNotes, LITERALS_HINT, sourceParts, spanParts } from "./digest-summary.ts";

import type { DigestRenderOptions } from "./render-digest.ts";

/** One file for a browser. Its table can be sorted, so it has `limit` shapes for each order. */
export function renderDigestHtml(
  digest: Digest,
  { limit, showLiterals }: Pick<DigestRenderOptions, "limit" | "showLiterals">,
): string {
  const shapes = shownShapes(digest, limit);
  const ids = new Set(shapes.map(({ shape }) => shape.id));
  const queries = pageQueries(shapes, { findings: [], selection: null }, new Map());
  const plots = loadPlots(digest);
  return htmlPage({
    title: "Query digest",
    subtitle: [sourceParts(digest).join(" · "), spanParts(digest).join(" · ")],
    head: html`${unreadAlert(digest)}${tiles(digestTiles(digest))}${queries.length === 0 ? html`<p>No queries in what was read.</p>` : null}`,
    sections: [
      ...(plots === null ? [] : [{ id: "load", title: "Load over time", content: plots }]),
      ...querySections(
        queries,
        { frame: digestFrame(digest), showLiterals, literalsHint: LITERALS_HINT },
        restNotes(digest, ids),
      ),
      ...failureSections(digest, ids),
      sourceSection(digest),
    ],
    footer: digestNotes(digest, showLiterals).join(" "),
  });
}
