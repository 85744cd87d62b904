import type { Node } from "libpg-query";
import type { Table } from "../../catalog/catalog.ts";
import type { AccessPath } from "../../workload/statement.ts";
import { nameParts } from "./node-parts.ts";
import { functionName } from "./trace.ts";

const DEFAULT_GIN: AccessPath = { method: "gin", operatorClass: null };
const DEFAULT_GIST: AccessPath = { method: "gist", operatorClass: null };
/** Smaller and faster than the default class, for fewer operators. */
const JSON_PATH: AccessPath = { method: "gin", operatorClass: "jsonb_path_ops" };
const TRIGRAMS: AccessPath = {
  method: "gin",
  operatorClass: "gin_trgm_ops",
  extension: "pg_trgm",
};

const JSONB: Readonly<Record<string, readonly AccessPath[]>> = {
  "@>": [JSON_PATH, DEFAULT_GIN],
  "@?": [JSON_PATH, DEFAULT_GIN],
  "@@": [JSON_PATH, DEFAULT_GIN],
  "?": [DEFAULT_GIN],
  "?|": [DEFAULT_GIN],
  "?&": [DEFAULT_GIN],
};
// `value = ANY (column)` is missing: the server has no index for it, only for `column @> ARRAY[value]`.
const ARRAY_OPERATORS: ReadonlySet<string> = new Set(["@>", "<@", "&&"]);
const RANGE_OPERATORS: ReadonlySet<string> = new Set([
  "&&",
  "@>",
  "<@",
  "<<",
  ">>",
  "&<",
  "&>",
  "-|-",
]);
const PATTERN_OPERATORS: ReadonlySet<string> = new Set(["like", "ilike", "~", "~*"]);
const GEOMETRIC: Readonly<Record<string, ReadonlySet<string>>> = {
  point: new Set(["<@", "<<", ">>", "~="]),
  box: new Set(["&&", "@>", "<@", "<<", ">>", "~="]),
  polygon: new Set(["&&", "@>", "<@", "<<", ">>", "~="]),
  circle: new Set(["&&", "@>", "<@", "<<", ">>", "~="]),
};
/** Types whose distance to a point an index can count off. */
const NEAREST: ReadonlySet<string> = new Set(["point", "box", "polygon", "circle"]);
const PATTERN_CLASSES: Readonly<Record<string, string>> = {
  character: "bpchar_pattern_ops",
  "character varying": "varchar_pattern_ops",
  text: "text_pattern_ops",
};

/**
 * What, beside a btree in the type's order, finds the rows for `side operator value`.
 * @param prefix whether the value is a pattern whose first characters are known
 */
export function accessPaths(
  type: string | null,
  operator: string,
  prefix: boolean,
): readonly AccessPath[] {
  if (type === null) return [];
  const bare = type.replace(/\(.*?\)/, "");
  if (PATTERN_OPERATORS.has(operator)) {
    const pattern = PATTERN_CLASSES[bare];
    if (pattern === undefined) return [];
    const byPrefix: AccessPath = { method: "btree", operatorClass: pattern };
    // Trigrams are taken from text and varchar; `character` has no class of its own there.
    return [...(prefix ? [byPrefix] : []), ...(bare === "character" ? [] : [TRIGRAMS])];
  }
  if (bare === "jsonb") return JSONB[operator] ?? [];
  if (bare === "tsvector") return operator === "@@" ? [DEFAULT_GIN] : [];
  if (bare.endsWith("[]")) return ARRAY_OPERATORS.has(operator) ? [DEFAULT_GIN] : [];
  if (/^(?:int4|int8|num|ts|tstz|date)(?:multi)?range$/.test(bare)) {
    return RANGE_OPERATORS.has(operator) ? [DEFAULT_GIST] : [];
  }
  return GEOMETRIC[bare]?.has(operator) === true ? [DEFAULT_GIST] : [];
}

/** What delivers rows by their distance (`<->`) from a value. */
export function nearestPaths(type: string | null): readonly AccessPath[] {
  return type !== null && NEAREST.has(type) ? [DEFAULT_GIST] : [];
}

/** Type of a column or an expression over `table`, where its form tells; `null` otherwise. */
export function expressionType(node: Node, table: Table): string | null {
  if ("ColumnRef" in node) {
    const name = nameParts(node.ColumnRef.fields).at(-1);
    return table.columns.find((column) => column.name === name)?.type ?? null;
  }
  const called = functionName(node);
  if (called === "to_tsvector" || called === "setweight") return "tsvector";
  if (called === "lower" || called === "upper") return "text";
  if (!("A_Expr" in node)) return null;
  const { lexpr, rexpr } = node.A_Expr;
  const operator = nameParts(node.A_Expr.name).at(-1);
  if (operator === "->>" || operator === "#>>") return "text";
  const left = lexpr === undefined ? null : expressionType(lexpr, table);
  if (operator === "->" || operator === "#>") return left;
  if (operator !== "||") return null;
  const right = rexpr === undefined ? null : expressionType(rexpr, table);
  return [left, right].includes("tsvector") ? "tsvector" : null;
}
