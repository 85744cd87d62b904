import type { Catalog } from "../catalog/catalog.ts";
import type { ParsedQuery } from "../engine.ts";
import type { Statement } from "../workload/statement.ts";
import { catalogNames } from "./describe/catalog-names.ts";
import { describeStatement } from "./describe-statement.ts";
import { optimizerHints } from "./optimizer-hints.ts";
import { quoteIdent } from "./quote-ident.ts";
import { statementKey } from "./statement-fingerprint.ts";
import { sampler, withoutConstants } from "./statement-text.ts";
import { parseStatement } from "./syntax/parse-statement.ts";
import type { SyntaxTree } from "./syntax/tree.ts";
import { statementTokens, type Token } from "./tokens.ts";

/** Words that statements with a plan begin with, and what those are. */
const KINDS: Readonly<Record<string, Statement["kind"]>> = {
  SELECT: "select",
  "(": "select",
  WITH: "select",
  TABLE: "select",
  VALUES: "select",
  INSERT: "insert",
  REPLACE: "insert",
  UPDATE: "update",
  DELETE: "delete",
};

/** Words before a number of rows. */
const COUNTS: ReadonlySet<string> = new Set(["LIMIT", "OFFSET"]);

const NOTHING: Pick<Statement, "tables" | "unresolved"> = { tables: [], unresolved: [] };

/** A statement that the parser can't read, as far as its tables are named; `null` for one that no server would plan. */
export function namedTables(sql: string): ParsedQuery | null {
  const all = statementTokens(sql);
  const [first] = all;
  const kind = first === undefined ? undefined : KINDS[first.value];
  if (first === undefined || kind === undefined) return null;
  const placeholders = all.flatMap((token, at) =>
    token.text === "?" ? [{ ...token, count: COUNTS.has(all[at - 1]?.value ?? "") }] : [],
  );
  return {
    kind: "query",
    fingerprint: statementKey(sql.slice(first.start)),
    normalized: withoutConstants(sql),
    describe(catalog) {
      const tree = readsAll(namesOf(all, catalog));
      const read = tree === null ? NOTHING : describeStatement(tree, catalog, optimizerHints(sql));
      return { kind, tables: read.tables, unresolved: read.unresolved, tablesOnly: true };
    },
    sample: sampler(sql, { placeholders, tokens: all }),
  };
}

/** Names of the catalog's tables and views that stand in the text, as SQL. A column of a table's name counts for it. */
function namesOf(all: readonly Token[], catalog: Catalog): readonly string[] {
  const { find } = catalogNames(catalog);
  const isKnown = (schema: string | null, name: string): boolean =>
    ["table", "view"].includes(find(schema, name).kind);
  const names = all.flatMap((token, at): readonly string[] => {
    if (!isName(token) || all[at - 1]?.text === ".") return [];
    const [dot, part] = [all[at + 1], all[at + 2]];
    if (dot?.text === "." && isName(part) && isKnown(nameOf(token), nameOf(part)))
      return [`${quoteIdent(nameOf(token))}.${quoteIdent(nameOf(part))}`];
    return isKnown(null, nameOf(token)) ? [quoteIdent(nameOf(token))] : [];
  });
  return [...new Set(names)];
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === "word" || token?.kind === "name";
}

function nameOf({ kind, text, value }: Token): string {
  return kind === "name" ? value : text;
}

/** A query of every row of the tables: what their names alone say. */
function readsAll(names: readonly string[]): SyntaxTree | null {
  return names.length === 0
    ? null
    : (parseStatement(`SELECT * FROM ${names.join(", ")}`)?.tree ?? null);
}
