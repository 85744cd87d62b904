import { parseArrayLiteral } from "../catalog/array-literal.ts";
import { estimatedRows } from "../catalog/catalog.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import type { Predicate } from "../workload/statement.ts";
import { btreeKeys, type KeyList } from "./btree-keys.ts";
import { newIndex, plainKey, type ProposedIndex, type TableAccess } from "./table-access.ts";

/** Share of the rows that a partial index may hold at most: above it a full one serves more for little more. */
const MAX_SHARE = 0.3;
/** Distinct values of a column whose constant may stand in an index: a state or a kind, never a person's data. */
const MAX_DISTINCT = 20;
/** Key lists that are tried behind one predicate. */
const MAX_LISTS = 3;

/** A condition that an index could be limited to. */
interface Limit {
  readonly predicate: Predicate;
  readonly sql: string;
  /** Share of the rows that it lets through, by the statistics. */
  readonly share: number;
}

/**
 * Indexes over the rows that a constant condition lets through. Only conditions whose constant is in the text that is sent
 * count, since a parameter proves nothing to the planner, and only those that few rows meet.
 */
export function partial(access: TableAccess): readonly ProposedIndex[] {
  if (!access.forms.partial) return [];
  const limits = access.use.predicates
    .flatMap((predicate) => limitOf(predicate, access) ?? [])
    .filter(({ share }) => share <= MAX_SHARE)
    .toSorted((a, b) => a.share - b.share);
  const sets =
    limits.length > 1 ? [limits, ...limits.map((one) => [one])] : limits.map((one) => [one]);
  return sets.flatMap((set) => {
    const predicate = set.map(({ sql }) => (set.length > 1 ? `(${sql})` : sql)).join(" AND ");
    const implied = set.flatMap((limit) => limit.predicate.column ?? []);
    return keyLists(set, access).map(({ keys, reorderable }) => ({
      candidate: newIndex(access, { method: "btree", keys, predicate }),
      reorderable,
      implied,
    }));
  });
}

/** Keys for the other conditions; where there are none, the columns of the condition itself. */
function keyLists(limits: readonly Limit[], access: TableAccess): readonly KeyList[] {
  const fixed = new Set(limits.map(({ predicate }) => predicate));
  const rest = access.use.predicates.filter((predicate) => !fixed.has(predicate));
  const lists = btreeKeys({ ...access, use: { ...access.use, predicates: rest } });
  if (lists.length > 0) return lists.slice(0, MAX_LISTS);
  const keys = limits
    .slice(0, 1)
    .map(({ predicate }) => plainKey(predicate.column, predicate.expression, access.forms.nulls));
  return [{ keys, reorderable: 0 }];
}

function limitOf(predicate: Predicate, access: TableAccess): Limit | null {
  const { column, expression, operator, literal } = predicate;
  const statistics = column === null ? undefined : access.statistics(column);
  if (statistics === undefined) return null;
  const limit = (sql: string, share: number): Limit => ({ predicate, sql, share });
  const { nullFraction } = statistics;
  if (predicate.value === "none" && predicate.role !== "other") {
    if (operator === "is null") return limit(`${expression} IS NULL`, nullFraction);
    if (operator === "is not null") return limit(`${expression} IS NOT NULL`, 1 - nullFraction);
    const truth = shareOf(["t"], statistics, access);
    const falsity = shareOf(["f"], statistics, access);
    if (operator === "is true" && truth !== null) return limit(expression, truth);
    if (operator === "is false" && falsity !== null) return limit(`NOT ${expression}`, falsity);
    return null;
  }
  if (literal === undefined) return null;
  const values = literalValues(literal);
  const share = values === null ? null : shareOf(values, statistics, access);
  if (share === null) return null;
  const sql = `${expression} ${operator.toUpperCase()} ${literal}`;
  return limit(sql, operator === "<>" ? Math.max(0, 1 - nullFraction - share) : share);
}

/** Share of the rows with one of these values; `null` where the column has too many values, or their shares are not known. */
function shareOf(
  values: readonly string[],
  statistics: ColumnStatistics,
  { storage }: TableAccess,
): number | null {
  const { commonValues, commonFrequencies, distinct, nullFraction } = statistics;
  if (commonValues === null || commonFrequencies === null) return null;
  const rows = storage.reduce((sum, table) => sum + Math.max(0, estimatedRows(table)), 0);
  const count = distinct < 0 ? -distinct * rows : distinct;
  if (count > MAX_DISTINCT) return null;
  const common = parseArrayLiteral(commonValues);
  const all = commonFrequencies.reduce((sum, share) => sum + share, 0);
  // A value that is none of the common ones has at most what they leave over.
  const rest = Math.max(0, 1 - nullFraction - all);
  const shares = values.map((value) => {
    const at = common.indexOf(value);
    return at < 0 ? rest : (commonFrequencies[at] ?? rest);
  });
  return Math.min(
    1,
    shares.reduce((sum, share) => sum + share, 0),
  );
}

/** Values of a literal, or of a list of literals, as the statistics print them; `null` for other forms. */
function literalValues(sql: string): readonly string[] | null {
  const literal = String.raw`(?:'(?:[^']|'')*'(?:::[\w ."]+)?|-?\d+(?:\.\d+)?|true|false)`;
  if (!new RegExp(`^(?:${literal}|\\(${literal}(?:, ${literal})*\\))$`, "i").test(sql)) return null;
  const parts = sql.match(/'(?:[^']|'')*'|(?<!::[\w ."]*)(?:-?\d+(?:\.\d+)?|true|false)/gi) ?? [];
  return parts.map((part) => {
    if (part.startsWith("'")) return part.slice(1, -1).replaceAll("''", "'");
    const word = part.toLowerCase();
    return word === "true" ? "t" : word === "false" ? "f" : word;
  });
}
