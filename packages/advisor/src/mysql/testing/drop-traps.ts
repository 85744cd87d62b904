import type { Product } from "../server-traits.ts";

/** Tables in which an index seems to be free to go, and is not. */
export interface DropTrap {
  readonly name: string;
  /** Run after {@link trapTable}; `T` is the trap's table, `P` a table that may be referred to. */
  readonly sql: string;
  /** Indexes of `T` that must stay. */
  readonly keep?: readonly string[];
  /** Indexes of which one must stay at least, and one may go. */
  readonly keepOneOf?: readonly string[];
  /** Queries that were logged, over `T` and `P`. Beside them one by the primary key. None was counted as a scan. */
  readonly queries?: readonly string[];
  /** Indexes without a scan; by default `keep` and `keepOneOf`. All others were scanned, but for `ctl`. */
  readonly idle?: readonly string[];
  /** The only product that has what it takes. */
  readonly only?: Product;
}

/** The table of each trap. `ctl` is the counter-check: nothing needs it, so its drop has to be advised. */
export const TRAP_TABLE = `
  create table T (
    id int primary key, a int not null, b int, c int not null, d varchar(40), e varchar(100), at datetime, n int, s int, z int,
    key ctl (z));
  insert into T
    select i, i % 300, i % 50, i, concat('d', i % 300), concat(repeat('e', 30), i), '2025-01-01' + interval i minute,
      if(i % 300 = 0, i, null), if(i <= 2900, 0, i), i
    from numbers`;

const PARENT =
  "create table P (id int primary key); insert into P select i - 1 from numbers where i <= 300;";

const NONE: readonly string[] = [];

/** Rules and mechanisms that rest on an index which nobody scans. */
const RESTS_ON_IT: readonly DropTrap[] = [
  { name: "primary key", sql: "", keep: ["PRIMARY"] },
  { name: "unique", sql: "alter table T add unique u (c)", keep: ["u"] },
  { name: "unique over two columns", sql: "alter table T add unique u (c, a)", keep: ["u"] },
  { name: "unique prefix", sql: "alter table T add unique u (e(40))", keep: ["u"] },
  {
    name: "unique expression",
    sql: "alter table T add unique u ((lower(e)))",
    keep: ["u"],
    only: "MySQL",
  },
  {
    name: "target of a foreign key",
    sql: "alter table T add unique u (c); create table P (c int, key (c), foreign key (c) references T (c))",
    keep: ["u"],
  },
  {
    name: "target of a foreign key, not unique",
    sql: "alter table T add key u (a); create table P (a int, key (a), foreign key (a) references T (a))",
    keep: ["u"],
    only: "MariaDB",
  },
  {
    name: "only index of a foreign key",
    sql: `${PARENT} alter table T add key i (a), add foreign key (a) references P (id)`,
    keep: ["i"],
  },
  {
    name: "index that the server made for a foreign key",
    sql: `${PARENT} alter table T add constraint fk foreign key (a) references P (id)`,
    keep: ["fk"],
  },
  {
    name: "only index of a cascading foreign key",
    sql: `${PARENT} alter table T add key i (a), add foreign key (a) references P (id) on delete cascade`,
    keep: ["i"],
  },
  {
    name: "foreign key by the first column of a wider index",
    sql: `${PARENT} alter table T add key i (a, b, c), add foreign key (a) references P (id)`,
    keep: ["i"],
  },
  {
    name: "foreign key of two columns beside an index of the other order",
    sql: "create table P (x int, y int, primary key (x, y)); set foreign_key_checks = 0; alter table T add key i (a, b), add key o (b, a), add foreign key (a, b) references P (x, y); set foreign_key_checks = 1",
    keep: ["i"],
  },
  {
    name: "foreign key to its own table",
    sql: "alter table T add column up int, add key i (up), add foreign key (up) references T (id)",
    keep: ["i"],
  },
  {
    name: "USE INDEX",
    sql: "alter table T add key i (n)",
    keep: ["i"],
    queries: ["select * from T use index (i) where z + 1 = 5"],
  },
  {
    name: "FORCE INDEX in a join",
    sql: `${PARENT} alter table T add key i (n)`,
    keep: ["i"],
    queries: ["select * from P join T x force key for join (`I`, PRIMARY) on x.id = P.id"],
  },
  {
    name: "IGNORE INDEX",
    sql: "alter table T add key i (n)",
    keep: ["i"],
    queries: ["select * from T ignore index (i) where c = 5"],
  },
  {
    name: "optimizer hint",
    sql: "alter table T add key i (n)",
    keep: ["i"],
    queries: ["select /*+ NO_INDEX(T i) */ * from T where c = 5"],
    only: "MySQL",
  },
];

function logged(
  name: string,
  index: string,
  query: string,
  more: Partial<DropTrap> = {},
): DropTrap {
  return {
    name: `logged only: ${name}`,
    sql: `alter table T add ${index}`,
    keep: ["i"],
    queries: [query],
    ...more,
  };
}

/** Queries in the log that no counter shows (another server's, before the restart), which need the index. */
const LOGGED_ONLY: readonly DropTrap[] = [
  logged("equality", "key i (a)", "select * from T where a = 17"),
  logged("parameter", "key i (a)", "select * from T where a = ?"),
  logged("IN list", "key i (c)", "select * from T where c in (1, 20, 300)"),
  logged("range", "key i (c)", "select * from T where c between 100 and 120"),
  logged("open range", "key i (c)", "select * from T where c > 2990"),
  logged("order and limit", "key i (at)", "select * from T order by at desc limit 10"),
  logged("equality and order", "key i (b, at)", "select * from T where b = 7 order by at limit 3"),
  logged("least value", "key i (at)", "select min(at) from T"),
  logged("join", "key i (a)", "select * from P join T on T.a = P.id where P.id = 17", {
    sql: `${PARENT} alter table T add key i (a)`,
  }),
  logged(
    "exists",
    "",
    "select * from P where id = 12 and exists (select 1 from T where T.a = P.id)",
    {
      sql: `${PARENT} alter table T add key i (a)`,
    },
  ),
  logged("subquery in FROM", "key i (a)", "select * from (select * from T where a = 17) x"),
  logged("common table", "key i (a)", "with x as (select * from T where a = 17) select * from x"),
  logged(
    "branch of a union",
    "key i (a)",
    "select id from T where id = 1 union all select id from T where a = 17",
  ),
  logged("update", "key i (a)", "update T set n = 1 where a = 17"),
  logged("delete", "key i (a)", "delete from T where a = 17"),
  logged("null search", "key i (n)", "select * from T where n is not null"),
  logged("rare value", "key i (s)", "select * from T where s = 2950"),
  logged("pattern", "key i (e)", `select * from T where e like '${"e".repeat(30)}299%'`),
  logged("prefix", "key i (e(35))", `select * from T where e = '${"e".repeat(30)}299'`),
  logged("covered count", "key i (c)", "select count(*) from T where c < 300"),
  logged("expression", "key i ((a + b))", "select * from T where a + b = 17", { only: "MySQL" }),
  logged("generated column", "", "select * from T where total = 17", {
    sql: "alter table T add column total int generated always as (a + b) virtual, add key i (total)",
  }),
  logged("groups", "key i (a, c)", "select a, max(c) from T where a < 20 group by a"),
  logged("row of its own order", "key i (a)", "select * from T where a = 17 order by id limit 5"),
];

function pair(
  name: string,
  sql: string,
  keep: readonly string[],
  more: Partial<DropTrap> = {},
): DropTrap {
  return { name: `pair: ${name}`, sql: `alter table T ${sql}`, keep, idle: NONE, ...more };
}

function oneOf(
  name: string,
  sql: string,
  keepOneOf: readonly string[],
  more: Partial<DropTrap> = {},
): DropTrap {
  return { name: `pair: ${name}`, sql: `alter table T ${sql}`, keepOneOf, idle: NONE, ...more };
}

/** Two indexes that look alike, both scanned. */
const LOOK_ALIKE: readonly DropTrap[] = [
  oneOf("copies", "add key x (a), add key y (a)", ["x", "y"]),
  oneOf("three copies", "add key w (a), add key x (a), add key y (a)", ["w", "x", "y"]),
  oneOf("told and untold primary key", "add key x (a), add key y (a, id)", ["x", "y"]),
  oneOf(
    "told and untold key of two columns",
    "drop primary key, add primary key (a, id), add key x (c), add key y (c, a, id)",
    ["x", "y"],
  ),
  oneOf("untold key, and wider behind it", "add key x (a), add key y (a, id, b)", ["x", "y"]),
  pair(
    "the key's other order",
    "drop primary key, add primary key (a, id), add key x (s), add key y (s, id, a)",
    ["x"],
    {
      queries: ["select id from T where s = 0 order by a"],
    },
  ),
  pair("order of the primary key behind equal keys", "add key x (s), add key y (s, e)", ["x"], {
    queries: ["select id from T where s = 0 order by id"],
  }),
  pair("range of the primary key behind equal keys", "add key x (b), add key y (b, e)", ["x"], {
    queries: ["select * from T where b = 17 and id > 2900"],
  }),
  pair("primary key and a copy", "add key y (id)", ["PRIMARY"]),
  pair("primary key and a unique copy", "add unique y (id)", ["PRIMARY"]),
  pair(
    "primary key and its first column",
    "drop primary key, add primary key (a, id), add key y (a)",
    ["PRIMARY"],
  ),
  pair("unique prefix of a wider one", "add unique x (c), add key y (c, a)", ["x"]),
  pair("unique prefix of a unique one", "add unique x (c), add unique y (c, a)", ["x"]),
  pair("unique, and unique with the primary key", "add unique x (c), add unique y (c, id)", ["x"]),
  pair("unique and not", "add unique x (c), add key y (c)", ["x"]),
  pair("unique and its copy under the primary key", "add unique x (c), add key y (c, id)", ["x"]),
  pair("unique prefix and unique whole", "add unique x (e(40)), add unique y (e)", ["x"]),
  pair("beginnings and whole values", "add key x (d(3)), add key y (d)", ["y"], {
    queries: ["select * from T where d = 'd17'"],
  }),
  pair("two lengths", "add key x (e(10)), add key y (e(35))", ["y"], {
    queries: [`select * from T where e = '${"e".repeat(30)}299'`],
  }),
  pair("words and values", "add fulltext x (d), add key y (d)", ["x", "y"]),
  pair(
    "words of one and of two columns",
    "add fulltext x (d); alter table T add fulltext y (d, e)",
    ["x", "y"],
  ),
  oneOf("words in another order", "add fulltext x (d, e); alter table T add fulltext y (e, d)", [
    "x",
    "y",
  ]),
  pair(
    "words by another parser",
    "add fulltext x (d); alter table T add fulltext y (d) with parser ngram",
    ["x", "y"],
    {
      only: "MySQL",
    },
  ),
  pair(
    "shapes and bytes",
    "add column g point not null default (point(1, 1)), add spatial x (g), add key y (g(25))",
    ["x"],
    {
      only: "MariaDB",
    },
  ),
  pair("mixed directions", "add key x (a, b), add key y (a, b desc)", ["x", "y"]),
  pair("one direction turned", "add key x (a, b), add key y (a desc, b)", ["x", "y"]),
  pair("mixed prefix", "add key x (a, b desc), add key y (a, b, c)", ["x"]),
  pair("column and expression", "add key x (d), add key y ((lower(d)))", ["x", "y"], {
    only: "MySQL",
  }),
  pair(
    "two expressions without names",
    "add key x ((lower(d))), add key y ((upper(d)))",
    ["x", "y"],
    {
      only: "MySQL",
    },
  ),
  oneOf("one expression twice", "add key x ((lower(d))), add key y ((LOWER(d)))", ["x", "y"], {
    only: "MySQL",
  }),
  pair("expression, and wider column", "add key x ((a + 0)), add key y (a, b)", ["x"], {
    only: "MySQL",
  }),
  pair("order of keys", "add key x (a, b), add key y (b, a)", ["x", "y"]),
  pair("not the first key", "add key x (b), add key y (a, b)", ["x", "y"]),
  pair("a key between", "add key x (a, c), add key y (a, b, c)", ["x", "y"]),
  pair("chain: the widest stays", "add key x (a), add key y (a, b), add key w (a, b, c)", ["w"]),
  oneOf("unused copies that a logged query needs", "add key x (a), add key y (a)", ["x", "y"], {
    queries: ["select * from T where a = 17"],
    idle: ["x", "y"],
  }),
  oneOf("either serves the logged query", "add key x (c, a), add key y (c, b)", ["x", "y"], {
    queries: ["select * from T where c = 17"],
    idle: ["x", "y"],
  }),
  oneOf(
    "either serves the foreign key",
    "add key x (a, b), add key y (a, c), add foreign key (a) references P (id)",
    ["x", "y"],
    {
      sql: `${PARENT} alter table T add key x (a, b), add key y (a, c), add foreign key (a) references P (id)`,
      idle: ["x", "y"],
    },
  ),
  oneOf("scanned prefix of an unused wider one", "add key x (c), add key y (c, a)", ["x", "y"], {
    queries: ["select * from T where c = 17"],
    idle: ["y"],
  }),
  pair("hidden copy of one in use", "add key x (a), add key y (a), alter index x HIDDEN", ["y"]),
  pair(
    "hidden, and wider than one in use",
    "add key x (a, b), add key y (a), alter index x HIDDEN",
    ["y"],
  ),
  pair("hidden unique beside one in use", "add unique x (c), add key y (c), alter index x HIDDEN", [
    "x",
    "y",
  ]),
  pair(
    "rows apart from their key: no key is untold",
    "engine = myisam, add key x (a), add key y (a, id)",
    ["y"],
    {
      queries: ["select id from T where a < 40"],
    },
  ),
  {
    name: "pair: hash and tree",
    sql: "create table P (id int primary key, a int, key x (a) using hash, key y (a) using btree) engine = memory",
    idle: NONE,
  },
  {
    name: "pair: same keys on another table",
    sql: "create table P (id int primary key, a int, key x (a)); alter table T add key x (a)",
    keep: ["x"],
    idle: NONE,
  },
];

export const DROP_TRAPS: readonly DropTrap[] = [...RESTS_ON_IT, ...LOGGED_ONLY, ...LOOK_ALIKE];
