import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import type { KeyGroup } from "./gin-size.ts";
import type { StoredColumn } from "./index-shapes.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";
import { quoteLiteral } from "./sql-names.ts";

/** A key that fewer of the sampled values hold tells of its kind, not of itself. */
const FEW = 3;
/** A lexeme's entry in a text search value, without its text: 4 bytes, and its positions with their count. */
const LEXEME_BYTES = 8;

/**
 * What keys a GIN index on one column of `rows` rows has: from the statistics of elements where there are some, else from
 * the sampled values, else one key a row. Guesses where the statistics hold neither.
 */
export async function ginKeys(
  database: SandboxDatabase,
  column: StoredColumn,
  operatorClass: string,
  statistics: ColumnStatistics | undefined,
  rows: number,
): Promise<readonly KeyGroup[]> {
  if (statistics === undefined) return [{ keys: rows, rowsEach: 1, bytes: 16 }];
  const filled = rows * (1 - statistics.nullFraction);
  const elements = elementGroups(statistics, filled);
  if (elements !== null) return elements;
  const keysOf = EXTRACTORS[operatorClass];
  const samples = keysOf === undefined ? [] : await sampledKeys(database, keysOf, statistics);
  if (samples.length > 0) return sampleGroups(samples, filled, column.length > 0);
  const distinct = statistics.distinct < 0 ? -statistics.distinct * rows : statistics.distinct;
  const keys = Math.max(1, Math.min(filled, distinct));
  return [{ keys, rowsEach: filled / keys, bytes: statistics.averageWidth }];
}

/** Arrays and text search. The last three frequencies are bounds and the share of NULL elements. */
function elementGroups(
  {
    commonElements,
    commonElementFrequencies,
    elementCountHistogram,
    averageWidth,
  }: ColumnStatistics,
  filled: number,
): readonly KeyGroup[] | null {
  if (commonElements === null || commonElementFrequencies === null) return null;
  const elements = parseArrayLiteral(commonElements);
  const bytes = mean(elements.map((element) => Buffer.byteLength(element ?? "") + 1));
  const perRow = elementCountHistogram?.at(-1) ?? averageWidth / (bytes - 1 + LEXEME_BYTES);
  const groups = elements.map((_, at) => ({
    keys: 1,
    rowsEach: (commonElementFrequencies[at] ?? 0) * filled,
    bytes,
  }));
  const counted = groups.reduce((sum, group) => sum + group.rowsEach, 0);
  const rest = perRow * filled - counted;
  const least = Math.min(...groups.map((group) => group.rowsEach));
  // The others are rarer than the rarest known one.
  const rowsEach = Math.max(1, least / 2);
  return rest < rowsEach ? groups : [...groups, { keys: rest / rowsEach, rowsEach, bytes }];
}

function sampleGroups(
  samples: readonly (readonly string[])[],
  filled: number,
  hashed: boolean,
): readonly KeyGroup[] {
  const counts = new Map<string, number>();
  for (const keys of samples)
    for (const key of new Set(keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const perSample = filled / samples.length;
  const size = (key: string): number => (hashed ? 4 : Math.min(Buffer.byteLength(key), 126) + 1);
  const groups: KeyGroup[] = [];
  let draws = 0;
  let once = 0;
  const few: string[] = [];
  for (const [key, count] of counts) {
    if (count >= FEW) groups.push({ keys: 1, rowsEach: count * perSample, bytes: size(key) });
    else {
      draws += count;
      few.push(key);
      if (count === 1) once++;
    }
  }
  if (few.length === 0) return groups;
  // How many rare keys there are: by how many of the drawn ones were drawn once (Haas and Stokes).
  const keys = (draws * few.length) / (draws - once + once / perSample);
  return [...groups, { keys, rowsEach: (draws * perSample) / keys, bytes: mean(few.map(size)) }];
}

type Extractor =
  | { readonly sql: string }
  | { readonly fromText: (value: string) => readonly string[] };

const EXTRACTORS: Readonly<Record<string, Extractor>> = {
  jsonb_ops: { fromText: (value) => jsonKeys(JSON.parse(value)) },
  jsonb_path_ops: { fromText: (value) => jsonPaths(JSON.parse(value), "") },
  gin_trgm_ops: { sql: "show_trgm(v)" },
};

async function sampledKeys(
  database: SandboxDatabase,
  extractor: Extractor,
  { commonValues, histogram }: ColumnStatistics,
): Promise<readonly (readonly string[])[]> {
  const values = [histogram, commonValues]
    .flatMap((literal) => (literal === null ? [] : parseArrayLiteral(literal)))
    .filter((value) => value !== null);
  if (values.length === 0) return [];
  if ("fromText" in extractor) return values.map(extractor.fromText);
  const list = values.map((value) => `(${quoteLiteral(value)})`).join(", ");
  const rows = await database.run(`select ${extractor.sql} as keys from (values ${list}) as l (v)`);
  return rows.map((row) => (Array.isArray(row["keys"]) ? row["keys"].map(String) : []));
}

/** What `jsonb_ops` makes keys of: names, strings and other scalars, each by itself. */
function jsonKeys(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(jsonKeys);
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([name, inner]) => [`"${name}`, ...jsonKeys(inner)]);
}

/** What `jsonb_path_ops` makes keys of: each scalar with the names that lead to it. */
function jsonPaths(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((inner) => jsonPaths(inner, path));
  if (typeof value !== "object" || value === null) return [`${path}=${String(value)}`];
  return Object.entries(value).flatMap(([name, inner]) => jsonPaths(inner, `${path}"${name}`));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
