import type { Column } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import { typeLabels } from "./column-layout.ts";

/** How a column's values are read, compared and kept. */
export interface ValueKind {
  /** SQL of a value as it is kept: text without loss, bytes as `0x616263`, bits as a number. */
  readonly expression: string;
  /** Order of two values as an index has them. */
  compare(a: string, b: string): number;
  /** Equal for values that the server takes for equal. */
  key(value: string): string;
  /** Bytes of a value; only asked where the type's length is not fixed. */
  bytes(value: string): number;
  /** Whether it is a number, a date or a time, which `values: false` keeps. */
  readonly plain: boolean;
  /**
   * Whether values may be long and stored apart from their rows: few are read, and of each the length and the start, as `12:the start`.
   */
  readonly long: boolean;
  /** Whether the values are of use to a plan. */
  readonly kept: boolean;
}

const NUMBER = /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)\b/;
const MOMENT = /^(?:date|datetime|timestamp)\b/;
const BYTES = /^(?:binary|varbinary)\b/;
const TEXT = /^(?:char|varchar|tinytext)\b/;
const LONG_TEXT = /^(?:text|mediumtext|longtext)\b/;
const GEOMETRY =
  /^(?:geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geomcollection|geometrycollection)\b/;
/** Characters and bytes that are read of a long value. */
const START = 64;
/** Declared characters from which on a text counts as long. */
const LONG_LENGTH = 768;
/** MariaDB's own types, which are shown as text. */
const SHOWN = /^(?:uuid|inet4|inet6)\b/;

const same = (value: string): string => value;
const bySize = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function valueKind({ name, type, collation }: Column): ValueKind {
  const column = quoteIdent(name);
  const kept = {
    expression: column,
    compare: bySize,
    key: same,
    bytes: (value: string): number => Buffer.byteLength(value),
    plain: false,
    long: false,
    kept: true,
  };
  if (NUMBER.test(type)) {
    return {
      ...kept,
      plain: true,
      expression: type.startsWith("bit") ? `${column} + 0` : column,
      compare: compareNumbers,
    };
  }
  if (MOMENT.test(type)) return { ...kept, plain: true };
  if (/^time\b/.test(type)) return { ...kept, plain: true, compare: compareTimes };
  if (BYTES.test(type)) {
    return {
      ...kept,
      expression: `concat('0x', hex(${column}))`,
      bytes: (value) => (value.length - 2) / 2,
    };
  }
  if (/^enum\b/.test(type)) {
    const places = new Map(typeLabels(type).map((label, place) => [label, place]));
    return {
      ...kept,
      compare: (a, b) => (places.get(a) ?? -1) - (places.get(b) ?? -1),
    };
  }
  if (/^set\b/.test(type) || SHOWN.test(type)) return kept;
  const length = Number(/\((\d+)\)/.exec(type)?.[1] ?? 0);
  if (TEXT.test(type) && length < LONG_LENGTH) return { ...kept, ...comparison(collation ?? "") };
  return longKind(column, type, collation);
}

/** Of a long value the start; none of bytes, documents and geometries, whose values no plan looks at. */
function longKind(column: string, type: string, collation: string | null): ValueKind {
  const isText = TEXT.test(type) || LONG_TEXT.test(type);
  const whole = GEOMETRY.test(type) ? `st_aswkb(${column})` : column;
  const start = `left(${whole}, ${START})`;
  const { compare, key } = comparison(collation ?? "");
  return {
    expression: `concat(length(${whole}), ':', ${isText || type === "json" ? start : `hex(${start})`})`,
    compare: (a, b) => compare(startOf(a), startOf(b)),
    key: (value) => value.slice(0, value.indexOf(":") + 1) + key(startOf(value)),
    bytes: (value) => Number(value.slice(0, value.indexOf(":"))),
    plain: false,
    long: true,
    kept: isText,
  };
}

/** What was read of a long value, as it is kept. */
export function startOf(value: string): string {
  return value.slice(value.indexOf(":") + 1);
}

/** Exact beyond 2^53 as well: digits are compared where doubles are equal. */
function compareNumbers(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 || a === b || !/^-?\d+$/.test(a) || !/^-?\d+$/.test(b)) return difference;
  const exact = BigInt(a) - BigInt(b);
  return exact < 0n ? -1 : exact > 0n ? 1 : 0;
}

function compareTimes(a: string, b: string): number {
  return secondsOf(a) - secondsOf(b);
}

function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace("-", "").split(":").map(Number);
  const total = hours * 3600 + minutes * 60 + seconds;
  return time.startsWith("-") ? -total : total;
}

/**
 * How a collation compares, told by its name: by bytes (`_bin`), else as Unicode does, with the differences in accents and case
 * that it takes notice of. Trailing spaces count in collations of Unicode 9 and later and in those named `nopad`.
 */
function comparison(collation: string): Pick<ValueKind, "compare" | "key"> {
  const padded = !/_0900_|nopad|_uca1400_\w*nopad|^binary$/.test(collation);
  const trim = padded ? (value: string): string => value.replace(/ +$/, "") : same;
  if (/_bin$|^binary$/.test(collation)) {
    return { compare: (a, b) => bySize(trim(a), trim(b)), key: trim };
  }
  const sensitivity = /_as_cs\b/.test(collation)
    ? "variant"
    : /_as_ci\b/.test(collation)
      ? "accent"
      : "base";
  const collator = new Intl.Collator("en", { sensitivity });
  return {
    compare: (a, b) => collator.compare(trim(a), trim(b)),
    key: (value) => {
      const folded = sensitivity === "variant" ? value : value.toLowerCase();
      return trim(
        sensitivity === "base" ? folded.normalize("NFD").replaceAll(/\p{M}/gu, "") : folded,
      );
    },
  };
}
