/** A schema in which an index seems to be free to go, and is not. */
export interface DropTrap {
  readonly name: string;
  /** Run in a schema of its own, after {@link TRAP_TABLE}. */
  readonly sql: string;
  /** Indexes that must stay. */
  readonly keep?: readonly string[];
  /** Indexes of which one must stay at least; the others may go. */
  readonly keepOneOf?: readonly string[];
  /** Queries that were logged, `S.` for the schema. Beside them one by the primary key. None was counted as a scan. */
  readonly queries?: readonly string[];
  /** Indexes without a scan; by default `keep` and `keepOneOf`. All others were scanned, but for `ctl`. */
  readonly idle?: readonly string[];
  /** Factor on the size of an index, by name: bloat. */
  readonly bloat?: Readonly<Record<string, number>>;
  /** Indexes that are to look as if a build of them ran. */
  readonly building?: readonly string[];
}

/** The table of each trap. `ctl` is the counter-check: nothing needs it, so its drop has to be advised. */
export const TRAP_TABLE = `
  create table t (
    id int primary key, a int not null, b int, c int not null, d text, e text, f jsonb, g int[], h int4range,
    at timestamptz, n int, s int, z int);
  insert into t
    select i, i % 300, i % 50, i, 'd' || i % 300, repeat('e', 60) || i, jsonb_build_object('k', i % 300), array[i % 300, i],
      int4range(i * 10, i * 10 + 5), timestamptz '2025-01-01' + i * interval '1 min', case when i % 300 = 0 then i end,
      case when i <= 2900 then 0 else i end, i
    from generate_series(1, 3000) i;
  create index ctl on t (z);`;

const PARENT = "create table p (id int primary key); insert into p select generate_series(0, 299);";

const PARTITIONED = `
  create table q (id int, a int, k int, at int) partition by range (at);
  create table q1 partition of q for values from (0) to (1500);
  create table q2 partition of q for values from (1500) to (4000);
  insert into q select i, i % 300, i, i from generate_series(1, 3000) i;`;

const NONE: readonly string[] = [];

/** Rules, marks and mechanisms that rest on an index which nobody scans. */
const RESTS_ON_IT: readonly DropTrap[] = [
  { name: "primary key", sql: "", keep: ["t_pkey"] },
  { name: "unique constraint", sql: "alter table t add constraint u unique (c)", keep: ["u"] },
  {
    name: "deferrable unique constraint",
    sql: "alter table t add constraint u unique (c) deferrable initially deferred",
    keep: ["u"],
  },
  {
    name: "unique constraint over two columns",
    sql: "alter table t add constraint u unique (c, a)",
    keep: ["u"],
  },
  {
    name: "unique constraint made from an index",
    sql: "create unique index u on t (c); alter table t add constraint u unique using index u",
    keep: ["u"],
  },
  {
    name: "unique constraint with INCLUDE",
    sql: "alter table t add constraint u unique (c) include (a)",
    keep: ["u"],
  },
  {
    name: "exclusion constraint by gist",
    sql: "alter table t add constraint x exclude using gist (h with &&)",
    keep: ["x"],
  },
  {
    name: "exclusion constraint by btree",
    sql: "alter table t add constraint x exclude using btree (c with =)",
    keep: ["x"],
  },
  {
    name: "exclusion constraint by hash",
    sql: "alter table t add constraint x exclude using hash (c with =)",
    keep: ["x"],
  },
  {
    name: "partial exclusion constraint",
    sql: "alter table t add constraint x exclude using btree (c with =) where (b > 3)",
    keep: ["x"],
  },
  { name: "unique index without constraint", sql: "create unique index u on t (c)", keep: ["u"] },
  {
    name: "partial unique index",
    sql: "create unique index u on t (c) where a > 5",
    keep: ["u"],
  },
  { name: "unique expression", sql: "create unique index u on t (lower(e))", keep: ["u"] },
  {
    name: "unique with NULLS NOT DISTINCT",
    sql: "create unique index u on t (c) nulls not distinct",
    keep: ["u"],
  },
  {
    name: "replica identity",
    sql: "create unique index u on t (c); alter table t replica identity using index u",
    keep: ["u"],
  },
  {
    name: "clustering index",
    sql: "create index i on t (a); alter table t cluster on i",
    keep: ["i"],
  },
  {
    name: "target of a foreign key",
    sql: "alter table t add constraint u unique (c); create table r (c int references t (c)); create index r_c on r (c)",
    keep: ["u"],
  },
  {
    name: "unique index that a foreign key rests on",
    sql: "create unique index u on t (c); create table r (c int references t (c)); create index r_c on r (c)",
    keep: ["u"],
  },
  {
    name: "only index of a foreign key",
    sql: `${PARENT} alter table t add foreign key (a) references p; create index i on t (a)`,
    keep: ["i"],
  },
  {
    name: "only index of a cascading foreign key",
    sql: `${PARENT} alter table t add foreign key (a) references p on delete cascade; create index i on t (a)`,
    keep: ["i"],
  },
  {
    name: "foreign key of two columns, the other way round",
    sql: `create table p2 (x int, y int, primary key (x, y)); alter table t add foreign key (a, b) references p2 not valid;
      create index i on t (b, a)`,
    keep: ["i"],
  },
  {
    name: "foreign key by a partial index on what is not null",
    sql: `${PARENT} alter table t add foreign key (b) references p; create index i on t (b) where b is not null`,
    keep: ["i"],
  },
  {
    name: "foreign key by a hash index",
    sql: `${PARENT} alter table t add foreign key (a) references p; create index i on t using hash (a)`,
    keep: ["i"],
  },
  {
    name: "foreign key by the first column of a wider index",
    sql: `${PARENT} alter table t add foreign key (a) references p; create index i on t (a, b, c)`,
    keep: ["i"],
  },
  {
    name: "foreign key to its own table",
    sql: "alter table t add column up int references t; create index i on t (up)",
    keep: ["i"],
  },
  {
    name: "statistics of an expression",
    sql: "create index i on t (lower(d))",
    keep: ["i"],
  },
  {
    name: "statistics of an expression behind a column",
    sql: "create index i on t (a, (b + c))",
    keep: ["i"],
  },
  {
    name: "statistics of an expression in a partial index",
    sql: "create index i on t ((a % 7)) where b > 3",
    keep: ["i"],
  },
  {
    name: "part of a partitioned index",
    sql: `${PARTITIONED} create index q_a on q (a)`,
    keep: ["q1_a_idx", "q2_a_idx"],
    idle: ["q_a", "q1_a_idx", "q2_a_idx"],
  },
  {
    name: "partitioned index that one partition uses",
    sql: `${PARTITIONED} create index q_a on q (a)`,
    keep: ["q_a", "q1_a_idx", "q2_a_idx"],
    idle: ["q_a", "q1_a_idx"],
  },
  {
    name: "primary key of a partitioned table",
    sql: `${PARTITIONED} alter table q add primary key (id, at)`,
    keep: ["q_pkey", "q1_pkey", "q2_pkey"],
  },
  {
    name: "unique index of a partitioned table",
    sql: `${PARTITIONED} create unique index u on q (id, at)`,
    keep: ["u"],
  },
  {
    name: "foreign key of a partitioned table",
    sql: `${PARENT} ${PARTITIONED} alter table q add foreign key (a) references p; create index q_a on q (a)`,
    keep: ["q_a"],
    idle: ["q_a", "q1_a_idx", "q2_a_idx"],
  },
  {
    name: "index that is being built",
    sql: "create index i on t (a)",
    keep: ["i"],
    building: ["i"],
  },
];

function logged(
  name: string,
  index: string,
  query: string,
  more: Partial<DropTrap> = {},
): DropTrap {
  return { name: `logged only: ${name}`, sql: index, keep: ["i"], queries: [query], ...more };
}

/** Queries in the log that no counter shows (another server's, before the reset), which need the index. */
const LOGGED_ONLY: readonly DropTrap[] = [
  logged("equality", "create index i on t (a)", "select * from S.t where a = 17"),
  logged("parameter", "create index i on t (a)", "select * from S.t where a = $1"),
  logged("IN list", "create index i on t (c)", "select * from S.t where c in (1, 20, 300)"),
  logged("ANY", "create index i on t (c)", "select * from S.t where c = any('{1,20,300}'::int[])"),
  logged("range", "create index i on t (c)", "select * from S.t where c between 100 and 120"),
  logged("open range", "create index i on t (c)", "select * from S.t where c > 2990"),
  logged(
    "order and limit",
    "create index i on t (at)",
    "select * from S.t order by at desc limit 10",
  ),
  logged(
    "order by two keys",
    "create index i on t (a, c desc)",
    "select * from S.t order by a, c desc limit 10",
  ),
  logged(
    "equality and order",
    "create index i on t (b, at)",
    "select * from S.t where b = 7 order by at limit 3",
  ),
  logged("least value", "create index i on t (at)", "select min(at) from S.t"),
  logged("greatest value", "create index i on t (c)", "select max(c) from S.t where c < 2000"),
  logged(
    "join",
    `${PARENT} create index i on t (a)`,
    "select * from S.p join S.t on t.a = p.id where p.id = 17",
  ),
  logged(
    "exists",
    `${PARENT} create index i on t (a)`,
    "select * from S.p where p.id = 12 and exists (select from S.t where t.a = p.id)",
  ),
  logged(
    "subquery in FROM",
    "create index i on t (a)",
    "select * from (select * from S.t where a = 17) x",
  ),
  logged(
    "common table",
    "create index i on t (a)",
    "with x as (select * from S.t where a = 17) select * from x",
  ),
  logged(
    "branch of a union",
    "create index i on t (a)",
    "select id from S.t where id = 1 union all select id from S.t where a = 17",
  ),
  logged(
    "lateral join with limit",
    `${PARENT} create index i on t (a, at)`,
    "select * from S.p, lateral (select * from S.t where t.a = p.id order by at desc limit 1) x where p.id < 5",
  ),
  logged(
    "view",
    "create index i on t (a); create view v as select id, a, e from t where b >= 0",
    "select * from S.v where a = 17",
  ),
  logged("update", "create index i on t (a)", "update S.t set n = 1 where a = 17"),
  logged("delete", "create index i on t (a)", "delete from S.t where a = 17"),
  logged("null search", "create index i on t (n)", "select * from S.t where n is not null"),
  logged("rare value", "create index i on t (s)", "select * from S.t where s = 2950"),
  logged(
    "partial predicate",
    "create index i on t (id) where s > 0",
    "select * from S.t where s > 0",
  ),
  logged(
    "partial predicate with a key",
    "create index i on t (b) where n is not null",
    "select * from S.t where n is not null and b = 0",
  ),
  logged(
    "pattern",
    "create index i on t (e text_pattern_ops)",
    "select * from S.t where e like repeat('e', 60) || '299%'",
    { queries: [`select * from S.t where e like '${"e".repeat(60)}299%'`] },
  ),
  logged("jsonb", "create index i on t using gin (f)", `select * from S.t where f @> '{"k": 17}'`),
  logged(
    "jsonb by path",
    "create index i on t using gin (f jsonb_path_ops)",
    `select * from S.t where f @> '{"k": 17}'`,
  ),
  logged("array", "create index i on t using gin (g)", "select * from S.t where g @> '{17}'"),
  logged(
    "array overlap",
    "create index i on t using gin (g)",
    "select * from S.t where g && '{17,18}'",
  ),
  logged("range type", "create index i on t using gist (h)", "select * from S.t where h @> 1234"),
  logged("hash", "create index i on t using hash (c)", "select * from S.t where c = 1234"),
  logged(
    "space-partitioned text",
    "create index i on t using spgist (e)",
    `select * from S.t where e = '${"e".repeat(60)}299'`,
  ),
  logged("index-only count", "create index i on t (c)", "select count(*) from S.t where c < 300"),
  logged("INCLUDE", "create index i on t (c) include (b)", "select b from S.t where c < 300"),
  logged(
    "row comparison",
    "create index i on t (a, c)",
    "select * from S.t where (a, c) > (298, 5) order by a, c limit 5",
  ),
  logged("or", "create index i on t (a)", "select * from S.t where a = 17 or id = 3"),
  logged(
    "window",
    "create index i on t (a, c)",
    "select id, row_number() over (partition by a order by c) from S.t where a = 17",
  ),
  logged(
    "child of an inheritance parent",
    "create table k () inherits (t); insert into k select * from t; create index i on k (c)",
    "select * from S.t where c = 1234",
  ),
  logged(
    "index of one partition alone",
    `${PARTITIONED} create index i on q2 (k)`,
    "select * from S.q where k = 2900",
  ),
  logged(
    "partitioned index",
    `${PARTITIONED} create index i on q (k)`,
    "select * from S.q where k = 2900",
    { idle: ["i", "q1_k_idx", "q2_k_idx"] },
  ),
];

function pair(
  name: string,
  sql: string,
  keep: readonly string[],
  more: Partial<DropTrap> = {},
): DropTrap {
  return { name: `pair: ${name}`, sql, keep, idle: NONE, ...more };
}

function oneOf(
  name: string,
  sql: string,
  keepOneOf: readonly string[],
  more: Partial<DropTrap> = {},
): DropTrap {
  return { name: `pair: ${name}`, sql, keepOneOf, idle: NONE, ...more };
}

/** Two indexes that look alike, both scanned. */
const LOOK_ALIKE: readonly DropTrap[] = [
  pair("operator class", "create index x on t (d); create index y on t (d text_pattern_ops)", [
    "x",
    "y",
  ]),
  pair(
    "operator class, and wider",
    "create index x on t (d text_pattern_ops); create index y on t (d, a)",
    ["x"],
  ),
  pair("collation", 'create index x on t (d); create index y on t (d collate "C")', ["x", "y"]),
  pair("collation, and wider", 'create index x on t (d collate "C"); create index y on t (d, a)', [
    "x",
  ]),
  pair(
    "partial and full",
    "create index x on t (a) where b > 3; create index y on t (a)",
    ["x", "y"],
    {
      queries: ["select * from S.t where a = 17 and b > 3", "select * from S.t where a < 3"],
    },
  ),
  pair(
    "full, and wider partial",
    "create index x on t (a); create index y on t (a, b) where b > 3",
    ["x", "y"],
  ),
  pair("predicates", "create index x on t (a) where b > 3; create index y on t (a) where b > 4", [
    "x",
    "y",
  ]),
  pair(
    "predicate, and wider",
    "create index x on t (a) where b > 3; create index y on t (a, c) where b > 4",
    ["x"],
  ),
  pair("NULLS order", "create index x on t (n); create index y on t (n nulls first)", ["x", "y"]),
  pair(
    "descending, NULLS last",
    "create index x on t (n); create index y on t (n desc nulls last)",
    ["x", "y"],
  ),
  pair("mixed directions", "create index x on t (a, b); create index y on t (a, b desc)", [
    "x",
    "y",
  ]),
  pair("one direction turned", "create index x on t (a, b); create index y on t (a desc, b)", [
    "x",
    "y",
  ]),
  pair("mixed prefix", "create index x on t (a, b desc); create index y on t (a, b, c)", ["x"]),
  pair(
    "NULLS order of a prefix",
    "create index x on t (b nulls first); create index y on t (b, c)",
    ["x"],
  ),
  pair(
    "INCLUDE for an index-only scan",
    "create index x on t (c) include (b); create index y on t (c)",
    ["x"],
    {
      queries: ["select b from S.t where c < 500"],
    },
  ),
  pair(
    "INCLUDE that the wider one lacks",
    "create index x on t (a) include (c); create index y on t (a, b)",
    ["x"],
  ),
  pair(
    "INCLUDE is no key",
    "create index x on t (a, b); create index y on t (a) include (b)",
    ["x"],
    {
      queries: ["select * from S.t where a = 17 order by b limit 2"],
    },
  ),
  pair("unique prefix", "create unique index x on t (c); create index y on t (c, a)", ["x"]),
  pair(
    "unique prefix of a unique one",
    "create unique index x on t (c); create unique index y on t (c, a)",
    ["x", "y"],
  ),
  pair(
    "unique constraint as prefix",
    "alter table t add constraint x unique (c); create index y on t (c, a)",
    ["x"],
  ),
  pair(
    "NULLS NOT DISTINCT",
    "create unique index x on t (c) nulls not distinct; create unique index y on t (c)",
    ["x", "y"],
  ),
  pair("unique and not", "create unique index x on t (c); create index y on t (c)", ["x"]),
  pair("primary key and a copy", "create index y on t (id)", ["t_pkey"]),
  pair("primary key and a unique copy", "create unique index y on t (id)", ["t_pkey"]),
  pair(
    "constraint and a unique copy",
    "alter table t add constraint x unique (c); create unique index y on t (c)",
    ["x"],
  ),
  pair(
    "deferrable constraint and a unique copy",
    "alter table t add constraint x unique (c) deferrable; create unique index y on t (c)",
    ["x"],
  ),
  pair("hash and btree", "create index x on t using hash (c); create index y on t (c)", ["x", "y"]),
  pair("gin and btree", "create index x on t using gin (g); create index y on t (g)", ["x", "y"]),
  pair("brin and btree", "create index x on t using brin (at); create index y on t (at)", [
    "x",
    "y",
  ]),
  pair(
    "space-partitioned and btree",
    "create index x on t using spgist (d); create index y on t (d)",
    ["x", "y"],
  ),
  pair(
    "gist and space-partitioned",
    "create index x on t using gist (h); create index y on t using spgist (h)",
    ["x", "y"],
  ),
  pair(
    "operator classes of gin",
    "create index x on t using gin (f); create index y on t using gin (f jsonb_path_ops)",
    ["x", "y"],
  ),
  pair("expression and column", "create index x on t (lower(d)); create index y on t (d)", [
    "x",
    "y",
  ]),
  pair("two expressions", "create index x on t (lower(d)); create index y on t (upper(d))", [
    "x",
    "y",
  ]),
  pair(
    "expression, and wider column",
    "create index x on t ((a + 0)); create index y on t (a, b)",
    ["x"],
  ),
  pair("order of keys", "create index x on t (a, b); create index y on t (b, a)", ["x", "y"]),
  pair("not the first key", "create index x on t (b); create index y on t (a, b)", ["x", "y"]),
  pair("a key between", "create index x on t (a, c); create index y on t (a, b, c)", ["x", "y"]),
  pair(
    "narrow reads cheaper than wide",
    "create index x on t (c); create index y on t (c, e)",
    ["x"],
    {
      queries: ["select count(*) from S.t where c < 1500"],
    },
  ),
  pair(
    "narrow reads cheaper than INCLUDE",
    "create index x on t (c); create index y on t (c) include (e)",
    ["x"],
    {
      queries: ["select count(*) from S.t where c < 1500"],
    },
  ),
  pair(
    "small beside its bloated constraint",
    "alter table t add constraint x unique (c); create index y on t (c)",
    ["x", "y"],
    { queries: ["select count(*) from S.t where c < 1500"], bloat: { x: 60 } },
  ),
  pair(
    "small beside its bloated wider one",
    "create index x on t (c); create index y on t (c, a)",
    ["x"],
    {
      queries: ["select count(*) from S.t where c < 1500"],
      bloat: { y: 60 },
    },
  ),
  pair(
    "replica identity and a copy",
    "create unique index x on t (c); create index y on t (c); alter table t replica identity using index x",
    ["x"],
  ),
  pair(
    "clustering index and a copy",
    "create index x on t (a); create index longer_y on t (a); alter table t cluster on x",
    ["x"],
  ),
  pair(
    "clustering index as prefix",
    "create index x on t (a); create index y on t (a, b); alter table t cluster on x",
    ["x"],
  ),
  pair(
    "part of a partitioned index and a copy",
    `${PARTITIONED} create index q_a on q (a); create index y on q1 (a)`,
    ["q_a", "q1_a_idx"],
  ),
  pair(
    "index of one partition and a partitioned one on others",
    `${PARTITIONED} create index x on q1 (a); create index y on q2 (a)`,
    ["x", "y"],
  ),
  pair(
    "the wider one is being built",
    "create index x on t (a); create index y on t (a, b)",
    ["x"],
    { building: ["y"] },
  ),
  pair("the copy is being built", "create index x on t (a); create index y on t (a)", ["x"], {
    building: ["y"],
  }),
  pair(
    "same keys on another table",
    "create table o (like t); insert into o select * from t; create index x on t (a); create index y on o (a)",
    ["x", "y"],
  ),
  oneOf("copies", "create index x on t (a); create index y on t (a)", ["x", "y"]),
  oneOf(
    "three copies",
    "create index x on t (a); create index y on t (a); create index w on t (a)",
    ["w", "x", "y"],
  ),
  oneOf("mirrored copies", "create index x on t (a, b desc); create index y on t (a desc, b)", [
    "x",
    "y",
  ]),
  oneOf("mirrored single column", "create index x on t (n); create index y on t (n desc)", [
    "x",
    "y",
  ]),
  oneOf(
    "copies with the same expression",
    "create index x on t (lower(d)); create index y on t (lower(d))",
    ["x", "y"],
  ),
  oneOf(
    "unused copies that a logged query needs",
    "create index x on t (a); create index y on t (a)",
    ["x", "y"],
    {
      queries: ["select * from S.t where a = 17"],
      idle: ["x", "y"],
    },
  ),
  pair(
    "chain: the widest stays",
    "create index x on t (a); create index y on t (a, b); create index w on t (a, b, c)",
    ["w"],
  ),
  oneOf(
    "either serves the logged query",
    "create index x on t (c, a); create index y on t (c, b)",
    ["x", "y"],
    {
      queries: ["select * from S.t where c = 17"],
      idle: ["x", "y"],
    },
  ),
  oneOf(
    "either serves the foreign key",
    `${PARENT} alter table t add foreign key (a) references p; create index x on t (a, b); create index y on t (a, c)`,
    ["x", "y"],
    {
      idle: ["x", "y"],
    },
  ),
  oneOf(
    "scanned prefix of an unused wider one",
    "create index x on t (c); create index y on t (c, a)",
    ["x", "y"],
    {
      queries: ["select * from S.t where c = 17"],
      idle: ["y"],
    },
  ),
];

export const DROP_TRAPS: readonly DropTrap[] = [...RESTS_ON_IT, ...LOGGED_ONLY, ...LOOK_ALIKE];
