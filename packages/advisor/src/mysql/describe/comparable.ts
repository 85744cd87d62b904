import type { Expression } from "../syntax/tree.ts";
import { dependsOnColumns, type Traced } from "./trace.ts";
import { tracedColumn, valueType } from "./value-type.ts";

/**
 * Whether an index on one side of a comparison can find the other side's value. It can't where the side's own values are
 * converted first: a text to a number or a time, or to another collation.
 * @param equality whether equal values are looked for: a constant's bytes are, in an index of any collation
 */
export function servesComparison(side: Traced, other: Traced, equality: boolean): boolean {
  const [own, value] = [valueType(side), valueType(other)];
  if (own === "json" || own === "spatial") return false;
  if (own === null) return !isEnum(side) || value !== "text" || !dependsOnColumns(other);
  if (value === null) return true;
  if (own === "bytes") return value !== "number" && value !== "time";
  if (own !== "text") return true;
  const bytewise = equality && !dependsOnColumns(other);
  if (value === "bytes") return bytewise || isBinary(collationOf(side.node, side));
  return value === "text" && collates(side, other, bytewise);
}

/** Values of an ENUM or SET are numbers: a constant is one too, a text of another table is not. */
function isEnum(side: Traced): boolean {
  const column = side.column === null ? undefined : tracedColumn(side, side.column);
  return /^(?:enum|set)\b/i.test(column?.type ?? "");
}

/** Whether both are compared by the side's own collation, as it is in an index. */
function collates(side: Traced, other: Traced, bytewise: boolean): boolean {
  const own = collationOf(side.node, side);
  const value = collationOf(other.node, other);
  if (own === null || value === null || own === value) return true;
  if (isExplicit(other.node)) return bytewise && isBinary(value);
  if (isExplicit(side.node)) return true;
  const [ownRank, valueRank] = [rank(own), rank(value)];
  return ownRank === valueRank ? !isBinary(value) : ownRank > valueRank;
}

/** `null` where the column that it is compared with decides: of a constant, of what is not known. */
function collationOf(node: Expression, traced: Traced): string | null {
  if (node.kind === "column") {
    return tracedColumn(traced, node.parts.at(-1) ?? "")?.collation?.toLowerCase() ?? null;
  }
  if (node.kind === "binary" && node.operator === "collate" && node.right.kind === "column") {
    return (node.right.parts[0] ?? "").toLowerCase();
  }
  return null;
}

function isExplicit(node: Expression): boolean {
  return node.kind === "binary" && node.operator === "collate";
}

function isBinary(collation: string | null): boolean {
  return collation === "binary" || collation?.endsWith("_bin") === true;
}

/** Where two character sets meet, the one that can write more is converted to. */
function rank(collation: string): number {
  if (/^utf8mb4_|^uca1400_/.test(collation)) return 3;
  if (/^(?:utf16|utf32|ucs2)/.test(collation)) return 3;
  return collation.startsWith("utf8") ? 2 : 1;
}
