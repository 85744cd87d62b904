/** Bytes of types of a fixed length, as InnoDB stores them. */
const LENGTHS: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
  float: 4,
  double: 8,
  year: 1,
  date: 3,
  uuid: 16,
  inet4: 4,
  inet6: 16,
};

/** Bytes of a time without the digits behind the second. */
const TIME_LENGTHS: Readonly<Record<string, number>> = { time: 3, datetime: 5, timestamp: 4 };

/** Bytes that a value of the type takes; `-1` where that depends on the value. `type` is information_schema's COLUMN_TYPE. */
export function columnLength(type: string): number {
  const [, name = "", first, second] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?/.exec(type) ?? [];
  const fixed = LENGTHS[name];
  if (fixed !== undefined) return fixed;
  const time = TIME_LENGTHS[name];
  if (time !== undefined) return time + Math.ceil(Number(first ?? 0) / 2);
  if (name === "decimal") return decimalLength(Number(first ?? 10), Number(second ?? 0));
  if (name === "bit") return Math.ceil(Number(first ?? 1) / 8);
  if (name === "binary") return Number(first ?? 1);
  if (name === "enum") return countLabels(type) > 255 ? 2 : 1;
  if (name === "set") {
    const bytes = Math.ceil(countLabels(type) / 8);
    return bytes > 4 ? 8 : bytes;
  }
  return -1;
}

/** Nine digits take four bytes on each side of the point, what is left over fewer. */
function decimalLength(precision: number, scale: number): number {
  const leftOver = [0, 1, 1, 2, 2, 3, 3, 4, 4];
  const side = (digits: number): number => Math.floor(digits / 9) * 4 + (leftOver[digits % 9] ?? 0);
  return side(precision - scale) + side(scale);
}

/** Labels of an enum or set. */
export function typeLabels(type: string): readonly string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, label = ""]) =>
    label.replaceAll("''", "'"),
  );
}

function countLabels(type: string): number {
  return typeLabels(type).length;
}
