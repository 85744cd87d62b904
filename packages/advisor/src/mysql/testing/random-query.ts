import type { Random } from "../../random-database/random.ts";

/** Columns of `shopCatalog` that the queries are about, by kind. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, "number" | "text" | "time">>>> = {
  customers: { id: "number", email: "text", name: "text", country: "text", active: "number" },
  orders: {
    id: "number",
    customer_id: "number",
    total: "number",
    placed_at: "time",
    external_id: "text",
  },
  items: { id: "number", order_id: "number", product_id: "number", quantity: "number" },
  categories: { id: "number", parent_id: "number", name: "text" },
};

interface Writer {
  readonly random: Random;
  /** Tables by alias, in every query of the statement. */
  readonly aliases: Map<string, string>;
}

interface Column {
  readonly text: string;
  readonly kind: "number" | "text" | "time";
}

/** A query with tables under aliases that are each used once, as an application may send it. */
export function randomQuery(random: Random): {
  readonly sql: string;
  readonly aliases: ReadonlyMap<string, string>;
} {
  const writer: Writer = { random, aliases: new Map() };
  const sql = random.pick([select, select, select, derived, commonTable, union])(writer);
  return { sql, aliases: writer.aliases };
}

function newAlias({ random, aliases }: Writer): string {
  const alias = `a${aliases.size + 1}`;
  aliases.set(alias, random.pick(Object.keys(COLUMNS)));
  return alias;
}

function columnOf({ random, aliases }: Writer, alias: string, kind?: Column["kind"]): Column {
  const columns = Object.entries(COLUMNS[aliases.get(alias) ?? ""] ?? {});
  const fitting = columns.filter(([, candidate]) => kind === undefined || candidate === kind);
  const [name, found] = random.pick(fitting.length > 0 ? fitting : columns);
  return { text: `${alias}.${random.chance(0.1) ? name.toUpperCase() : name}`, kind: found };
}

const VALUES = {
  number: ["3", "-7", "2.5"],
  text: ["'w'", "'x%'"],
  time: ["'2024-03-03'", "NOW()"],
};

function condition(writer: Writer, aliases: readonly string[], depth = 0): string {
  const { random } = writer;
  const { text, kind } = columnOf(writer, random.pick(aliases));
  const value = random.pick(VALUES[kind]);
  const forms: readonly (() => string)[] = [
    () => `${text} ${random.pick(["=", "<", ">=", "<>", "<=>"])} ${value}`,
    () => `${value} > ${text}`,
    () => `${text} IN (${value}, ${random.pick(VALUES[kind])})`,
    () => `${text} BETWEEN ${value} AND ${random.pick(VALUES[kind])}`,
    () => `${text} IS ${random.pick(["", "NOT "])}NULL`,
    () => `COALESCE(${text}, ${value}) = ${value}`,
    () => `${text} LIKE ${random.pick(["'x%'", "'%x'"])}`,
    () => `NOT (${text} = ${value})`,
  ];
  if (depth > 1) return random.pick(forms)();
  return random.pick([
    ...forms,
    () => `(${condition(writer, aliases, 2)} OR ${condition(writer, aliases, 2)})`,
    () => `NOT (${condition(writer, aliases, 2)} AND ${condition(writer, aliases, 2)})`,
    () => subquery(writer, aliases),
  ])();
}

function subquery(writer: Writer, aliases: readonly string[]): string {
  const { random } = writer;
  const inner = newAlias(writer);
  const outer = columnOf(writer, random.pick(aliases), "number").text;
  const own = columnOf(writer, inner, "number").text;
  const from = `FROM ${writer.aliases.get(inner)} AS ${inner} WHERE ${condition(writer, [inner], 2)}`;
  return random.pick([
    `${outer} IN (SELECT ${own} ${from})`,
    `EXISTS (SELECT 1 ${from} AND ${own} = ${outer})`,
    `${outer} > (SELECT MAX(${own}) ${from})`,
  ]);
}

function tables(writer: Writer): { readonly aliases: readonly string[]; readonly from: string } {
  const { random } = writer;
  const first = newAlias(writer);
  const aliases = [first];
  let from = `${writer.aliases.get(first)} AS ${first}`;
  while (aliases.length < 3 && random.chance(0.4)) {
    const next = newAlias(writer);
    const [one, other] = [columnOf(writer, next, "number"), columnOf(writer, first, "number")];
    from += ` JOIN ${writer.aliases.get(next)} AS ${next} ON ${one.text} = ${other.text}`;
    aliases.push(next);
  }
  return { aliases, from };
}

function select(writer: Writer): string {
  const { random } = writer;
  const { aliases, from } = tables(writer);
  const column = (): string => columnOf(writer, random.pick(aliases)).text;
  const conditions = [condition(writer, aliases), condition(writer, aliases)].join(" AND ");
  const where = random.chance(0.9) ? ` WHERE ${conditions}` : "";
  if (random.chance(0.3)) {
    const key = column();
    return `SELECT ${key} AS k, COUNT(*), MAX(${column()}) FROM ${from}${where} GROUP BY ${key} HAVING COUNT(*) > 1 ORDER BY k`;
  }
  const outputs = [column(), `${column()} AS o`].join(", ");
  const order = random.chance(0.5) ? ` ORDER BY ${random.pick([column(), "o", "1"])} DESC` : "";
  return `SELECT ${outputs} FROM ${from}${where}${order}${random.chance(0.4) ? " LIMIT 5" : ""}`;
}

function derived(writer: Writer): string {
  const inner = newAlias(writer);
  const [one, two] = [columnOf(writer, inner, "number"), columnOf(writer, inner)];
  const limit = writer.random.chance(0.3) ? " LIMIT 9" : "";
  return `SELECT d.p FROM (SELECT ${one.text} AS p, ${two.text} AS q FROM ${writer.aliases.get(inner)} AS ${inner} WHERE ${condition(writer, [inner], 2)}${limit}) d WHERE d.p > 2 AND d.q IS NOT NULL`;
}

function commonTable(writer: Writer): string {
  const inner = newAlias(writer);
  const outer = newAlias(writer);
  const [key, own] = [columnOf(writer, outer, "number"), columnOf(writer, inner, "number")];
  return `WITH c (p) AS (SELECT ${own.text} FROM ${writer.aliases.get(inner)} AS ${inner} WHERE ${condition(writer, [inner], 2)}) SELECT ${columnOf(writer, outer).text} FROM c JOIN ${writer.aliases.get(outer)} AS ${outer} ON ${key.text} = c.p`;
}

function union(writer: Writer): string {
  const branches = [newAlias(writer), newAlias(writer)].map(
    (alias) =>
      `SELECT ${columnOf(writer, alias, "number").text} FROM ${writer.aliases.get(alias)} AS ${alias} WHERE ${condition(writer, [alias], 2)}`,
  );
  return branches.join(writer.random.pick([" UNION ALL ", " UNION "]));
}
