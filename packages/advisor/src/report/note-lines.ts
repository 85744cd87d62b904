import { wrap } from "./columns.ts";
import type { Page } from "./page.ts";
import { oneLine } from "./printable.ts";

/** The notes at a text report's end, with their title; nothing where there are none. */
export function noteLines(notes: readonly string[], page: Page): readonly string[] {
  if (notes.length === 0) return [];
  const lines = notes.flatMap((note) =>
    wrap(oneLine(note), page.width - 4).map(
      (line, index) => (index === 0 ? "  - " : "    ") + line,
    ),
  );
  return [page.bold("Notes"), ...lines];
}
