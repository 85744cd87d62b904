import { type Table, type TableName, tableKey } from "../catalog/catalog.ts";
import { type Token, tokens } from "./tokens.ts";

/** Tables by the names that a statement gives them: aliases, and their own. Keys are in lower case. */
export function tableAliases(
  sql: string,
  tables: readonly TableName[],
): ReadonlyMap<string, readonly TableName[]> {
  const found = new Map<string, TableName[]>();
  const add = (alias: string, table: TableName): void => {
    const known = found.get(alias.toLowerCase()) ?? [];
    if (!known.some((one) => tableKey(one) === tableKey(table)))
      found.set(alias.toLowerCase(), [...known, table]);
  };
  const words = tokens(sql);
  for (const [at, token] of words.entries()) {
    if (!isName(token) || words[at + 1]?.text === "." || words[at + 1]?.text === "(") continue;
    const schema = words[at - 1]?.text === "." ? words[at - 2] : undefined;
    const table = tables.find(
      (one) => sameName(token, one.name) && (schema === undefined || sameName(schema, one.schema)),
    );
    if (table === undefined) continue;
    add(table.name, table);
    const next = words[at + 1];
    const alias = next?.kind === "word" && next.value === "AS" ? words[at + 2] : next;
    if (alias !== undefined && isName(alias) && !NO_ALIAS.has(alias.value)) {
      add(alias.kind === "name" ? alias.value : alias.text, table);
    }
  }
  return found;
}

/** What follows a table's name without being an alias. */
const NO_ALIAS = new Set(
  "CROSS FOR FORCE FROM GROUP HAVING IGNORE INNER INTO JOIN LEFT LIMIT LOCK NATURAL ON ORDER PARTITION RIGHT SELECT SET STRAIGHT_JOIN UNION USE USING VALUE VALUES WHERE WINDOW EXCEPT INTERSECT".split(
    " ",
  ),
);

function isName({ kind }: Token): boolean {
  return kind === "word" || kind === "name";
}

function sameName(token: Token, name: string): boolean {
  return (token.kind === "name" ? token.value : token.text).toLowerCase() === name.toLowerCase();
}

/** The table that a plan means: by alias, by the index, or the only one that there is. */
export function resolveAlias(
  alias: string,
  indexes: readonly string[],
  aliases: ReadonlyMap<string, readonly TableName[]>,
  tables: readonly Table[],
): Table | undefined {
  const named = aliases.get(alias.toLowerCase()) ?? [];
  const likely = tables.filter((table) => named.some((one) => tableKey(one) === tableKey(table)));
  const own = tables.filter(({ name }) => name.toLowerCase() === alias.toLowerCase());
  const among = likely.length > 0 ? likely : own;
  return (
    among.find((table) =>
      indexes.every((index) => table.indexes.some(({ name }) => name === index)),
    ) ?? among[0]
  );
}
