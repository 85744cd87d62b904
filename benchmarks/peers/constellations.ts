import { randomNumbers } from "@dbadvise/testkit";

/** A table with indexes that have much in common, and what is asked of it. */
export interface Constellation {
  readonly table: string;
  readonly statements: readonly string[];
  readonly queries: readonly string[];
}

/** Rows of each table: enough that an index matters. */
const ROWS = 2_000;

const PRIMARY_KEYS = [
  "primary key (id)",
  "primary key (id)",
  "primary key (id)",
  "primary key (a, id)",
  "unique key row_key (id)",
  "",
];

const KEYS = ["a", "a", "a", "b", "b", "c", "d", "d(4)", "e(20)", "e(50)", "e", "n", "id"];

/** `count` tables; the same for the same seed. `hidden`: the product's word for an index that plans may not use. */
export function constellations(
  seed: number,
  count: number,
  hidden: "ignored" | "invisible",
): readonly Constellation[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, at) => constellation(`c${at}`, random, hidden));
}

function constellation(table: string, random: () => number, hidden: string): Constellation {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const chance = (share: number): boolean => random() < share;
  const columnOf = (key: string): string => key.replace(/\(\d+\)| desc/g, "");

  const indexes: {
    readonly name: string;
    readonly kind: string;
    readonly keys: readonly string[];
  }[] = [];
  const lists: (readonly string[])[] = [];
  const most = 3 + Math.floor(random() * 6);
  while (indexes.length < most) {
    const name = `i${indexes.length}`;
    if (chance(0.08)) {
      indexes.push({ name, kind: "fulltext ", keys: pick([["d"], ["d", "e"], ["e", "d"], ["e"]]) });
      continue;
    }
    const known = lists.length > 0 ? pick(lists) : null;
    const keys: string[] = known !== null && chance(0.5) ? [...known] : [];
    // As it is, with one key less, or with more.
    if (keys.length > 1 && chance(0.3)) keys.pop();
    else
      for (
        let left = 1 + Math.floor(random() * 2);
        left > 0 && !(keys.length > 0 && chance(0.4));
        left -= 1
      )
        keys.push(pick(KEYS));
    if (chance(0.2)) keys.push("id");
    const seen = new Set<string>();
    const own = keys.filter((key) => !seen.has(columnOf(key)) && seen.add(columnOf(key)).size > 0);
    if (own.length === 0) continue;
    const turned = own.map((key) =>
      chance(0.07) && !key.includes("(") ? `${key.replace(" desc", "")} desc` : key,
    );
    const isRowKey = own.some((key) => key === "id" || key === "c");
    indexes.push({ name, kind: isRowKey && chance(0.3) ? "unique " : "", keys: turned });
    lists.push(turned);
  }
  const primary = pick(PRIMARY_KEYS);
  const trees = indexes.filter(({ kind }) => kind !== "fulltext ");
  const hide = chance(0.15) ? [pick(trees).name] : [];
  const refers = chance(0.2);
  const statements = [
    `create table ${table} (id int not null, a int not null, b int, c int not null, d varchar(40), e varchar(100), n int${primary === "" ? "" : `, ${primary}`})`,
    `insert into ${table} select i, i % 300, i % 40, i, concat('d', i % 500), concat(repeat('e', 12), i), if(i % 90 = 0, i, null) from numbers where i <= ${ROWS}`,
    ...indexes.map(
      ({ name, kind, keys }) => `create ${kind}index ${name} on ${table} (${keys.join(", ")})`,
    ),
    ...(refers
      ? [`alter table ${table} add constraint ${table}_a foreign key (a) references parents (id)`]
      : []),
    ...hide.map((name) => `alter table ${table} alter index ${name} ${hidden}`),
    `analyze table ${table}`,
  ];
  const queries = [`select * from ${table} where c = 17`];
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) {
    const index = pick(trees);
    const columns = index.keys.map(columnOf);
    const [first = "a", second] = columns;
    const one = conditionOn(first, random);
    const shown = hide.includes(index.name) || !chance(0.06) ? "" : ` use index (${index.name})`;
    queries.push(
      pick([
        `select * from ${table}${shown} where ${one}`,
        `select * from ${table}${shown} where ${one} order by id limit 3`,
        `select count(*) from ${table}${shown} where ${one}`,
        `select ${columns.join(", ")} from ${table}${shown} where ${one}`,
        ...(second === undefined
          ? []
          : [
              `select * from ${table}${shown} where ${one} and ${conditionOn(second, random)}`,
              `select * from ${table}${shown} where ${one} order by ${second} limit 5`,
            ]),
      ]),
    );
  }
  return { table, statements, queries: [...new Set(queries)] };
}

function conditionOn(column: string, random: () => number): string {
  const number = 1 + Math.floor(random() * 250);
  switch (column) {
    case "d":
      return `d = 'd${number}'`;
    case "e":
      return `e like '${"e".repeat(12)}${number}%'`;
    case "c":
      return `c between ${number} and ${number + 20}`;
    case "b":
      return `b = ${number % 40}`;
    default:
      return `${column} = ${number}`;
  }
}
