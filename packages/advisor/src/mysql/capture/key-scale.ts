import type { Column } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import { sqlString } from "../sql-string.ts";

/** A key column's values as places on a line, in the order of the index: so that places between two values can be named. */
export interface KeyScale {
  /** SQL of the column as `place` reads it. */
  readonly expression: string;
  place(text: string): bigint;
  /** SQL of the value there, or of one near it. */
  literal(place: bigint): string;
  /** SQL of just this value. */
  value(text: string): string;
  /** Whether each value has a place of its own. */
  readonly exact: boolean;
}

/** Characters of a text that its place is told by, and bytes of a binary value. */
const CHARACTERS = 32;
const BYTES = 16;
const MICROSECONDS = 1_000n;

const INTEGER = /^(?:tinyint|smallint|mediumint|int|bigint|year)\b/;
const MOMENT = /^(?:date|datetime|timestamp)\b/;
const TEXT = /^(?:char|varchar|uuid)\b/;
const BINARY = /^(?:binary|varbinary)\b/;

/** `null` for types that are no keys of large tables: floating point, enum, set, bit, time. */
export function keyScale({ name, type, collation }: Column): KeyScale | null {
  const expression = quoteIdent(name);
  if (INTEGER.test(type))
    return { expression, place: BigInt, literal: String, value: String, exact: true };
  if (/^decimal\b/.test(type)) return decimalScale(expression, type);
  if (MOMENT.test(type)) {
    return {
      expression,
      place: microsecondsOf,
      literal: momentLiteral,
      value: sqlString,
      exact: true,
    };
  }
  if (BINARY.test(type)) {
    return {
      expression: `hex(${expression})`,
      place: placeOfBytes,
      literal: bytesAt,
      value: (hex) => `x'${hex}'`,
      exact: false,
    };
  }
  if (TEXT.test(type)) return textScale(expression, collation?.endsWith("_bin") === true);
  return null;
}

function decimalScale(expression: string, type: string): KeyScale {
  const scale = Number(/,(\d+)\)/.exec(type)?.[1] ?? 0);
  const unit = 10n ** BigInt(scale);
  return {
    expression,
    exact: true,
    value: String,
    place: (text) => BigInt(text.replace(".", "")),
    literal: (place) => {
      if (scale === 0) return String(place);
      const digits = String(place < 0n ? -place : place).padStart(scale + 1, "0");
      const sign = place < 0n ? "-" : "";
      return `${sign}${digits.slice(0, -String(unit).length + 1)}.${digits.slice(-scale)}`;
    },
  };
}

/** Since 1970, as if all times were of UTC. What is no date of the calendar, such as the zero date, comes first of all. */
function microsecondsOf(text: string): bigint {
  const [, moment = "", fraction = ""] = /^([^.]*)(?:\.(\d+))?$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${moment.replace(" ", "T")}${moment.length > 10 ? "Z" : ""}`);
  const whole = Number.isNaN(milliseconds) ? Date.parse("1000-01-01") : milliseconds;
  return BigInt(whole) * MICROSECONDS + BigInt(fraction.padEnd(6, "0").slice(0, 6) || 0);
}

function momentLiteral(place: bigint): string {
  const fraction = ((place % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((place - fraction) / MICROSECONDS)).toISOString().slice(0, 19);
  return `'${seconds.replace("T", " ")}.${String(fraction).padStart(6, "0")}'`;
}

function placeOfBytes(hex: string): bigint {
  return BigInt(`0x${hex.slice(0, BYTES * 2).padEnd(BYTES * 2, "0")}`);
}

function bytesAt(place: bigint): string {
  return `x'${place.toString(16).padStart(BYTES * 2, "0")}'`;
}

/** Signs, digits, letters: their order in every collation that does not go by bytes. */
const FOLDED = "-0123456789abcdefghijklmnopqrstuvwxyz";
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");

function textScale(expression: string, byBytes: boolean): KeyScale {
  const alphabet = byBytes ? PRINTABLE : FOLDED;
  // 0 stands for the end of a text.
  const base = BigInt(alphabet.length + 1);
  const digitOf = (character: string): number => {
    const at = alphabet.indexOf(byBytes ? character : character.toLowerCase());
    return at === -1 ? (character > "~" ? alphabet.length : 1) : at + 1;
  };
  return {
    expression,
    exact: false,
    value: sqlString,
    place: (text) => {
      const characters = text.slice(0, CHARACTERS);
      return Array.from({ length: CHARACTERS }).reduce<bigint>((sum, _, at) => {
        const character = characters[at];
        return sum * base + BigInt(character === undefined ? 0 : digitOf(character));
      }, 0n);
    },
    literal: (place) => {
      let text = "";
      for (let rest = place, at = 0; at < CHARACTERS; at++, rest /= base) {
        const digit = Number(rest % base);
        text = digit === 0 ? "" : `${alphabet[digit - 1] ?? ""}${text}`;
      }
      return sqlString(text);
    },
  };
}
