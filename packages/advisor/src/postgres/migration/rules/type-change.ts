/** A type's name without its length, and its length, precision and scale: `numeric(10,2)`. */
interface ReadType {
  readonly base: string;
  readonly modifiers: readonly number[];
}

const ALIASES: Readonly<Record<string, string>> = {
  "bit varying": "varbit",
  bool: "boolean",
  character: "bpchar",
  char: "bpchar",
  "character varying": "varchar",
  dec: "numeric",
  decimal: "numeric",
  "double precision": "float8",
  int: "integer",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  "time with time zone": "timetz",
  "time without time zone": "time",
  "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamp",
};

/** Types whose length only limits them: a longer one, or none, holds every old value as it is. */
const LIMITED: ReadonlySet<string> = new Set([
  "interval",
  "time",
  "timestamp",
  "timestamptz",
  "timetz",
  "varbit",
  "varchar",
]);

/**
 * Whether a column's type can change while the rows stay as they are. `unknown`: the old type is. `in-utc`: between timestamps
 * with and without time zone it can where the session's TimeZone is UTC (PostgreSQL 12).
 */
export function typeChange(
  from: string | null,
  to: string,
  column: string,
  using: string | null,
): "safe" | "rewrite" | "in-utc" | "unknown" {
  if (using !== null && !isPlainColumn(using, column, to)) return "rewrite";
  if (from === null) return "unknown";
  const old = readType(from);
  const next = readType(to);
  if (old === null || next === null) return "rewrite";
  if (old.base === next.base) return keepsValues(old, next) ? "safe" : "rewrite";
  const pair = `${old.base} ${next.base}`;
  if (pair === "timestamp timestamptz" || pair === "timestamptz timestamp") {
    return keepsValues({ ...old, base: "timestamp" }, { ...next, base: "timestamp" })
      ? "in-utc"
      : "rewrite";
  }
  const open = next.modifiers.length === 0;
  return open && BINARY_COERCIBLE.has(pair) ? "safe" : "rewrite";
}

/** Casts that take the bytes as they are. */
const BINARY_COERCIBLE: ReadonlySet<string> = new Set([
  "cidr inet",
  "integer oid",
  "oid integer",
  "text varchar",
  "varchar text",
  "xml text",
]);

function keepsValues(old: ReadType, next: ReadType): boolean {
  if (old.modifiers.join() === next.modifiers.join()) return true;
  if (next.base === "numeric") {
    if (next.modifiers.length === 0) return true;
    const [precision = Infinity, scale = 0] = old.modifiers;
    const [newPrecision = Infinity, newScale = 0] = next.modifiers;
    return scale === newScale && newPrecision >= precision;
  }
  if (!LIMITED.has(next.base)) return false;
  const longest = TIME_TYPES.has(next.base) ? 6 : Infinity;
  const [length = longest] = old.modifiers;
  const [newLength = longest] = next.modifiers;
  return newLength >= length;
}

/** Six digits of a second are all that there are. */
const TIME_TYPES: ReadonlySet<string> = new Set([
  "interval",
  "time",
  "timestamp",
  "timestamptz",
  "timetz",
]);

function readType(text: string): ReadType | null {
  const match =
    /^(?:pg_catalog\.)?([a-z][a-z0-9_ ]*?)\s*(?:\(([\d,\s-]+)\))?(\s+with(?:out)? time zone)?$/i.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [, name = "", modifiers = "", zone = ""] = match;
  const base = `${name}${zone}`.toLowerCase().replace(/\s+/g, " ").trim();
  const known = ALIASES[base] ?? base;
  const numbers = modifiers === "" ? [] : modifiers.split(",").map(Number);
  // `char` is `char(1)`.
  return { base: known, modifiers: known === "bpchar" && numbers.length === 0 ? [1] : numbers };
}

/** `USING col` and `USING col::type` say what is so by default. */
function isPlainColumn(using: string, column: string, to: string): boolean {
  const [name = "", type, ...more] = using.trim().split("::");
  if (name.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"') !== column || more.length > 0)
    return false;
  return type === undefined || JSON.stringify(readType(type)) === JSON.stringify(readType(to));
}
