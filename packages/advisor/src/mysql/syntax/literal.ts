import type { TokenCursor } from "./token-cursor.ts";
import type { Literal } from "./tree.ts";

const BYTES = /^0(?:x[\dA-Fa-f]+|b[01]+)$/;

/** Reads a constant; `null` where none comes next. */
export function parseLiteral(cursor: TokenCursor): Literal | null {
  const { start, at } = cursor;
  const read = typeAndValue(cursor);
  if (read === null) {
    cursor.at = at;
    return null;
  }
  const [type, value] = read;
  const { end } = cursor;
  if (type !== "null" && type !== "boolean") cursor.constants.push({ start, end });
  return { kind: "literal", type, value, text: cursor.sql.slice(start, end), start, end };
}

function typeAndValue(cursor: TokenCursor): readonly [Literal["type"], string] | null {
  const token = cursor.peek();
  if (token === undefined) return null;
  if (token.kind === "string")
    return [/^[xb]/i.test(token.text) ? "bytes" : "string", strings(cursor)];
  cursor.at += 1;
  if (token.kind === "number") return ["number", token.value];
  if (token.kind === "symbol") {
    return token.value === "\\" && cursor.takes("N") ? ["null", ""] : null;
  }
  if (token.kind !== "word") return null;
  if (token.value === "NULL") return ["null", ""];
  if (token.value === "TRUE" || token.value === "FALSE") return ["boolean", token.value];
  if (BYTES.test(token.text)) return ["bytes", token.text];
  const next = cursor.peek();
  if (/^(?:DATE|TIME|TIMESTAMP)$/.test(token.value) && next?.kind === "string") {
    return ["temporal", strings(cursor)];
  }
  if (!token.text.startsWith("_")) return null;
  if (next?.kind === "string") return ["string", strings(cursor)];
  if (next?.kind !== "word" || !BYTES.test(next.text)) return null;
  cursor.at += 1;
  return ["string", next.text];
}

/** Strings that follow each other are one. */
function strings(cursor: TokenCursor): string {
  let value = cursor.next().value;
  while (cursor.peek()?.kind === "string") value += cursor.next().value;
  return value;
}
