import type { Random } from "./random.ts";

/** A type of column with its values. */
export interface ColumnKind {
  readonly type: string;
  /** As a driver takes it for an INSERT, and as a parameter of a comparison. */
  value(random: Random): unknown;
  /** What a caller may also compare with: other spellings of the same, other JavaScript types. */
  odd?(random: Random): unknown;
  /** Whether it is ordered, has equality, and can be the argument of min, max and count. */
  readonly plain: boolean;
  /** Whether sums do not depend on the order. */
  readonly sum?: boolean;
}

const TEXTS = [
  "",
  "a",
  "A",
  "ä",
  "Ä",
  "Straße",
  "strasse",
  "日本語",
  "😀",
  "it's",
  'say "x"',
  "back\\slash",
  "{1,2}",
  "null",
  "a ",
  "x,y",
  "%_",
  "$1",
  "?",
];
const UUIDS = Array.from(
  { length: 6 },
  (_, index) => `${String(index).repeat(8)}-abcd-4abc-8abc-abcdefabcde${index}`,
);
const DAYS = ["2024-02-29", "1999-12-31", "2026-07-01"];

const text = (type: string, more: Partial<ColumnKind> = {}): ColumnKind => ({
  type,
  value: (random) => random.pick(TEXTS),
  odd: (random) =>
    random.pick([...TEXTS.map((one) => one.toUpperCase()), ...TEXTS.map((one) => `${one} `)]),
  plain: true,
  ...more,
});
const whole = (type: string, limit: number): ColumnKind => ({
  type,
  value: (random) => random.below(limit),
  odd: (random) => random.pick([String(random.below(limit)), BigInt(random.below(limit)), -1]),
  plain: true,
  sum: true,
});
const big = (type: string): ColumnKind => ({
  type,
  value: (random) => random.pick(["9007199254740993", "1", "9223372036854775807", "42"]),
  odd: (random) => random.pick([9_007_199_254_740_993n, 42, 1n]),
  plain: true,
  sum: false,
});
const decimal = (type: string): ColumnKind => ({
  type,
  value: (random) => random.pick(["0.100", "12345678.900", "-1.500", "2.000"]),
  odd: (random) => random.pick([0.1, 2, "2", "2.00", -1.5, 2n]),
  plain: true,
  sum: true,
});
const floating = (type: string): ColumnKind => ({
  type,
  value: (random) => random.pick([0.1, 1.1, -2.5, 1e10, 3]),
  plain: true,
});
const moment = (type: string): ColumnKind => ({
  type,
  value: (random) => new Date(Date.UTC(2024, random.below(12), 1 + random.below(28), 23, 59, 58)),
  odd: (random) => random.pick(DAYS),
  plain: true,
});
const day: ColumnKind = {
  type: "date",
  value: (random) => random.pick(DAYS),
  odd: () => new Date(Date.UTC(2024, 1, 29)),
  plain: true,
};
const bytes = (type: string): ColumnKind => ({
  type,
  value: (random) => Buffer.from(random.pick(["00ff", "", "6162", "5c78"]), "hex"),
  plain: true,
});
const json = (type: string): ColumnKind => ({
  type,
  value: (random) =>
    JSON.stringify(
      random.pick([{ b: 1, a: [1, null, "ä"] }, [], { nested: { deep: true } }, "text", 5]),
    ),
  plain: false,
});
const bool: ColumnKind = { type: "boolean", value: (random) => random.once(2), plain: true };

const postgres = (caseless: string): readonly ColumnKind[] => [
  whole("int", 12),
  big("bigint"),
  decimal("numeric(12,3)"),
  floating("float8"),
  floating("real"),
  text("text"),
  text("varchar(20)"),
  text("char(12)"),
  text(caseless),
  text('text collate "C"'),
  { ...bool, plain: false },
  moment("timestamptz"),
  moment("timestamptz(3)"),
  moment("timestamp"),
  day,
  {
    type: "uuid",
    value: (random) => random.pick(UUIDS),
    odd: (random) => random.pick(UUIDS).toUpperCase(),
    plain: false,
  },
  bytes("bytea"),
  json("jsonb"),
  {
    type: "int[]",
    value: (random) =>
      random.pick([
        [],
        [1],
        [1, 2],
        [
          [1, 2],
          [3, 4],
        ],
        [1, null],
      ]),
    odd: (random) => random.pick(["{1,2}", [2, 1]]),
    plain: true,
  },
  {
    type: "text[]",
    value: (random) => random.pick([[], ["a", 'q"uote'], ["x,y", null, "\\"], [["ä"], ["NULL"]]]),
    plain: true,
  },
  { type: "mood", value: (random) => random.pick(["sad", "ok", "glad"]), plain: true },
  { type: "time", value: (random) => random.pick(["23:59:59", "00:00:00"]), plain: true },
  { type: "interval", value: (random) => random.pick(["1 day", "24:00:00"]), plain: true },
  { type: "inet", value: (random) => random.pick(["10.0.0.1", "::1"]), plain: false },
  { type: "positive", value: (random) => 1 + random.below(5), plain: true },
];

const mysql: readonly ColumnKind[] = [
  whole("int", 12),
  whole("mediumint unsigned zerofill", 12),
  big("bigint"),
  big("bigint unsigned"),
  decimal("decimal(12,3)"),
  floating("double"),
  floating("float"),
  text("varchar(40)"),
  text("varchar(40) character set utf8mb4 collate utf8mb4_bin"),
  text("varchar(40) character set utf8mb4 collate utf8mb4_general_ci"),
  text("text"),
  text("char(20)"),
  bool,
  moment("datetime"),
  moment("datetime(3)"),
  moment("timestamp null"),
  day,
  { type: "time", value: (random) => random.pick(["23:59:59", "-01:00:00"]), plain: true },
  { type: "year", value: (random) => random.pick([1999, 2024]), plain: true },
  bytes("varbinary(10)"),
  bytes("blob"),
  bytes("binary(3)"),
  json("json"),
  { type: "enum('sad','ok','glad')", value: (random) => random.pick(["sad", "ok"]), plain: true },
  { type: "set('x','y')", value: (random) => random.pick(["", "x", "x,y"]), plain: true },
  { type: "bit(8)", value: (random) => Buffer.from([random.below(4)]), plain: false },
  {
    type: "varchar(36)",
    value: (random) => random.pick(UUIDS),
    odd: (random) => random.pick(UUIDS).toUpperCase(),
    plain: true,
  },
];

type KindsOf = (caseless: string) => readonly ColumnKind[];

/** Columns of each engine. `caseless` is a text of PostgreSQL that does not tell upper from lower case. */
export const COLUMN_KINDS: Readonly<Record<"postgres" | "mysql" | "mariadb", KindsOf>> = {
  postgres,
  mysql: () => mysql,
  mariadb: () => mysql,
};
