import { closingQuote } from "./closing-quote.ts";

/**
 * Reads the values of a statement's parameters from a record's detail: `parameters: $1 = 'it''s', $2 = NULL`.
 * `undefined` where the detail holds something else.
 */
export function parseParameters(detail: string): readonly (string | null)[] | undefined {
  const start = /^parameters: /i.exec(detail);
  if (start === null) return undefined;
  const values: (string | null)[] = [];
  const name = /\$\d+ = /y;
  let at = start[0].length;
  for (;;) {
    name.lastIndex = at;
    if (!name.test(detail)) return undefined;
    at = name.lastIndex;
    if (detail[at] === "'") {
      const close = closingQuote(detail, at, "'");
      if (close === -1) return undefined;
      values.push(detail.slice(at + 1, close).replaceAll("''", "'"));
      at = close + 1;
    } else if (detail.startsWith("NULL", at)) {
      values.push(null);
      at += 4;
    } else {
      return undefined;
    }
    if (at === detail.length) return values;
    if (!detail.startsWith(", ", at)) return undefined;
    at += 2;
  }
}
