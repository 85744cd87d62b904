import { sqlString } from "../sql-string.ts";

/** How values of a type are written, ordered and made up. Values are texts as the server prints them. */
export interface ValueKind {
  /** The value that lies at a share (0 to 1, 1 excluded) of the way from one value to a later one. */
  between(low: string, high: string, share: number): string;
  /** Another value close to this one; the attempts from 1 on give different ones. `null` where there is none. */
  near(value: string, attempt: number): string | null;
  /** The value of a number among `count`, where nothing is known of a column but how many values it has. */
  made(number: number, count: number): string;
  literal(value: string): string;
  /** The value's place on a line of whole steps; absent where values have none. */
  readonly position?: (value: string) => number;
  /** SQL that reads a column's values as these texts. */
  read(column: string): string;
}

const asIs = (column: string): string => column;

/** The type in its parts: `decimal(10,2) unsigned` is `decimal`, `10,2`. */
function typeParts(type: string): { readonly name: string; readonly inside: string } {
  const [, name = "", inside = ""] = /^([a-z_]+\d?)(?:\s*\((.*)\))?/is.exec(type.trim()) ?? [];
  return { name: name.toLowerCase(), inside };
}

/** `null` for a type whose values can't be made up: such columns keep their default. */
export function valueKind(type: string): ValueKind | null {
  const { name, inside } = typeParts(type);
  const digits = Number(inside) || 0;
  switch (name) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
    case "year":
    case "bit":
      return integers(name, inside);
    case "decimal":
    case "float":
    case "double":
      return decimals(name === "decimal" ? Number(inside.split(",")[1] ?? 0) : null);
    case "date":
      return times(86_400_000, (moment) => moment.toISOString().slice(0, 10));
    case "datetime":
    case "timestamp":
      return times(digits === 0 ? 1000 : Math.max(1, 1000 / 10 ** digits), (moment) =>
        moment
          .toISOString()
          .replace("T", " ")
          .slice(0, digits === 0 ? 19 : 20 + Math.min(digits, 3)),
      );
    case "time":
      return clockTimes;
    case "char":
    case "varchar":
    case "tinytext":
    case "text":
    case "mediumtext":
    case "longtext":
      return texts(Number(inside) || LONGEST_TEXT);
    case "binary":
    case "varbinary":
    case "tinyblob":
    case "blob":
    case "mediumblob":
    case "longblob":
      return binaries(Math.min(Number(inside) || LONGEST_TEXT, LONGEST_TEXT));
    case "enum":
    case "set":
      return members(inside);
    case "json":
      return documents;
    case "uuid":
      return uuids;
    default:
      return null;
  }
}

/** Wider values than any index key needs only fill pages. */
const LONGEST_TEXT = 100;

const MOST: Readonly<Record<string, number>> = {
  tinyint: 127,
  smallint: 32_767,
  mediumint: 8_388_607,
  int: 2_147_483_647,
  bigint: Number.MAX_SAFE_INTEGER,
  year: 2155,
};

function integers(name: string, inside: string): ValueKind {
  const most = name === "bit" ? 2 ** (Number(inside) || 1) - 1 : (MOST[name] ?? 0);
  const least = name === "year" ? 1901 : name === "bit" ? 0 : 1;
  return {
    position: Number,
    between: (low, high, share) => {
      // Beyond 2^53 numbers would fall together.
      const from = digitsOf(low);
      return (from + BigInt(Math.floor(Number(digitsOf(high) - from) * share))).toString();
    },
    near: (value, attempt) => (digitsOf(value) + BigInt(attempt)).toString(),
    made: (number) => String(Math.min(least + number, most)),
    literal: numberLiteral,
    read: name === "bit" ? (column) => `${column} + 0` : asIs,
  };
}

function digitsOf(value: string): bigint {
  return BigInt(/^-?\d+/.exec(value)?.[0] ?? 0);
}

function numberLiteral(value: string): string {
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? value : sqlString(value);
}

function decimals(scale: number | null): ValueKind {
  const write = (value: number): string =>
    scale === null ? String(value) : value.toFixed(Math.min(scale, 30));
  const step = scale === null ? 1e-6 : 10 ** -Math.min(scale, 30);
  return {
    ...(scale !== null && { position: (value: string) => Math.round(Number(value) / step) }),
    between: (low, high, share) => write(Number(low) + (Number(high) - Number(low)) * share),
    near: (value, attempt) => write(Number(value) + attempt * step),
    made: (number) => write(number * (scale === 0 ? 1 : 0.25)),
    literal: numberLiteral,
    read: asIs,
  };
}

const RECENT = Date.UTC(2024, 0, 1);

function times(step: number, write: (moment: Date) => string): ValueKind {
  // Bounds are asked for again and again.
  const known = new Map<string, number>();
  const read = (value: string): number => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const moment = Date.parse(
      `${value.replace(" ", "T").slice(0, 23)}${value.length > 10 ? "Z" : ""}`,
    );
    if (known.size > 1000) known.clear();
    known.set(value, Number.isNaN(moment) ? RECENT : moment);
    return known.get(value) ?? RECENT;
  };
  const at = (moment: number): string => write(new Date(Math.floor(moment / step) * step));
  return {
    position: (value) => Math.round(read(value) / step),
    between: (low, high, share) => at(read(low) + (read(high) - read(low)) * share),
    near: (value, attempt) => at(read(value) + attempt * step),
    made: (number, count) =>
      at(RECENT + number * Math.max(step, Math.floor((365 * 86_400_000) / Math.max(count, 1)))),
    literal: sqlString,
    read: asIs,
  };
}

const clockTimes: ValueKind = (() => {
  const read = (value: string): number => {
    const [hours = 0, minutes = 0, seconds = 0] = value.replace("-", "").split(":").map(Number);
    return (hours * 60 + minutes) * 60 + Math.floor(seconds);
  };
  const write = (value: number): string => {
    const all = Math.floor(Math.min(value, 3_020_399));
    const two = (part: number): string => String(part).padStart(2, "0");
    return `${two(Math.floor(all / 3600))}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  };
  return {
    between: (low, high, share) => write(read(low) + (read(high) - read(low)) * share),
    near: (value, attempt) => write(read(value) + attempt),
    made: (number) => write(number % 86_400),
    literal: sqlString,
    read: asIs,
  };
})();

const ALPHABETS = ["0123456789", "0123456789abcdef", "0123456789abcdefghijklmnopqrstuvwxyz"];
/** As many as a number can tell apart. */
const PLACES = 9;

function texts(length: number): ValueKind {
  const most = Math.min(length, LONGEST_TEXT);
  const cut = (value: string): string => Array.from(value).slice(0, most).join("");
  return {
    between: (low, high, share) => cut(share === 0 ? low : textBetween(low, high, share)),
    near(value, attempt) {
      const tail = attempt.toString(36);
      if (tail.length > most) return null;
      return value.length + tail.length <= most
        ? value + tail
        : value.slice(0, most - tail.length) + tail;
    },
    made: (number) => cut(`v${number.toString(36).padStart(6, "0")}`.slice(most < 7 ? -most : 0)),
    literal: sqlString,
    read: asIs,
  };
}

/** What both begin with, then a tail between theirs, of the letters that theirs have: digits, hexadecimal digits or any. */
function textBetween(low: string, high: string, share: number): string {
  const [a, b] = [low.toLowerCase(), high.toLowerCase()];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const tails = [a.slice(same, same + PLACES), b.slice(same, same + PLACES)];
  const letters =
    ALPHABETS.find((one) =>
      tails.every((tail) => Array.from(tail).every((letter) => one.includes(letter))),
    ) ?? "0123456789abcdefghijklmnopqrstuvwxyz";
  const places = Math.min(PLACES, Math.max(low.length, high.length) - same);
  const [from = 0, to = 0] = tails.map((tail) => fraction(tail, letters));
  let rest = from + (Math.max(to, from) - from) * share;
  let tail = "";
  for (let place = 0; place < places; place += 1) {
    rest *= letters.length;
    const digit = Math.min(Math.floor(rest), letters.length - 1);
    // Signs that stand at the same place everywhere (dashes, @) stay.
    const sign = low[same + place];
    tail += sign !== undefined && !/[0-9a-z]/i.test(sign) ? sign : letters[digit];
    rest -= digit;
  }
  const upper = /[A-Z]/.test(low) && !/[a-z]/.test(low.slice(same));
  return low.slice(0, same) + (upper ? tail.toUpperCase() : tail) + low.slice(same + places);
}

function fraction(tail: string, letters: string): number {
  let value = 0;
  let unit = 1 / letters.length;
  for (const letter of tail) {
    const digit = letters.indexOf(letter);
    value += (digit === -1 ? (letter < "0" ? 0 : letters.length - 1) : digit) * unit;
    unit /= letters.length;
  }
  return value;
}

function binaries(length: number): ValueKind {
  const text = texts(length);
  const hex = (value: string): string =>
    /^0x[0-9a-f]*$/i.test(value) ? value.slice(2) : Buffer.from(value).toString("hex");
  const ofHex = texts(length * 2);
  return {
    between: (low, high, share) => {
      const value = ofHex.between(hex(low), hex(high), share);
      return `0x${value.length % 2 === 0 ? value : `${value}0`}`;
    },
    near: (value, attempt) => {
      const tail = attempt.toString(16).padStart(attempt > 255 ? 4 : 2, "0");
      return tail.length > length * 2
        ? null
        : `0x${hex(value).slice(0, length * 2 - tail.length)}${tail}`;
    },
    made: (number, count) => `0x${hex(text.made(number, count))}`,
    literal: (value) => (hex(value) === "" ? "''" : `x'${hex(value)}'`),
    read: (column) => `CONCAT('0x', HEX(${column}))`,
  };
}

function members(inside: string): ValueKind {
  const values = [...inside.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = ""]) =>
    value.replaceAll("''", "'"),
  );
  return {
    between: (low) => low,
    near: () => null,
    made: (number) => values[number % Math.max(values.length, 1)] ?? "",
    literal: sqlString,
    read: asIs,
  };
}

const documents: ValueKind = {
  between: (low) => low,
  near: () => null,
  made: () => "{}",
  literal: sqlString,
  read: asIs,
};

const uuids: ValueKind = (() => {
  const dashed = (hex: string): string =>
    hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const plain = (value: string): string => value.replaceAll("-", "").padEnd(32, "0").slice(0, 32);
  const text = texts(32);
  return {
    between: (low, high, share) => dashed(text.between(plain(low), plain(high), share)),
    near: (value, attempt) => {
      const tail = attempt.toString(16);
      return dashed(plain(value).slice(0, 32 - tail.length) + tail);
    },
    made: (number) => dashed(number.toString(16).padStart(32, "0")),
    literal: sqlString,
    read: asIs,
  };
})();
