import type { Node, SelectStmt, TransactionStmt, VariableSetStmt } from "libpg-query";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { integerConstant, nameParts, stringConstant } from "../../describe/node-parts.ts";

const TIMEOUTS: Readonly<Record<string, "lock" | "statement">> = {
  lock_timeout: "lock",
  statement_timeout: "statement",
};

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** SET and RESET of what the check follows: timeouts and where unqualified names are. */
export function describeSet(statement: VariableSetStmt): readonly SchemaAction[] {
  const local = statement.is_local === true;
  if (statement.kind === "VAR_RESET_ALL") return allReset();
  const name = statement.name?.toLowerCase() ?? "";
  const values =
    statement.kind === "VAR_SET_VALUE" ? (statement.args ?? []).map(constantText) : null;
  if (statement.kind === "VAR_SET_CURRENT") return [{ kind: "other", command: "SET" }];
  return [setting(name, values, local)];
}

/** DISCARD ALL and RESET ALL. */
export function allReset(): readonly SchemaAction[] {
  return [
    { kind: "set-timeout", setting: "lock", ms: 0, local: false },
    { kind: "set-timeout", setting: "statement", ms: 0, local: false },
    { kind: "set-schema", schema: null, local: false },
  ];
}

/** `set_config(name, value, is_local)` among the values of a SELECT. */
export function configured(select: SelectStmt): readonly SchemaAction[] {
  return (select.targetList ?? []).flatMap((target) => {
    const value = "ResTarget" in target ? target.ResTarget.val : undefined;
    if (value === undefined || !("FuncCall" in value)) return [];
    const { args = [], funcname } = value.FuncCall;
    if (nameParts(funcname).at(-1) !== "set_config") return [];
    const name = stringConstant(args[0])?.toLowerCase();
    const text = stringConstant(args[1]);
    if (name === undefined || text === null) return [];
    const values = name === "search_path" ? pathItems(text) : [text];
    return [setting(name, values, isTrue(args[2]))];
  });
}

/** `null` as values: back to what the server starts a session with. */
function setting(name: string, values: readonly string[] | null, local: boolean): SchemaAction {
  const timeout = TIMEOUTS[name];
  if (timeout !== undefined) {
    const ms = values === null ? 0 : milliseconds(values[0] ?? "");
    if (ms !== null) return { kind: "set-timeout", setting: timeout, ms, local };
  }
  if (name === "search_path") {
    const first = values?.find((item) => item !== "$user" && item !== "" && item !== "pg_temp");
    return { kind: "set-schema", schema: first ?? null, local };
  }
  return { kind: "other", command: "SET" };
}

/** A time as the server reads it, without a unit in milliseconds; `null` where it is none. */
function milliseconds(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(us|ms|s|min|h|d)?\s*$/.exec(text);
  if (match === null) return null;
  const unit = MILLISECONDS[match[2] ?? "ms"] ?? 1;
  return Math.round(Number(match[1]) * unit);
}

function pathItems(text: string): readonly string[] {
  return text.split(",").map((item) => {
    const bare = item.trim();
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare.toLowerCase();
  });
}

function constantText(node: Node): string {
  const number = integerConstant(node);
  if (number !== null) return String(number);
  if ("A_Const" in node && node.A_Const.fval !== undefined) return node.A_Const.fval.fval ?? "";
  return stringConstant(node) ?? "";
}

function isTrue(node: Node | undefined): boolean {
  if (node === undefined || !("A_Const" in node)) return /^t/i.test(stringConstant(node) ?? "");
  return node.A_Const.boolval?.boolval === true;
}

const TRANSACTIONS: Readonly<Record<string, "begin" | "commit" | "rollback">> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "commit",
  TRANS_STMT_ROLLBACK: "rollback",
};

export function describeTransaction(statement: TransactionStmt): readonly SchemaAction[] {
  const command = TRANSACTIONS[statement.kind ?? ""];
  if (command === undefined) return [{ kind: "other", command: "SAVEPOINT" }];
  return [
    { kind: "transaction", command },
    ...(statement.chain === true ? [{ kind: "transaction", command: "begin" } as const] : []),
  ];
}
