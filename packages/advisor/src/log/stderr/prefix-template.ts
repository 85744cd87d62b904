/** What one piece of a `log_line_prefix` prints. */
export type PrefixPieceKind =
  | "literal"
  | "time"
  | "time-with-milliseconds"
  /** Seconds since the epoch with three decimals. */
  | "epoch"
  /** A time that says nothing of the line. */
  | "other-time"
  | "pid"
  | "session"
  | "digits"
  | "digits-or-none"
  | "query-id"
  | "virtual-xid"
  | "code"
  | "remote"
  | "name"
  /** `%q`: background processes print nothing of what follows. */
  | "sessions-only";

/** Names of a line that are kept. */
export type PrefixName = "user" | "database" | "application";

export interface PrefixPiece {
  readonly kind: PrefixPieceKind;
  /** Of a literal: what is printed. */
  readonly text: string;
  /** Of a name: what it names, where that is read. */
  readonly name: PrefixName | null;
  /** Bytes that it has at least, blanks to the left of it; negative: to the right. */
  readonly padding: number;
}

/** Escapes of PostgreSQL 12 to 18 (manual, 20.8.2). */
const ESCAPES: Readonly<Record<string, PrefixPieceKind>> = {
  a: "name",
  u: "name",
  d: "name",
  r: "remote",
  h: "name",
  L: "name",
  b: "name",
  p: "pid",
  P: "digits-or-none",
  t: "time",
  m: "time-with-milliseconds",
  n: "epoch",
  i: "name",
  e: "code",
  c: "session",
  l: "digits",
  s: "other-time",
  v: "virtual-xid",
  x: "digits-or-none",
  Q: "query-id",
  q: "sessions-only",
};
const NAMES: Readonly<Record<string, PrefixName>> = {
  a: "application",
  u: "user",
  d: "database",
};

/**
 * Reads a `log_line_prefix` setting the way the server does: a lone `%` and unknown escapes print nothing. White space
 * at its end does not count.
 */
export function parsePrefixTemplate(template: string): PrefixPiece[] {
  const pieces: PrefixPiece[] = [];
  let literal = "";
  const piece = (
    kind: PrefixPieceKind,
    text: string,
    name: PrefixName | null,
    padding: number,
  ): void => {
    if (literal !== "") pieces.push({ kind: "literal", text: literal, name: null, padding: 0 });
    literal = "";
    if (kind !== "literal") pieces.push({ kind, text, name, padding });
  };
  for (const [token, percent, padding = "", letter = ""] of template
    .trimEnd()
    .matchAll(/(%)(?:(?=%)|(-?\d*))([^]?)|[^]/gu)) {
    if (percent === undefined) {
      literal += token;
    } else if (token === "%%") {
      literal += "%";
    } else {
      const kind = ESCAPES[letter];
      if (kind !== undefined) piece(kind, "", NAMES[letter] ?? null, Number(padding) || 0);
    }
  }
  piece("literal", "", null, 0);
  return pieces;
}
