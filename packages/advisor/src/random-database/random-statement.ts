import type { ColumnType } from "./column-types.ts";
import type { Random } from "./random.ts";
import type { RandomColumn, RandomDatabase, RandomTable } from "./random-database.ts";

/** Operands' types that are asked for by name in conditions, with a value. */
const OPERANDS: Readonly<Record<string, string>> = {
  int: "3",
  numeric: "3.5",
  text: "w1",
  date: "2024-03-03",
  timestamp: "2024-03-03",
  timestamptz: "2024-03-03",
  interval: "3 days",
  inet: "10.0.0.0/24",
  jsonb: "3",
  "int[]": "{1,2}",
  "text[]": "{w1}",
  "mood[]": "{ok}",
  point: "(1,2)",
  polygon: "((0,0),(1,1))",
  int4range: "[1,5)",
  tstzrange: "[2024-02-01,)",
  hstore: "k=>1",
  ltree: "top",
};

interface Writer {
  readonly random: Random;
  readonly database: RandomDatabase;
  /** Whether operands are placeholders: always, never, or now and then. */
  readonly placeholders: number;
  parameters: number;
}

/** A statement as an application may send it; a few are refused by the server. */
export function randomStatement(random: Random, database: RandomDatabase): string {
  const writer: Writer = {
    random,
    database,
    placeholders: random.pick([0, 0.5, 1]),
    parameters: 0,
  };
  return random.pick(STATEMENTS)(writer);
}

function operand(writer: Writer, type: string, text: string): string {
  const { random } = writer;
  if (random.chance(writer.placeholders)) {
    writer.parameters += 1;
    // Untyped where the server can find the type out by itself: mostly so.
    return random.chance(0.8) ? `$${writer.parameters}` : `$${writer.parameters}::${type}`;
  }
  return random.chance(0.5) && /^\d+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'::${type.replace(/ (collate|generated) .*/, "")}`;
}

function own(writer: Writer, type: ColumnType): string {
  return operand(writer, type.sql, type.sample(writer.random));
}

function table(writer: Writer, kinds = ["table", "view", "materialized view"]): RandomTable {
  return writer.random.pick(
    writer.database.tables.filter((each) => kinds.includes(each.kind) && each.columns.length > 0),
  );
}

/** As FROM names it: by its schema, or bare, so that the search path decides. */
function from({ random }: Writer, { sql, name }: RandomTable): string {
  return random.chance(0.3) ? name : sql;
}

function column(
  { random }: Writer,
  { columns }: RandomTable,
  fits: (column: RandomColumn) => boolean = () => true,
): RandomColumn {
  return random.pick(columns.filter(fits));
}

const isOrdered = ({ type }: RandomColumn): boolean => type.ordered;

function condition(writer: Writer, on: RandomTable, alias: string): string {
  const { random } = writer;
  const { sql, type } = column(writer, on);
  const name = `${alias}.${sql}`;
  if (random.chance(0.35) && type.conditions.length > 0) {
    return random
      .pick(type.conditions)
      .replaceAll("$c", () => name)
      .replaceAll(/\[([a-z0-9]+(?:\[\])?)\]\?/g, (_, operandType: string) =>
        operand(writer, operandType, OPERANDS[operandType] ?? "1"),
      )
      .replaceAll("\\?", "?");
  }
  const nullness = [`${name} is null`, `${name} is not null`];
  if (!type.ordered) return random.pick(nullness);
  const value = (): string => own(writer, type);
  return random.pick([
    () => `${name} = ${value()}`,
    () => `${name} = ${value()}`,
    () => `${name} = ${value()}`,
    () => `${value()} = ${name}`,
    () => `${name} > ${value()}`,
    () => `${name} between ${value()} and ${value()}`,
    () => `${name} in (${value()}, ${value()}, ${value()})`,
    () => `${name} <> ${value()}`,
    () => `(${name} = ${value()} or ${name} is null)`,
    () => `${name} is not distinct from ${value()}`,
    () => random.pick(nullness),
  ])();
}

function where(writer: Writer, on: RandomTable, alias: string): string {
  const count = writer.random.int(1, 4);
  const conditions = Array.from({ length: count }, () => condition(writer, on, alias));
  return ` where ${conditions.join(" and ")}`;
}

function orderBy(writer: Writer, on: RandomTable, alias: string): string {
  const { random } = writer;
  const keys = Array.from({ length: random.int(1, 3) }, () => {
    const direction = random.pick(["", " desc", " asc nulls first", " desc nulls last"]);
    return `${alias}.${column(writer, on, isOrdered).sql}${direction}`;
  });
  const limit = random.chance(0.6)
    ? ` limit ${operand(writer, "bigint", "10")}${random.chance(0.3) ? ` offset ${operand(writer, "bigint", "5")}` : ""}`
    : "";
  return ` order by ${keys.join(", ")}${limit}`;
}

function integers(writer: Writer, on: RandomTable): string {
  return column(writer, on, ({ type }) => type.sql === "integer").sql;
}

function plain(writer: Writer): string {
  const { random } = writer;
  const t = table(writer);
  const list = random.pick([
    "*",
    "t.*",
    "count(*)",
    `t.${column(writer, t).sql}`,
    `t.${column(writer, t).sql}, t.${column(writer, t).sql}`,
    "t",
    "1",
    "",
  ]);
  const tail = list === "count(*)" ? "" : random.chance(0.5) ? orderBy(writer, t, "t") : "";
  return `select ${list} from ${from(writer, t)} t${where(writer, t, "t")}${tail}`;
}

function bare(writer: Writer): string {
  const t = table(writer);
  const c = column(writer, t, isOrdered);
  return `select ${c.sql} from ${from(writer, t)} where ${c.sql} = ${own(writer, c.type)}`;
}

function join(writer: Writer): string {
  const { random } = writer;
  const a = table(writer);
  const b = table(writer);
  const kind = random.pick(["join", "join", "left join", "right join", "full join"]);
  const on = `a.${integers(writer, a)} = b.${integers(writer, b)}`;
  const more =
    random.chance(0.3) && kind !== "full join" ? ` and ${condition(writer, b, "b")}` : "";
  const tail = random.chance(0.5) ? orderBy(writer, random.pick([a]), "a") : "";
  return `select a.*, b.* from ${from(writer, a)} a ${kind} ${from(writer, b)} b on ${on}${more}${where(writer, a, "a")}${tail}`;
}

function joinOfThree(writer: Writer): string {
  const [a, b, c] = [table(writer), table(writer), table(writer)];
  return (
    `select count(*) from ${a.sql} a, ${b.sql} b, ${c.sql} as c` +
    `${where(writer, a, "a")} and a.${integers(writer, a)} = b.${integers(writer, b)}` +
    ` and b.${integers(writer, b)} = c.${integers(writer, c)} and ${condition(writer, c, "c")}`
  );
}

function selfJoin(writer: Writer): string {
  const t = table(writer);
  const name = integers(writer, t);
  return `select x.${name} from ${t.sql} x join ${t.sql} y using (${name})${where(writer, t, "y")}`;
}

function grouped(writer: Writer): string {
  const { random } = writer;
  const t = table(writer);
  const [a, b] = [column(writer, t, isOrdered).sql, column(writer, t, isOrdered).sql];
  const keys = random.pick([
    `t.${a}`,
    `t.${a}, t.${b}`,
    `rollup (t.${a}, t.${b})`,
    `cube (t.${a}, t.${b})`,
    `grouping sets ((t.${a}), (t.${a}, t.${b}), ())`,
    "()",
  ]);
  const having = random.chance(0.4) ? ` having count(*) > ${operand(writer, "bigint", "2")}` : "";
  return `select count(*), count(*) filter (where ${condition(writer, t, "t")}) from ${t.sql} t${where(writer, t, "t")} group by ${keys}${having}`;
}

function distinct(writer: Writer): string {
  const { random } = writer;
  const t = table(writer);
  const a = column(writer, t, isOrdered).sql;
  const b = column(writer, t, isOrdered).sql;
  return random.pick([
    `select distinct t.${a}, t.${b} from ${t.sql} t${where(writer, t, "t")}`,
    `select distinct on (t.${a}) t.* from ${t.sql} t${where(writer, t, "t")} order by t.${a}, t.${b} desc`,
    `select count(distinct t.${a}) from ${t.sql} t`,
    `select min(t.${integers(writer, t)}), max(t.${integers(writer, t)}) from ${t.sql} t`,
  ]);
}

function windowed(writer: Writer): string {
  const t = table(writer);
  const a = column(writer, t, isOrdered).sql;
  const b = column(writer, t, isOrdered).sql;
  return `select * from (select t.${a}, row_number() over w as rn, lag(t.${b}) over (partition by t.${a} order by t.${b}) from ${t.sql} t${where(writer, t, "t")} window w as (partition by t.${a} order by t.${b} desc)) s where rn <= ${operand(writer, "bigint", "3")}`;
}

function commonTables(writer: Writer): string {
  const { random } = writer;
  const [a, b] = [table(writer), table(writer)];
  const how = random.pick(["", "materialized ", "not materialized "]);
  const name = integers(writer, a);
  return random.pick([
    () =>
      `with c as ${how}(select * from ${a.sql} t${where(writer, a, "t")}) select * from c join ${b.sql} b on b.${integers(writer, b)} = c.${name}`,
    () =>
      `with recursive r(n, depth) as (select t.${name}, 0 from ${a.sql} t${where(writer, a, "t")} union all select b.${integers(writer, b)}, depth + 1 from ${b.sql} b join r on b.${integers(writer, b)} = r.n where depth < 3) select * from r`,
    () =>
      `with c(x) as (select t.${name} from ${a.sql} t), d as (select x from c where x = ${operand(writer, "integer", "4")}) select * from d, c`,
    () =>
      `with gone as (delete from ${table(writer, ["table"]).sql} where false returning *) select count(*) from gone`,
  ])();
}

function lateral(writer: Writer): string {
  const [a, b] = [table(writer), table(writer)];
  return `select * from ${a.sql} a cross join lateral (select b.* from ${b.sql} b where b.${integers(writer, b)} = a.${integers(writer, a)}${orderBy(writer, b, "b")}) l${where(writer, a, "a")}`;
}

function setOperation(writer: Writer): string {
  const { random } = writer;
  const [a, b] = [table(writer), table(writer)];
  const operator = random.pick(["union", "union all", "intersect", "except", "except all"]);
  const tail = random.chance(0.5) ? ` order by 1 limit ${operand(writer, "bigint", "5")}` : "";
  return `(select a.${integers(writer, a)} from ${a.sql} a${where(writer, a, "a")}) ${operator} select b.${integers(writer, b)} from ${b.sql} b${where(writer, b, "b")}${tail}`;
}

function subquery(writer: Writer): string {
  const { random } = writer;
  const [a, b] = [table(writer), table(writer)];
  const [x, y] = [integers(writer, a), integers(writer, b)];
  return random.pick([
    () =>
      `select * from ${a.sql} a where exists (select from ${b.sql} b where b.${y} = a.${x} and ${condition(writer, b, "b")})`,
    () =>
      `select * from ${a.sql} a where not exists (select 1 from ${b.sql} b where b.${y} = a.${x})${orderBy(writer, a, "a")}`,
    () =>
      `select * from ${a.sql} a where a.${x} in (select b.${y} from ${b.sql} b${where(writer, b, "b")})`,
    () => `select * from ${a.sql} a where a.${x} not in (select b.${y} from ${b.sql} b)`,
    () =>
      `select a.*, (select count(*) from ${b.sql} b where b.${y} = a.${x}) from ${a.sql} a${where(writer, a, "a")}`,
    () =>
      `select * from ${a.sql} a where a.${x} > all (select b.${y} from ${b.sql} b${where(writer, b, "b")})`,
    () =>
      `select * from ${a.sql} a where a.${x} = (select max(b.${y}) from ${b.sql} b${where(writer, b, "b")})`,
    () => `select array(select b.${y} from ${b.sql} b${where(writer, b, "b")} limit 3)`,
    () =>
      `select * from (select a.${x} as k, count(*) from ${a.sql} a group by 1) s where k = ${operand(writer, "integer", "7")}`,
  ])();
}

function special(writer: Writer): string {
  const { random, database } = writer;
  const t = table(writer);
  const stored = table(writer, ["table"]);
  const x = integers(writer, t);
  const ordered = column(writer, t, isOrdered);
  const empty = database.tables.find(({ columns }) => columns.length === 0) ?? t;
  return random.pick([
    () => `select * from ${stored.sql} t${where(writer, stored, "t")} for update skip locked`,
    () =>
      `select * from ${stored.sql} t${where(writer, stored, "t")}${orderBy(writer, stored, "t")} for no key update of t`,
    () => `select * from only ${stored.sql} t${where(writer, stored, "t")}`,
    () => `select * from ${stored.sql} t tablesample system (10)${where(writer, stored, "t")}`,
    () =>
      `select * from ${stored.sql} tablesample bernoulli (${operand(writer, "real", "5")}) repeatable (1)`,
    () =>
      `select * from (values (1, 'a'), (${operand(writer, "integer", "2")}, 'b')) v(n, s) join ${t.sql} t on t.${x} = v.n`,
    () => `values (1), (${operand(writer, "integer", "2")})`,
    () =>
      `select * from generate_series(1, ${operand(writer, "integer", "9")}) g join ${t.sql} t on t.${x} = g`,
    () =>
      `select * from unnest(${operand(writer, "integer[]", "{1,2}")}) with ordinality u(n, o) left join ${t.sql} t on t.${x} = u.n`,
    () => `select * from rows from (generate_series(1, 3), unnest(array['a'])) r(a, b)`,
    () =>
      `select * from ${t.sql} t where (t.${x}, t.${ordered.sql}) > (${operand(writer, "integer", "3")}, ${own(writer, ordered.type)})${orderBy(writer, t, "t")}`,
    () =>
      `select * from ${t.sql} t where row(t.${x}, t.${ordered.sql}) = row(${operand(writer, "integer", "3")}, ${own(writer, ordered.type)})`,
    () =>
      `select * from ${t.sql} t where public.double_it(t.${x}) = ${operand(writer, "integer", "3")}`,
    () =>
      `select * from ${t.sql} t where digest(t.${x}::text, 'sha256') = ${operand(writer, "bytea", "\\x00")}`,
    () => `select * from ${t.sql} t where t.ctid = ${operand(writer, "tid", "(0,1)")}`,
    () => `select * from ${t.sql} t where t is not null and t.* is not null limit 1`,
    () =>
      `select row_to_json(t), t::text from ${t.sql} t where t.tableoid::regclass::text = ${operand(writer, "text", "x")}`,
    () => `select count(*) from ${empty.sql}`,
    () =>
      `select ${operand(writer, "integer", "1")}, ${operand(writer, "text", "a")} || 'b', now()`,
    () => `select * from ${t.sql} natural join ${t.sql} u`,
    () =>
      `select * from (${t.sql} t cross join ${stored.sql} s) where t.${x} = ${operand(writer, "integer", "3")}`,
    () =>
      `select * from ${t.sql} as "Alias"("First", "Second") where "First" = ${operand(writer, "integer", "3")} order by "Second"`,
    () =>
      `select case when ${condition(writer, t, "t")} then ${operand(writer, "integer", "1")} else 0 end as k, sum(t.${x}) from ${t.sql} t group by 1 order by 2 desc`,
    () => `table ${t.sql}`,
    () =>
      `select * from ${t.sql} t where t.${x} = any (array(select ${operand(writer, "integer", "3")}))`,
    () =>
      `select * from ${t.sql} t where t.${x} = ${operand(writer, "integer", "3")} fetch first 3 rows with ties`.replace(
        " fetch",
        ` order by t.${x} fetch`,
      ),
  ])();
}

function written(writer: Writer): string {
  const { random } = writer;
  const t = table(writer, ["table"]);
  const s = table(writer);
  const c = random.pick(t.columns.filter((each) => !each.generated));
  const [x, y] = [integers(writer, t), integers(writer, s)];
  const names = t.columns.filter((each) => !each.generated);
  const values = (): string => names.map(({ type }) => own(writer, type)).join(", ");
  const list = names.map(({ sql }) => sql).join(", ");
  const conflict = (): string =>
    t.key.length === 0
      ? " on conflict do nothing"
      : ` on conflict (${t.key.join(", ")}) do update set ${c.sql} = excluded.${c.sql}${where(writer, t, t.name)}`;
  return random.pick([
    () => `insert into ${t.sql} (${list}) values (${values()})`,
    () =>
      `insert into ${t.sql} (${list}) values (${values()}), (${values()})${conflict()} returning *`,
    () => `insert into ${t.sql} (${x}) select s.${y} from ${s.sql} s${where(writer, s, "s")}`,
    () => `insert into ${t.sql} default values`,
    () => `update ${t.sql} t set ${c.sql} = ${own(writer, c.type)}${where(writer, t, "t")}`,
    () =>
      `update ${t.sql} t set ${c.sql} = default from ${s.sql} s where s.${y} = t.${x} and ${condition(writer, s, "s")}`,
    () =>
      `update ${t.sql} t set (${x}) = row(${operand(writer, "integer", "1")})${where(writer, t, "t")} returning t.*`,
    () =>
      `update ${t.sql} set ${x} = (select max(s.${y}) from ${s.sql} s) where ${x} = ${operand(writer, "integer", "2")}`,
    () => `delete from ${t.sql} t${where(writer, t, "t")}`,
    () =>
      `delete from ${t.sql} t using ${s.sql} s where s.${y} = t.${x} and ${condition(writer, s, "s")}`,
    () => `delete from only ${t.sql} where ${x} in (select s.${y} from ${s.sql} s) returning ${x}`,
    () =>
      `merge into ${t.sql} t using ${s.sql} s on s.${y} = t.${x} when matched and t.${x} > 3 then delete when matched then update set ${c.sql} = ${own(writer, c.type)} when not matched then insert (${x}) values (s.${y})`,
    () =>
      `merge into ${t.sql} t using (values (${operand(writer, "integer", "1")})) v(n) on t.${x} = v.n when not matched then do nothing when matched then update set ${x} = v.n`,
  ])();
}

const STATEMENTS: readonly ((writer: Writer) => string)[] = [
  plain,
  plain,
  plain,
  plain,
  bare,
  join,
  join,
  joinOfThree,
  selfJoin,
  grouped,
  distinct,
  windowed,
  commonTables,
  lateral,
  setOperation,
  subquery,
  subquery,
  special,
  special,
  special,
  written,
  written,
  written,
];
