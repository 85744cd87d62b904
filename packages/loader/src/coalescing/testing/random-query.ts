import type { ExpressionBuilder, Kysely, SqlBool } from "kysely";
import type { Random } from "./random.ts";
import type { AnyDatabase } from "./kysely-on.ts";
import type { RandomColumn, RandomTable } from "./random-schema.ts";

type Db = Kysely<AnyDatabase>;
type Eb = ExpressionBuilder<AnyDatabase, string>;

/** A query of one shape: each time it is run it draws other values. */
export interface RandomQuery {
  readonly name: string;
  /** Whether the order of the rows is defined. */
  readonly ordered: boolean;
  draw(random: Random): readonly unknown[];
  run(db: Db, values: readonly unknown[]): Promise<unknown[]>;
}

type Operator = "=" | "<>" | "<" | ">=" | "like" | "in";

/** Values of one column in three, each time others. */
function drawer({ kind }: RandomColumn, count = 1): (random: Random) => unknown[] {
  return (random) =>
    Array.from({ length: count }, () => {
      if (random.once(12)) return null;
      if (kind.odd !== undefined && random.once(3)) return kind.odd(random);
      return kind.value(random);
    });
}

function operatorFor({ kind }: RandomColumn, random: Random): Operator {
  const { type } = kind;
  if (/json|inet/.test(type)) return "=";
  if (type.endsWith("[]")) return random.pick(["=", "<>", "<"]);
  return random.pick(["=", "=", "<>", "<", ">=", "in"]);
}

function condition(
  eb: Eb,
  reference: string,
  operator: Operator,
  values: readonly unknown[],
): ReturnType<Eb> {
  if (operator === "in") return eb(reference, "in", values);
  // By itself Kysely writes an array as a list of values.
  const [value] = values;
  return eb(reference, operator, Array.isArray(value) ? eb.val(value) : value);
}

type Form = (tables: readonly RandomTable[], random: Random) => RandomQuery;

/** A condition on a random column, with what draws its values. */
function randomCondition(
  table: RandomTable,
  random: Random,
): {
  readonly column: RandomColumn;
  readonly name: string;
  readonly draw: (random: Random) => unknown[];
  readonly on: (eb: Eb, values: readonly unknown[], alias?: string) => ReturnType<Eb>;
} {
  const column = random.pick(table.columns);
  const operator = operatorFor(column, random);
  return {
    column,
    name: `${table.name}.${column.name} (${column.kind.type}) ${operator}`,
    draw: drawer(column, operator === "in" ? 3 : 1),
    on: (eb, values, alias = table.name) =>
      condition(eb, `${alias}.${column.name}`, operator, values),
  };
}

const plainColumn = ({ columns }: RandomTable, random: Random): string =>
  random.pick(columns.filter(({ kind }) => kind.plain)).name;

/** Forms that every engine understands. */
const FORMS: readonly Form[] = [
  function filtered(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    return {
      name: `all where ${name}`,
      ordered: false,
      draw,
      run: (db, values) =>
        db
          .selectFrom(table.name)
          .selectAll()
          .where((eb) => on(eb, values))
          .execute(),
    };
  },
  function sorted(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const by = plainColumn(table, random);
    const limited = random.once(2);
    return {
      name: `where ${name} order by ${by}${limited ? " limit offset" : ""}`,
      ordered: true,
      draw: (chance) => [chance.below(6), chance.below(3), ...draw(chance)],
      run: (db, [limit, offset, ...values]) =>
        db
          .selectFrom(table.name)
          .select(["id", by, ...table.columns.map((column) => column.name)])
          .where((eb) => eb.or([on(eb, values), eb("parent", "=", 7)]))
          .orderBy(by, "desc")
          .orderBy("id")
          .$if(limited, (query) => query.limit(Number(limit)).offset(Number(offset)))
          .execute(),
    };
  },
  function joined(tables, random) {
    const one = random.pick(tables);
    const other = random.pick(tables);
    const { name, draw, on } = randomCondition(one, random);
    const left = random.once(2);
    return {
      name: `${left ? "left" : "inner"} join, duplicate names, where ${name}`,
      ordered: true,
      draw: (chance) => [chance.below(4), ...draw(chance)],
      run: (db, [least, ...values]) => {
        const from = db.selectFrom(`${one.name} as a`);
        const join = left
          ? from.leftJoin(`${other.name} as b`, (on2) =>
              on2.onRef("b.id", "=", "a.parent").on("b.id", ">", least),
            )
          : from.innerJoin(`${other.name} as b`, "b.id", "a.parent");
        return join
          .selectAll()
          .where((eb) => eb.and([on(eb as Eb, values, "a"), eb("a.id", ">", least)]))
          .orderBy("a.id")
          .execute();
      },
    };
  },
  function grouped(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const least = plainColumn(table, random);
    const sums = table.columns.filter(({ kind }) => kind.sum === true).map((one) => one.name);
    return {
      name: `group by, min(${least}), where ${name}`,
      ordered: false,
      draw: (chance) => [chance.below(3), ...draw(chance)],
      run: (db, [more, ...values]) =>
        db
          .selectFrom(table.name)
          .select(({ fn }) => [
            "parent",
            fn.countAll().as("all"),
            fn.count(least).distinct().as("distinct"),
            fn("min", [least]).as("least"),
            ...sums.map((sum) => fn.sum(sum).as(`sum ${sum}`)),
            ...sums.map((sum) => fn.avg(sum).as(`avg ${sum}`)),
          ])
          .where((eb) => on(eb, values))
          .groupBy("parent")
          .having(({ fn }) => fn.countAll(), ">", more)
          .execute(),
    };
  },
  function totals(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const most = plainColumn(table, random);
    return {
      name: `count and max(${most}) where ${name}`,
      ordered: false,
      draw,
      run: (db, values) =>
        db
          .selectFrom(table.name)
          .select(({ fn }) => [fn.countAll().as("n"), fn("max", [most]).as("most")])
          .where((eb) => on(eb, values))
          .execute(),
    };
  },
  function nested(tables, random) {
    const one = random.pick(tables);
    const other = random.pick(tables);
    const { name, draw, on } = randomCondition(other, random);
    return {
      name: `exists and a scalar subquery where ${name}`,
      ordered: true,
      draw: (chance) => [1 + chance.below(40), ...draw(chance)],
      run: (db, [id, ...values]) =>
        db
          .selectFrom(`${one.name} as a`)
          .select((eb) => [
            "a.id",
            eb
              .selectFrom(`${other.name} as b`)
              .select(({ fn }) => fn.countAll().as("n"))
              .where((eb2) => on(eb2 as Eb, values, "b"))
              .as("counted"),
          ])
          .where((eb) =>
            eb.or([
              eb("a.id", "=", id),
              eb.exists(
                eb
                  .selectFrom(`${other.name} as b`)
                  .select("b.id")
                  .whereRef("b.id", "=", "a.parent")
                  .where((eb2) => on(eb2 as Eb, values, "b")),
              ),
              eb(
                "a.id",
                "in",
                eb
                  .selectFrom(`${other.name} as c`)
                  .select("c.parent")
                  .where((eb2) => on(eb2 as Eb, values, "c")),
              ),
            ]),
          )
          .orderBy("a.id")
          .execute(),
    };
  },
  function withTable(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    return {
      name: `with chosen as (where ${name})`,
      ordered: true,
      draw: (chance) => [chance.below(20), ...draw(chance)],
      run: (db, [id, ...values]) =>
        db
          .with("chosen", (of) =>
            of
              .selectFrom(table.name)
              .selectAll()
              .where((eb) => on(eb, values)),
          )
          .selectFrom("chosen")
          .selectAll()
          .where("id", ">", id as never)
          .orderBy("id")
          .execute(),
    };
  },
  function distinct(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const column = plainColumn(table, random);
    return {
      name: `distinct parent, count of ${column} where ${name}`,
      ordered: false,
      draw,
      run: (db, values) =>
        db
          .selectFrom(table.name)
          .select("parent")
          .distinct()
          .where((eb) => eb.and([on(eb, values), eb(column, "is not", null)]))
          .execute(),
    };
  },
  function united(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const column = plainColumn(table, random);
    return {
      name: `union all of two, ${column}, where ${name}`,
      ordered: false,
      draw: (chance) => [chance.below(40), ...draw(chance)],
      run: (db, [id, ...values]) =>
        db
          .selectFrom(table.name)
          .select(["id", column])
          .where((eb) => on(eb, values))
          .unionAll(db.selectFrom(table.name).select(["id", column]).where("id", "=", id))
          .execute(),
    };
  },
  function cases(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    return {
      name: `case when ${name}`,
      ordered: true,
      draw: (chance) => [chance.below(40), ...draw(chance)],
      run: (db, [id, ...values]) =>
        db
          .selectFrom(table.name)
          .select((eb) => [
            "id",
            eb
              .case()
              .when(on(eb, values) as unknown as ReturnType<typeof eb.and> & SqlBool)
              .then(eb.lit(1))
              .else(eb.lit(0))
              .end()
              .as("matches"),
          ])
          .where("id", ">", id)
          .orderBy("id")
          .execute(),
    };
  },
  function windowed(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    const by = plainColumn(table, random);
    return {
      name: `row_number() and lag() over (order by ${by}) where ${name}`,
      ordered: true,
      draw,
      run: (db, values) =>
        db
          .selectFrom(table.name)
          .select(({ fn }) => [
            "id",
            fn
              .agg<number>("row_number")
              .over((over) => over.partitionBy("parent").orderBy(by).orderBy("id"))
              .as("place"),
            fn
              .agg("lag", [by])
              .over((over) => over.orderBy("id"))
              .as("before"),
          ])
          .where((eb) => on(eb, values))
          .orderBy("id")
          .execute(),
    };
  },
];

/** Forms of PostgreSQL alone. */
const POSTGRES_FORMS: readonly Form[] = [
  function valueInColumn(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    return {
      name: `values as columns where ${name}`,
      ordered: true,
      draw: (chance) => [
        chance.pick([1, 20, null, "7"]),
        chance.pick(["ä", null, "", "{}", 'q"\\']),
        chance.pick([[1, 2], [], null, [null], "{3}"]),
        ...draw(chance),
      ],
      run: (db, [number, word, list, ...values]) =>
        db
          .selectFrom(table.name)
          .select((eb) => [
            "id",
            eb.cast(eb.val(number), "integer").as("number"),
            eb(eb.cast(eb.val(word), "text"), "||", eb.cast("id", "text")).as("word"),
            eb.cast(eb.val(list), "int4[]" as "int4").as("list"),
          ])
          .where((eb) => on(eb, values))
          .orderBy("id")
          .execute(),
    };
  },
  function distinctOn(tables, random) {
    const table = random.pick(tables);
    const { name, draw, on } = randomCondition(table, random);
    return {
      name: `distinct on (parent) where ${name}`,
      ordered: true,
      draw,
      run: (db, values) =>
        db
          .selectFrom(table.name)
          .selectAll()
          .distinctOn("parent")
          .where((eb) => on(eb, values))
          .orderBy("parent")
          .orderBy("id", "desc")
          .execute(),
    };
  },
  function lateral(tables, random) {
    const one = random.pick(tables);
    const other = random.pick(tables);
    const { name, draw, on } = randomCondition(other, random);
    return {
      name: `lateral join with limit where ${name}`,
      ordered: true,
      draw: (chance) => [chance.below(3), ...draw(chance)],
      run: (db, [limit, ...values]) =>
        db
          .selectFrom(`${one.name} as a`)
          .leftJoinLateral(
            (eb) =>
              eb
                .selectFrom(`${other.name} as b`)
                .select(["b.id as other", "b.parent as other parent"])
                .whereRef("b.parent", "=", "a.id")
                .where((eb2) => on(eb2 as unknown as Eb, values, "b"))
                .orderBy("b.id")
                .limit(Number(limit))
                .as("found"),
            (join) => join.onTrue(),
          )
          .selectAll()
          .orderBy("a.id")
          .orderBy("found.other")
          .execute(),
    };
  },
];

/** Forms whose values only MySQL and MariaDB compare without an error. */
const MYSQL_FORMS: readonly Form[] = [
  function points(tables, random) {
    const table = random.pick(tables);
    const whole = table.columns.filter(({ kind }) => /^[a-z]*int\b/.test(kind.type));
    const keys = [random.pick(["id", "parent"])];
    if (whole.length > 0 && random.once(2)) keys.push(random.pick(whole).name);
    if (random.once(5)) keys.push("parent");
    const filled = random.once(3) ? plainColumn(table, random) : undefined;
    const aliased = random.once(2);
    const odd = random.once(4);
    const qualified = random.once(2);
    const from = aliased ? `${table.name} as a` : table.name;
    const columns = ["id", ...table.columns.map(({ name }) => name), "id as again"];
    return {
      name: `all where ${keys.join(" and ")} =${odd ? ", odd values" : ""}`,
      ordered: false,
      draw: (chance) =>
        keys.map((key, index) => {
          const kind = table.columns.find(({ name }) => name === key)?.kind;
          if (odd && chance.once(6)) return chance.pick([null, "7", 2.5, -1, 2n ** 64n, true]);
          if (chance.once(6)) return chance.pick([-1, 0, 3n, 2n ** 53n + 1n, 2n ** 63n - 1n]);
          const value = index === 0 || kind === undefined ? undefined : kind.value(chance);
          return typeof value === "string" ? BigInt(value) : (value ?? 1 + chance.below(44));
        }),
      run: (db, values) => {
        const all = db.selectFrom(from);
        return (qualified && !aliased ? all.selectAll(table.name) : all.selectAll())
          .$if(aliased, (query) => query.clearSelect().select(columns))
          .where((eb) => eb.and(keys.map((key, index) => eb(key, "=", values[index]))))
          .$if(filled !== undefined, (query) =>
            query.where((eb) =>
              eb.or([eb(filled ?? "", "is not", null), eb("id", "in", [eb.lit(3), eb.lit(4)])]),
            ),
          )
          .execute();
      },
    };
  },
];

const ALL_FORMS: Readonly<Record<"postgres" | "mysql" | "mariadb", readonly Form[]>> = {
  postgres: [...FORMS, ...POSTGRES_FORMS],
  mysql: [...FORMS, ...MYSQL_FORMS],
  mariadb: [...FORMS, ...MYSQL_FORMS],
};

/** A query of a random form. */
export function randomQuery(
  engine: keyof typeof ALL_FORMS,
  tables: readonly RandomTable[],
  random: Random,
): RandomQuery {
  return random.pick(ALL_FORMS[engine])(tables, random);
}
