import { quoteIdent } from "../quote-ident.ts";
import { type Token, tokens } from "../tokens.ts";

/** A `CREATE TABLE` statement of the server, in the parts in which a table can be made and filled quickly. */
export interface TableParts {
  /** Makes the table: columns, primary and unique keys, options, partitions. */
  readonly create: string;
  /** Keys that only slow the filling down, each as what follows ADD in ALTER TABLE: ``KEY `a` (`b`)``. */
  readonly keys: readonly string[];
}

/**
 * Takes a server's `CREATE TABLE` apart. Foreign keys and checks are left out: rows that are made up keep neither. `name` is
 * the table's new name, quoted where needed. Throws for a text that is none.
 */
export function tableParts(definition: string, name: string): TableParts {
  const all = tokens(definition);
  const open = all.findIndex(({ text }) => text === "(");
  const close = closing(all, open);
  const [first, last] = [all[open], all[close]];
  if (all[0]?.value !== "CREATE" || first === undefined || last === undefined)
    throw new Error("its definition can't be read");
  const items = topLevelItems(all.slice(open + 1, close + 1)).map(({ item, end }) => ({
    // Up to the comma: the end of a comment that servers execute is no token.
    text: definition.slice(item[0]?.start, end).trimEnd(),
    kind: kindOf(item),
    columns: item,
  }));
  // The column that counts up needs its key from the start.
  const counter = items.find(({ columns }) => columns.some(isWord("AUTO_INCREMENT")))?.columns[0];
  const isLater = ({ kind, columns }: (typeof items)[number]): boolean =>
    kind === "key" && !(counter !== undefined && firstKeyColumn(columns) === counter.value);
  const kept = items.filter((item) => item.kind !== "constraint" && !isLater(item));
  return {
    create: `CREATE TABLE ${name} (\n${kept.map(({ text }) => text).join(",\n")}\n${definition.slice(last.start)}`,
    keys: items.filter(isLater).map(({ text }) => text),
  };
}

type ItemKind = "column" | "key" | "unique" | "constraint";

function kindOf(item: readonly Token[]): ItemKind {
  const [first, second] = item;
  if (first?.kind === "name") return "column";
  switch (first?.value ?? "") {
    case "PRIMARY":
    case "UNIQUE":
      return "unique";
    case "KEY":
    case "INDEX":
    case "FULLTEXT":
    case "SPATIAL":
    case "VECTOR":
      return "key";
    case "CONSTRAINT":
    case "FOREIGN":
    case "CHECK":
      return "constraint";
    case "PERIOD":
      return second?.kind === "word" ? "unique" : "column";
    default:
      return "column";
  }
}

function firstKeyColumn(item: readonly Token[]): string | undefined {
  const open = item.findIndex(({ text }) => text === "(");
  return item[open + 1]?.value;
}

function isWord(word: string): (token: Token) => boolean {
  return ({ kind, value }) => kind === "word" && value === word;
}

/** Place of the bracket that closes the one at `open`; -1 without one. */
function closing(all: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = Math.max(open, 0); at < all.length; at += 1) {
    if (all[at]?.text === "(") depth += 1;
    if (all[at]?.text === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

interface Item {
  readonly item: readonly Token[];
  /** Characters before the comma or bracket that ends it. */
  readonly end: number;
}

/** What stands between the commas that are in no brackets, up to the bracket that closes them. */
function topLevelItems(all: readonly Token[]): readonly Item[] {
  const items: Item[] = [];
  let item: Token[] = [];
  let depth = 0;
  for (const [at, token] of all.entries()) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if ((depth === 0 && token.text === ",") || at === all.length - 1) {
      if (item.length > 0) items.push({ item, end: token.start });
      item = [];
    } else item.push(token);
  }
  return items;
}

/** A text with the databases of qualified names replaced; `databases` are by their names in the text. */
export function inDatabases(sql: string, databases: ReadonlyMap<string, string>): string {
  const all = tokens(sql);
  let text = "";
  let done = 0;
  for (const [at, token] of all.entries()) {
    const name = token.kind === "word" ? token.text : token.kind === "name" ? token.value : null;
    const database = name === null ? undefined : databases.get(name);
    const isQualifier =
      all[at + 1]?.text === "." && all[at - 1]?.text !== "." && !all[at - 1]?.text.endsWith("@");
    if (database === undefined || !isQualifier) continue;
    text += sql.slice(done, token.start) + quoteIdent(database);
    done = token.end;
  }
  return text + sql.slice(done);
}
