import { parseSync } from "libpg-query";
import { type SqlToken, sqlTokens } from "../sql-tokens.ts";

/** Types that a constant may have had, the likeliest first. */
const TYPES: readonly string[] = [
  "integer",
  "text",
  "timestamptz",
  "interval",
  "date",
  "numeric",
  "integer[]",
  "text[]",
];

/** A function or operator that is missing, ambiguous or of the wrong type, and a type that can't be told. */
const TYPE_ERRORS: ReadonlySet<unknown> = new Set(["42883", "42725", "42P18", "42804"]);

/** Texts that are tried for one statement. */
const MAX_ATTEMPTS = 200;

/**
 * Says the types of parameters that PostgreSQL can't tell: `sum(case when a = $1 then $2 else $3 end)` was written with
 * numbers, and as parameters they would be text. Where the statement fails, types are tried until it gets further.
 * @param attempt plans a text: resolves to `null`, or to the error
 * @returns the text with casts that can be planned; `null` where none helps
 */
export async function typeParameters(
  sql: string,
  error: unknown,
  attempt: (sql: string) => Promise<unknown>,
): Promise<string | null> {
  let attempts = 0;
  const solve = async (
    text: string,
    failure: Failure | null,
    passed: ReadonlySet<number>,
  ): Promise<string | null> => {
    if (failure === null || passed.has(failure.token)) return null;
    const tree: unknown = parseSync(text);
    const here = valuesOf(nodeAt(tree, failure.location)).map(parameterNumber);
    for (const types of [...assignments(here), ...assignments(bareParameters(tree))]) {
      attempts += 1;
      if (attempts > MAX_ATTEMPTS) return null;
      const typed = withTypes(text, types);
      const next = await attempt(typed);
      if (next === null) return typed;
      const further = await solve(
        typed,
        failureOf(typed, next),
        new Set([...passed, failure.token]),
      );
      if (further !== null) return further;
    }
    return null;
  };
  return solve(sql, failureOf(sql, error), new Set());
}

interface Failure {
  /** Offset in bytes, as the parse tree counts. */
  readonly location: number;
  /** Number of the token there, casts of parameters not counted: the same in every text of a statement. */
  readonly token: number;
}

/** One type for all; for two parameters also every pair of types. */
function assignments(parameters: readonly number[]): readonly ReadonlyMap<number, string>[] {
  const [first, second, ...more] = new Set(parameters);
  if (first === undefined) return [];
  const same = TYPES.map((type) => new Map(parameters.map((number) => [number, type])));
  if (second === undefined || more.length > 0) return same;
  const pairs = TYPES.flatMap((a) =>
    TYPES.filter((b) => b !== a).map(
      (b) =>
        new Map([
          [first, a],
          [second, b],
        ]),
    ),
  );
  return [...same, ...pairs];
}

function failureOf(sql: string, error: unknown): Failure | null {
  if (!(error instanceof Error) || !TYPE_ERRORS.has(Reflect.get(error, "code"))) return null;
  const position = Number(Reflect.get(error, "position"));
  if (!Number.isInteger(position) || position < 1) return null;
  const before = Array.from(sql)
    .slice(0, position - 1)
    .join("");
  const tokens = sqlTokens(sql);
  let token = 0;
  for (const [at, { start }] of tokens.entries()) {
    if (start >= before.length) break;
    if (!isCast(tokens, at)) token += 1;
  }
  return { location: Buffer.byteLength(before), token };
}

/** Whether the token belongs to a cast of a parameter: its type is one word, perhaps with brackets. */
function isCast(tokens: readonly SqlToken[], at: number): boolean {
  const bracket = tokens[at]?.text === "[" || tokens[at]?.text === "]";
  return (bracket ? [3, 4] : [1, 2]).some(
    (back) => tokens[at - back]?.kind === "parameter" && tokens[at - back + 1]?.text === "::",
  );
}

function withTypes(sql: string, types: ReadonlyMap<number, string>): string {
  const tokens = sqlTokens(sql);
  let text = "";
  let done = 0;
  for (const [at, token] of tokens.entries()) {
    const type = token.kind === "parameter" ? types.get(Number(token.text.slice(1))) : undefined;
    if (type === undefined || tokens[at + 1]?.text === "::") continue;
    text += `${sql.slice(done, token.end)}::${type}`;
    done = token.end;
  }
  return text + sql.slice(done);
}

function entries(node: unknown): readonly (readonly [string, unknown])[] {
  return typeof node === "object" && node !== null ? Object.entries(node) : [];
}

/** The expression that the tree places there. */
function nodeAt(tree: unknown, location: number): unknown {
  for (const [kind, inner] of entries(tree)) {
    const isNode =
      /^[A-Z]/.test(kind) && Number(Reflect.get(Object(inner), "location")) === location;
    if (isNode && kind !== "ParamRef" && kind !== "ColumnRef") return { [kind]: inner };
    const below = nodeAt(inner, location);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Where the value of each kind of expression comes from. */
const VALUE_PARTS: Readonly<Record<string, readonly string[]>> = {
  A_Expr: ["lexpr", "rexpr"],
  FuncCall: ["args"],
  CaseExpr: ["args", "defresult"],
  CaseWhen: ["result"],
  CoalesceExpr: ["args"],
  MinMaxExpr: ["args"],
  List: ["items"],
  RowExpr: ["args"],
};

/** The parameters, of no stated type, that an expression takes its value from. */
function valuesOf(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node.flatMap(valuesOf);
  return entries(node).flatMap(([kind, inner]) =>
    kind === "ParamRef"
      ? [inner]
      : (VALUE_PARTS[kind] ?? []).flatMap((part) => valuesOf(Reflect.get(Object(inner), part))),
  );
}

function parameterNumber(parameter: unknown): number {
  return Number(Reflect.get(Object(parameter), "number"));
}

/** Parameters that stand alone in a select list or in VALUES: what uses these columns elsewhere takes them for text. */
function bareParameters(tree: unknown): readonly number[] {
  const bare = new Set<number>();
  const visit = (node: unknown): void => {
    for (const [kind, inner] of entries(node)) {
      if (["SelectStmt", "larg", "rarg"].includes(kind)) {
        for (const part of ["targetList", "valuesLists"]) collect(Reflect.get(Object(inner), part));
      }
      visit(inner);
    }
  };
  const collect = (items: unknown): void => {
    if (!Array.isArray(items)) return;
    for (const item of items as readonly unknown[]) {
      const value: unknown = Reflect.get(Object(item), "ResTarget");
      const values = value === undefined ? item : Reflect.get(Object(value), "val");
      for (const parameter of valuesOf(values)) bare.add(parameterNumber(parameter));
    }
  };
  visit(tree);
  return [...bare];
}
