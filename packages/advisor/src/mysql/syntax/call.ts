import { parseExpressions, parseOrderItems, parseWindow, skipRest } from "./lists.ts";
import { parseLiteral } from "./literal.ts";
import { expectName, expectWord, skipParentheses, takeAlias } from "./names.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type { Call, Expression, OrderItem, Window } from "./tree.ts";

/** Functions that are called without parentheses. */
export const UNCALLED: ReadonlySet<string> = new Set(
  `CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME
  UTC_TIMESTAMP`.split(/\s+/),
);

/** Their argument is the number of digits, which has to be a constant. */
const TIMES: ReadonlySet<string> = new Set(
  "curtime current_time current_timestamp localtime localtimestamp now sysdate utc_time utc_timestamp".split(
    " ",
  ),
);

interface Arguments {
  readonly args: readonly Expression[];
  readonly form?: string;
  readonly distinct?: boolean;
  readonly orderBy?: readonly OrderItem[];
}

export function parseConstantCall(cursor: TokenCursor): Call {
  const { start } = cursor;
  const name = cursor.next().value.toLowerCase();
  const none = { args: [], distinct: false, orderBy: [], over: null } as const;
  return { kind: "call", name, ...none, start, end: cursor.end };
}

/** Reads a call; the function's name comes next, or its last part where the whole is given. */
export function parseCall(
  cursor: TokenCursor,
  qualified?: string,
  from: number = cursor.start,
): Expression {
  const name = qualified ?? cursor.peek()?.value.toLowerCase() ?? "";
  cursor.next();
  cursor.expect("(");
  if (name === "cast" || name === "convert") return cast(cursor, name, from);
  const inside = ARGUMENTS[name]?.(cursor) ?? generalArguments(cursor, name);
  cursor.expect(")");
  if (cursor.takes("WITHIN", "GROUP")) {
    cursor.expect("(", "ORDER", "BY");
    parseOrderItems(cursor);
    cursor.expect(")");
  }
  const over = overWindow(cursor);
  const { args, form, distinct = false, orderBy = [] } = inside;
  const place = { start: from, end: cursor.end };
  return (
    added(name, args, place) ?? {
      kind: "call",
      name,
      args,
      ...(form !== undefined && { form }),
      distinct,
      orderBy,
      over,
      ...place,
    }
  );
}

/** `DATE_ADD(x, INTERVAL 1 DAY)` is `x + INTERVAL 1 DAY`. */
function added(
  name: string,
  args: readonly Expression[],
  place: { readonly start: number; readonly end: number },
): Expression | null {
  const [left, right] = args;
  if (left === undefined || right?.kind !== "interval") return null;
  const operator = /^(?:date_add|adddate)$/.test(name)
    ? "+"
    : /^(?:date_sub|subdate)$/.test(name)
      ? "-"
      : null;
  return operator === null
    ? null
    : { kind: "binary", operator, negated: false, left, right, ...place };
}

function generalArguments(cursor: TokenCursor, name: string): Arguments {
  if (cursor.sees(")")) return { args: [] };
  if (cursor.takes("*")) return { args: [], form: "*" };
  const distinct = cursor.takes("DISTINCT");
  if (!distinct) cursor.takes("ALL");
  const read = (): readonly Expression[] => parseArguments(cursor, name.startsWith("column_"));
  const args = TIMES.has(name) ? cursor.structural(read) : read();
  const orderBy = cursor.takes("ORDER", "BY") ? parseOrderItems(cursor) : [];
  if (cursor.takes("SEPARATOR")) cursor.structural(() => parseLiteral(cursor));
  if (cursor.takes("LIMIT")) parseExpressions(cursor);
  if (cursor.takes("USING")) cursor.next();
  return { args, distinct, orderBy };
}

/** Arguments of functions of the user's own may have names, those of MariaDB's dynamic columns types. */
function parseArguments(cursor: TokenCursor, typed: boolean): readonly Expression[] {
  const args: Expression[] = [];
  do {
    args.push(cursor.expression());
    if (typed && cursor.takes("AS")) skipType(cursor);
    else takeAlias(cursor, true);
  } while (cursor.takes(","));
  return args;
}

function skipType(cursor: TokenCursor): void {
  while (!cursor.sees(",") && !cursor.sees(")")) {
    if (cursor.sees("(")) skipParentheses(cursor);
    else cursor.next();
  }
}

/** Functions that have words among their arguments. */
const ARGUMENTS: Readonly<Record<string, (cursor: TokenCursor) => Arguments | null>> = {
  extract(cursor) {
    const unit = expectWord(cursor);
    cursor.expect("FROM");
    return { args: [cursor.expression()], form: `${unit} from` };
  },
  trim: trimmed,
  substring: partOfText,
  substr: partOfText,
  mid: partOfText,
  position(cursor) {
    const first = cursor.operand();
    if (!cursor.takes(",")) cursor.expect("IN");
    return { args: [first, cursor.expression()] };
  },
  timestampadd: withUnit,
  timestampdiff: withUnit,
  get_format(cursor) {
    const form = cursor.next().value.toLowerCase();
    cursor.expect(",");
    return { args: [cursor.expression()], form: `${form},` };
  },
  json_value(cursor) {
    const input = cursor.expression();
    cursor.expect(",");
    const path = cursor.structural(() => cursor.expression());
    const from = cursor.start;
    skipRest(cursor);
    const form = cursor.sql.slice(from, cursor.end).trim().toLowerCase();
    return { args: [input, path], ...(cursor.end > from && { form }) };
  },
  weight_string(cursor) {
    const input = cursor.expression();
    skipRest(cursor);
    return { args: [input], form: "..." };
  },
};

function trimmed(cursor: TokenCursor): Arguments {
  const side = cursor.takesOne("LEADING", "TRAILING", "BOTH");
  if (side !== null && cursor.takes("FROM")) {
    return { args: [cursor.expression()], form: `${side.toLowerCase()} from` };
  }
  const first = cursor.expression();
  if (!cursor.takes("FROM")) return { args: [first] };
  const args = [first, cursor.expression()];
  return { args, form: `${side?.toLowerCase() ?? "both"} ... from` };
}

function partOfText(cursor: TokenCursor): Arguments {
  const args = [cursor.expression()];
  while (cursor.takesOne(",", "FROM", "FOR") !== null) args.push(cursor.expression());
  return { args };
}

function withUnit(cursor: TokenCursor): Arguments {
  const unit = expectWord(cursor);
  cursor.expect(",");
  return { args: parseExpressions(cursor), form: `${unit},` };
}

function cast(cursor: TokenCursor, name: string, start: number): Expression {
  const operand = cursor.expression();
  if (cursor.takes("AT", "TIME", "ZONE")) {
    cursor.takes("INTERVAL");
    parseLiteral(cursor);
  }
  const using = name === "convert" && cursor.takes("USING");
  if (!using) cursor.expect(name === "convert" ? "," : "AS");
  const from = cursor.start;
  cursor.structural(() => skipRest(cursor));
  const type = cursor.sql.slice(from, cursor.end).toLowerCase().replaceAll(/\s+/g, " ");
  cursor.expect(")");
  const written = using ? `using ${type}` : type;
  return { kind: "cast", operand, type: written, start, end: cursor.end };
}

function overWindow(cursor: TokenCursor): Window | string | null {
  if (cursor.sees("FROM", "FIRST") || cursor.sees("FROM", "LAST")) cursor.at += 2;
  if (cursor.sees("RESPECT", "NULLS") || cursor.sees("IGNORE", "NULLS")) cursor.at += 2;
  if (!cursor.takes("OVER")) return null;
  return cursor.sees("(") ? parseWindow(cursor) : expectName(cursor);
}
