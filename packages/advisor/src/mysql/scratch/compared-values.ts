import type { Table } from "../../catalog/catalog.ts";
import { tableAliases } from "../table-aliases.ts";
import { type Token, tokens } from "../tokens.ts";

/** How a value of a text is used: what it is compared with, and how. */
export interface ComparedValue {
  /** Tokens of the value, first and last: a sign belongs to it. */
  readonly from: number;
  readonly to: number;
  /** As SQL, and without quotes. */
  readonly text: string;
  readonly plain: string;
  readonly placeholder: boolean;
  readonly use: ValueUse;
}

export type ValueUse =
  | {
      readonly kind: "equal" | "below" | "above" | "between-low" | "between-high" | "like";
      readonly columns: readonly ComparedColumn[];
    }
  | { readonly kind: "limit" | "offset" | "other" };

export interface ComparedColumn {
  readonly table: Table;
  readonly column: string;
}

const OPERATORS: Readonly<Record<string, "equal" | "below" | "above" | "like">> = {
  "=": "equal",
  "<=>": "equal",
  "<": "below",
  "<=": "below",
  ">": "above",
  ">=": "above",
  LIKE: "like",
};

const TURNED = { equal: "equal", below: "above", above: "below", like: "like" } as const;

/** Constants and placeholders of a text, in its order. `tables`: those that the query may read. */
export function comparedValues(sql: string, tables: readonly Table[]): readonly ComparedValue[] {
  const all = tokens(sql);
  const aliases = tableAliases(sql, tables);
  const columnsAt = (end: number): readonly ComparedColumn[] => resolve(all, end, aliases, tables);
  const found: ComparedValue[] = [];
  const assigned = assignments(all);
  for (const [at, token] of all.entries()) {
    if (!isValue(token)) continue;
    const signed = ["-", "+"].includes(all[at - 1]?.text ?? "") && !isOperand(all[at - 2]);
    const from = signed ? at - 1 : at;
    found.push({
      from,
      to: at,
      text: sql.slice(all[from]?.start, token.end),
      plain: token.kind === "string" ? token.value : sql.slice(all[from]?.start, token.end),
      placeholder: isPlaceholder(token),
      use:
        at >= assigned.from && at < assigned.to
          ? { kind: "other" }
          : useOf(all, from, at, columnsAt),
    });
  }
  return found;
}

/** Tokens in which `=` gives a column a value: those behind SET, and behind ON DUPLICATE KEY UPDATE. */
function assignments(all: readonly Token[]): { readonly from: number; readonly to: number } {
  const after = (word: string, from: number): number => {
    const at = all.findIndex(
      ({ kind, value }, place) => place >= from && kind === "word" && value === word,
    );
    return at === -1 ? all.length : at;
  };
  switch (all[0]?.value ?? "") {
    case "UPDATE": {
      const from = after("SET", 0);
      return { from, to: after("WHERE", from) };
    }
    case "INSERT":
      return { from: after("DUPLICATE", 0), to: all.length };
    default:
      return { from: all.length, to: all.length };
  }
}

/** The text with some of its values written in other words. */
export function withValues(
  sql: string,
  values: readonly ComparedValue[],
  replace: (value: ComparedValue) => string | null,
): string {
  const all = tokens(sql);
  let text = "";
  let done = 0;
  for (const value of values) {
    const written = replace(value);
    if (written === null) continue;
    text += sql.slice(done, all[value.from]?.start) + written;
    done = all[value.to]?.end ?? done;
  }
  return text + sql.slice(done);
}

function isPlaceholder({ kind, text }: Token): boolean {
  return text === "?" || (kind === "word" && /^\$\d+$/.test(text));
}

function isValue(token: Token): boolean {
  if (token.kind === "number" || isPlaceholder(token)) return true;
  return token.kind === "string" || (token.kind === "word" && /^0x[0-9a-f]+$/i.test(token.text));
}

function isOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return !BEFORE_OPERANDS.has(token.value);
  return token.kind !== "symbol" || token.text === ")";
}

const BEFORE_OPERANDS = new Set(
  "AND BETWEEN BY ELSE IN LIKE LIMIT NOT OFFSET ON OR RETURN SELECT SET THEN VALUES WHEN WHERE".split(
    " ",
  ),
);

function useOf(
  all: readonly Token[],
  from: number,
  to: number,
  columnsAt: (end: number) => readonly ComparedColumn[],
): ValueUse {
  const before = all[from - 1];
  const word = before?.kind === "word" ? before.value : undefined;
  if (word === "LIMIT") return { kind: all[to + 1]?.text === "," ? "offset" : "limit" };
  if (word === "OFFSET") return { kind: "offset" };
  if (before?.text === "," && all[from - 3]?.value === "LIMIT") return { kind: "limit" };
  const operator = OPERATORS[word ?? before?.text ?? ""];
  // What the value is part of decides: `a = 1 + b` compares no constant.
  const alone = !["+", "-", "*", "/", "%", "(", "."].includes(all[to + 1]?.text ?? "");
  if (operator !== undefined && alone) {
    const columns = columnsAt(from - (all[from - 2]?.value === "NOT" ? 3 : 2));
    if (columns.length > 0) return { kind: operator, columns };
  }
  if (word === "BETWEEN") {
    const columns = columnsAt(from - 2);
    if (columns.length > 0) return { kind: "between-low", columns };
  }
  if (word === "AND" && all[from - 3]?.value === "BETWEEN") {
    const columns = columnsAt(from - 4);
    if (columns.length > 0) return { kind: "between-high", columns };
  }
  const listed = listStart(all, from);
  if (listed !== null) {
    const columns = columnsAt(listed - (all[listed - 1]?.value === "NOT" ? 2 : 1));
    if (columns.length > 0) return { kind: "equal", columns };
  }
  // `5 < a`
  const after = OPERATORS[all[to + 1]?.text ?? ""];
  if (after !== undefined && (word !== undefined || before?.text === "(")) {
    const end = nameEnd(all, to + 2);
    const columns = end === null ? [] : columnsAt(end);
    if (columns.length > 0) return { kind: TURNED[after], columns };
  }
  return { kind: "other" };
}

/** Place of the IN before the brackets that a value stands in, with nothing else but values. */
function listStart(all: readonly Token[], at: number): number | null {
  for (let place = at - 1; place >= 0; place -= 1) {
    const token = all[place];
    if (token === undefined) return null;
    if (token.text === "(") return all[place - 1]?.value === "IN" ? place - 1 : null;
    if (token.text !== "," && token.text !== "-" && !isValue(token)) return null;
  }
  return null;
}

function isName(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "name";
}

/** Last token of a name that begins at `at`. */
function nameEnd(all: readonly Token[], at: number): number | null {
  if (!isName(all[at])) return null;
  let end = at;
  while (all[end + 1]?.text === "." && isName(all[end + 2])) end += 2;
  return all[end + 1]?.text === "(" ? null : end;
}

function nameText(token: Token | undefined): string {
  if (token === undefined) return "";
  return token.kind === "name" ? token.value : token.text;
}

/** The columns that a name which ends at `end` can be. */
function resolve(
  all: readonly Token[],
  end: number,
  aliases: ReadonlyMap<string, readonly { readonly schema: string; readonly name: string }[]>,
  tables: readonly Table[],
): readonly ComparedColumn[] {
  if (!isName(all[end])) return [];
  const column = nameText(all[end]).toLowerCase();
  const qualifier = all[end - 1]?.text === "." ? nameText(all[end - 2]).toLowerCase() : null;
  const named = qualifier === null ? undefined : aliases.get(qualifier);
  const among =
    named === undefined
      ? tables
      : tables.filter((table) =>
          named.some(({ schema, name }) => schema === table.schema && name === table.name),
        );
  return among.flatMap((table) => {
    const known = table.columns.find(({ name }) => name.toLowerCase() === column);
    return known === undefined ? [] : [{ table, column: known.name }];
  });
}
