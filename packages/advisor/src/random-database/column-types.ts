import type { Random } from "./random.ts";

/** What can be asked of a column's type. */
export interface ColumnType {
  /** As SQL. */
  readonly sql: string;
  /** SQL of the value in row number `i`. */
  readonly value: string;
  /** Text form of a value that may be there. */
  readonly sample: (random: Random) => string;
  /** Whether it has `=`, `<` and a place in GROUP BY, DISTINCT and ORDER BY. */
  readonly ordered: boolean;
  /** Conditions of its own: `$c` is the column, `?` an operand of the type in `[...]`, or of the column's own. */
  readonly conditions: readonly string[];
}

function type(
  sql: string,
  value: string,
  sample: (random: Random) => string,
  more: Partial<Pick<ColumnType, "ordered" | "conditions">> = {},
): ColumnType {
  return { sql, value, sample, ordered: more.ordered ?? true, conditions: more.conditions ?? [] };
}

const whole = (high: number) => (random: Random) => String(random.int(0, high));
const word = (random: Random): string => `w${random.int(0, 300)}`;
const day = (random: Random): string => `2024-0${random.int(1, 9)}-1${random.int(0, 9)}`;
const TEXT_CONDITIONS = [
  "$c like [text]?",
  "$c like 'w1%'",
  "$c ilike '%2%'",
  "lower($c) = [text]?",
  "$c ~ '^w1'",
  "$c || 'x' = [text]?",
  "length($c) > [int]?",
  "$c similar to 'w(1|2)%'",
  '$c collate "C" < [text]?',
  "coalesce($c, '') <> [text]?",
  "starts_with($c, [text]?)",
];

export const INTEGER: ColumnType = type("integer", "i % 400", whole(400), {
  conditions: [
    "$c % 7 = [int]?",
    "$c + 1 > [int]?",
    "$c = any ([int[]]?)",
    "$c <> all (array[1, 2])",
    "$c::text = [text]?",
    "$c = [numeric]?",
    "($c, 1) >= ([int]?, [int]?)",
    "$c is distinct from [int]?",
    "abs($c) < [int]?",
    "$c in (1, 2, 3, [int]?)",
    "$c > (select [int]? - 10)",
    "case when $c > 3 then 1 else 2 end = [int]?",
    "($c = [int]? or $c > 390)",
    "not ($c > [int]?)",
    "$c between symmetric [int]? and 3",
  ],
});

export const TEXT: ColumnType = type("text", "'w' || i % 300", word, {
  conditions: TEXT_CONDITIONS,
});

/** Built-in types, and those that {@link TYPE_SETUP} makes. */
export const COLUMN_TYPES: readonly ColumnType[] = [
  INTEGER,
  TEXT,
  type("bigint", "i::bigint * 3", whole(4_000)),
  type("smallint", "(i % 100)::smallint", whole(100)),
  type("numeric(12,2)", "i / 7.0", whole(200), { conditions: ["round($c) = [numeric]?"] }),
  type("real", "i / 3.0", whole(500)),
  type("double precision", "random() * 100", whole(100)),
  type("varchar(40)", "'w' || i % 300", word, { conditions: TEXT_CONDITIONS }),
  type("char(8)", "'w' || i % 50", word, { conditions: ["$c like 'w1%'", "trim($c) = [text]?"] }),
  type('text collate "C"', "'w' || i % 300", word, { conditions: TEXT_CONDITIONS }),
  type("name", "('w' || i % 300)::name", word),
  type("boolean", "i % 10 = 0", (random) => random.pick(["true", "false"]), {
    conditions: ["$c", "not $c", "$c is true", "$c is not false", "$c is unknown"],
  }),
  type("date", "date '2024-01-01' + i % 300", day, {
    conditions: [
      "date_trunc('month', $c) = [timestamptz]?",
      "$c + 1 > [date]?",
      "$c > current_date - 7",
    ],
  }),
  type("timestamptz", "timestamptz '2024-01-01 00:00Z' + i * interval '1 hour'", day, {
    conditions: [
      "$c::date = [date]?",
      "$c > now() - [interval]?",
      "$c >= [timestamptz]? and $c < '2024-03-01'",
      "extract(year from $c) = [int]?",
      "$c at time zone 'UTC' > [timestamp]?",
      "($c, interval '1 day') overlaps (now(), interval '1 hour')",
    ],
  }),
  type("timestamp(3)", "timestamp '2024-01-01' + i * interval '1 hour'", day),
  type("time", "time '00:00' + i * interval '1 minute'", () => "12:30"),
  type("interval", "i * interval '1 second'", () => "5 minutes"),
  type("uuid", "md5((i % 500)::text)::uuid", () => "c4ca4238-a0b9-2382-0dcc-509a6f75849b"),
  type("bytea", "decode(md5(i::text), 'hex')", () => "\\xc4ca"),
  type("inet", "('10.0.' || i % 200 || '.1')::inet", () => "10.0.3.1", {
    conditions: ["$c << [inet]?", "$c <<= '10.0.0.0/24'"],
  }),
  type(
    "macaddr",
    "('08:00:2b:01:02:' || lpad(to_hex(i % 200), 2, '0'))::macaddr",
    () => "08:00:2b:01:02:03",
  ),
  type("bit(8)", "(i % 255)::bit(8)", () => "00000101"),
  type("varbit", "(i % 255)::bit(8)::varbit", () => "101"),
  type("money", "(i % 500)::money", whole(500)),
  type("oid", "i::oid", whole(500)),
  type("mood", "(array['sad', 'ok', 'happy', 'O''Brien \"x\"'])[1 + i % 4]::mood", () => "ok"),
  type("positive", "1 + i % 400", (random) => String(random.int(1, 400))),
  type("short_text", "'w' || i % 300", word, { conditions: ["upper($c) = [text]?"] }),
  type(
    '"Odd Schema"."Odd ""Type"',
    '(array[\'A a\', \'b"b\', \'c,c\'])[1 + i % 3]::"Odd Schema"."Odd ""Type"',
    () => "A a",
  ),
  type("pair", "row(i % 50, 'w' || i % 9)::pair", () => "(3,w3)", {
    conditions: ["($c).x = [int]?", "($c).y = [text]?"],
  }),
  type("integer[]", "array[i % 20, i % 30]", () => "{1,2}", {
    conditions: [
      "$c @> [int[]]?",
      "$c && [int[]]?",
      "[int]? = any ($c)",
      "$c[1] = [int]?",
      "cardinality($c) > [int]?",
    ],
  }),
  type("text[]", "array['w' || i % 20]", () => "{w1,w2}", {
    conditions: ["$c @> [text[]]?", "'w1' = any ($c)", "$c <@ [text[]]?"],
  }),
  type("mood[]", "array['sad']::mood[]", () => "{ok}", { conditions: ["$c @> [mood[]]?"] }),
  type(
    "jsonb",
    "jsonb_build_object('k', i % 50, 'tags', jsonb_build_array('a', i % 3))",
    () => '{"k": 3}',
    {
      conditions: [
        "$c @> [jsonb]?",
        "$c \\? 'k'",
        "$c ->> 'k' = [text]?",
        "($c ->> 'k')::int = [int]?",
        "$c #> '{tags,0}' = [jsonb]?",
        "$c @@ '$.k > 3'",
        "$c @\\? '$.tags[*]'",
        "$c['k'] = [jsonb]?",
        "jsonb_path_exists($c, '$.k')",
      ],
    },
  ),
  type("json", "json_build_object('k', i % 50)", () => '{"k": 3}', {
    ordered: false,
    conditions: ["$c ->> 'k' = [text]?", "($c -> 'k') is not null"],
  }),
  type("xml", "('<a>' || i || '</a>')::xml", () => "<a/>", {
    ordered: false,
    conditions: ["$c::text = [text]?"],
  }),
  type("point", "point(i % 90, i % 50)", () => "(1,2)", {
    ordered: false,
    conditions: ["$c <@ box '((0,0),(9,9))'", "$c ~= [point]?", "$c <-> [point]? < 3"],
  }),
  type("polygon", "polygon(box(point(i % 9, 0), point(10, 10)))", () => "((0,0),(1,1))", {
    ordered: false,
    conditions: ["$c && [polygon]?"],
  }),
  type("tsvector", "to_tsvector('simple', 'w' || i % 90 || ' common')", () => "'w1'", {
    conditions: ["$c @@ to_tsquery('simple', 'w1')", "$c @@ websearch_to_tsquery([text]?)"],
  }),
  type("int4range", "int4range(i % 90, i % 90 + 5)", () => "[1,5)", {
    conditions: ["$c @> [int]?", "$c && [int4range]?", "$c -|- [int4range]?", "lower($c) > [int]?"],
  }),
  type(
    "tstzrange",
    "tstzrange(timestamptz '2024-01-01' + i * interval '1 hour', null)",
    () => "[2024-02-01,)",
    {
      conditions: ["$c @> [timestamptz]?", "$c && [tstzrange]?"],
    },
  ),
  type("int4multirange", "int4multirange(int4range(i % 90, i % 90 + 5))", () => "{[1,5)}", {
    conditions: ["$c @> [int]?"],
  }),
  type("citext", "('W' || i % 300)::citext", word, {
    conditions: ["$c = [text]?", "$c like 'w1%'"],
  }),
  type("hstore", "hstore('k', (i % 50)::text)", () => "k=>1", {
    conditions: ["$c @> [hstore]?", "$c -> 'k' = [text]?"],
  }),
  type("ltree", "('top.n' || i % 60)::ltree", () => "top.n3", {
    conditions: ["$c <@ [ltree]?", "$c ~ '*.n1'::lquery"],
  }),
];

/** Statements that make the types above which are not built in. */
export const TYPE_SETUP: readonly string[] = [
  "create extension citext",
  "create extension hstore",
  "create extension ltree",
  "create extension pg_trgm",
  "create extension pgcrypto",
  'create schema "Odd Schema"',
  "create type mood as enum ('sad', 'ok', 'happy', 'O''Brien \"x\"')",
  'create type "Odd Schema"."Odd ""Type" as enum (\'A a\', \'b"b\', \'c,c\')',
  "create domain positive as integer check (value > 0)",
  "create domain short_text as text check (length(value) < 80)",
  "create type pair as (x integer, y text)",
  "create function public.double_it(x integer) returns integer language sql immutable as 'select x * 2'",
  // Functions that nothing in the database names are not part of a snapshot.
  'create view "Odd Schema"."names double_it" as select public.double_it(1)',
];
