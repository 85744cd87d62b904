/** Numbers for people. Never by locale: the same report reads the same on every machine. */

/** `1234567` -> `1,234,567`; rounded to a whole number. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `formatPlural(2, "query", "queries")` -> `2 queries`. */
export function formatPlural(value: number, one: string, many: string): string {
  return `${formatCount(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** Whole from 100 on, else one decimal, below one two significant digits; no trailing zeros: `1,204`, `8.4`, `12`, `0.034`. */
export function formatDecimal(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  const size = Math.abs(value);
  if (size >= 99.95) return formatCount(value);
  if (size >= 0.995) return value.toFixed(1).replace(/\.0$/, "");
  // Rounded first: a plain number prints without trailing zeros, and without an exponent down to a millionth.
  return size < 0.000_001 ? "0" : String(Number(value.toPrecision(2)));
}

type Unit = readonly [size: number, name: string];

const TIMES: readonly Unit[] = [
  [1, "ms"],
  [1000, "s"],
  [60_000, "min"],
  [3_600_000, "h"],
];
const SIZES: readonly Unit[] = [
  [1, "bytes"],
  [1024, "kB"],
  [1024 ** 2, "MB"],
  [1024 ** 3, "GB"],
  [1024 ** 4, "TB"],
];
const DAY_MS = 86_400_000;

/** Milliseconds as `0.42 ms`, `840 ms`, `12.5 s`, `41 min`, `3.2 h`; two days and more as `7 days`. */
export function formatDuration(ms: number): string {
  return ms >= 2 * DAY_MS ? `${formatDecimal(ms / DAY_MS)} days` : inUnit(ms, TIMES);
}

/** Bytes in powers of 1024, as PostgreSQL and MySQL print sizes: `8 kB`, `1.4 GB`. */
export function formatBytes(bytes: number): string {
  return inUnit(bytes, SIZES);
}

/** The largest unit in which the rounded number is at least one: 999.96 ms are `1 s`, not `1,000 ms`. */
function inUnit(value: number, units: readonly Unit[]): string {
  const unit = units.findLast(([size]) => Math.abs(value) / size >= 0.9995) ?? units[0];
  if (unit === undefined) return formatDecimal(value);
  return `${formatDecimal(value / unit[0])} ${unit[1]}`;
}

/** A planner's cost with as many decimals as planners print, where they tell something: `41,203`, `8.45`, `0`. */
export function formatCost(cost: number): string {
  return Math.abs(cost) >= 100 ? formatDecimal(cost) : String(Number(cost.toFixed(2)));
}

/** `41,203 → 8.45 (4,876x lower)`, `17.2 → 22.4 (1.3x higher)`, `8.44 (unchanged)`. */
export function formatCostChange(before: number, after: number): string {
  if (before === after) return `${formatCost(before)} (unchanged)`;
  const change = `${formatCost(before)} → ${formatCost(after)}`;
  // A factor of or by nothing says nothing.
  if (before <= 0 || after <= 0) return change;
  return before > after
    ? `${change} (${formatFactor(before / after)} lower)`
    : `${change} (${formatFactor(after / before)} higher)`;
}

function formatFactor(factor: number): string {
  return `${factor < 1.05 ? String(Number(factor.toFixed(3))) : formatDecimal(factor)}x`;
}
