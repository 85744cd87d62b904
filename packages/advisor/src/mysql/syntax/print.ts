import { quoteIdent } from "../quote-ident.ts";
import type { Call, Case, Expression } from "./tree.ts";

/**
 * SQL of an expression in one spelling, so that two that mean the same are mostly equal: the server's own text of an index
 * or a generated column, read by `parseExpressionText`, is written as the statement's is. `null` for what no index can hold.
 */
export function printExpression(node: Expression): string | null {
  switch (node.kind) {
    case "column":
      return quoteIdent(node.parts.at(-1) ?? "");
    case "literal":
      return literal(node.type, node.value, node.text);
    case "unary":
      return assembled([node.operand], ([operand]) => `${sign(node.operator)}${operand}`);
    case "binary":
      return binary(node);
    case "between":
      return assembled([node.operand, node.low, node.high], ([operand, low, high]) => {
        const not = node.negated ? "not " : "";
        return `(${operand} ${not}between ${low} and ${high})`;
      });
    case "in":
      return assembled([node.operand, ...node.items], ([operand, ...items]) => {
        return `(${operand} ${node.negated ? "not " : ""}in (${items.join(", ")}))`;
      });
    case "is":
      return assembled([node.operand], ([operand]) => {
        return `(${operand} is ${node.negated ? "not " : ""}${node.what})`;
      });
    case "call":
      return call(node);
    case "cast":
      return assembled([node.operand], ([operand]) => castText(operand ?? "", node.type));
    case "case":
      return caseText(node);
    case "row":
      return assembled(node.items, (items) => `(${items.join(", ")})`);
    case "interval":
      return assembled([node.value], ([value]) => `interval ${value} ${node.unit}`);
    case "placeholder":
      return "?";
    case "variable":
    case "match":
    case "quantified":
    case "special":
    case "subquery":
      return null;
  }
}

function castText(operand: string, type: string): string {
  // `DATE(x)` is printed so by the server.
  if (type === "date") return `date(${operand})`;
  return type.startsWith("using ") ? `convert(${operand} ${type})` : `cast(${operand} as ${type})`;
}

function assembled(
  parts: readonly Expression[],
  write: (texts: readonly string[]) => string,
): string | null {
  const texts: string[] = [];
  for (const part of parts) {
    const text = printExpression(part);
    if (text === null) return null;
    texts.push(text);
  }
  return write(texts);
}

function sign(operator: string): string {
  return operator === "not" || operator === "binary" ? `${operator} ` : operator;
}

function literal(type: string, value: string, text: string): string {
  if (type === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  if (type === "null" || type === "boolean") return (value || "null").toLowerCase();
  return text;
}

function binary(node: Extract<Expression, { kind: "binary" }>): string | null {
  const { operator, negated, left, right, escape } = node;
  if (operator === ":=") return null;
  const not = negated ? "not " : "";
  if (operator === "collate") {
    const name = right.kind === "column" ? (right.parts[0] ?? "").toLowerCase() : "";
    return assembled([left], ([operand]) => `(${operand} collate ${name})`);
  }
  if (operator === "member of") {
    return assembled([left, right], ([one, other]) => `${one} member of (${other})`);
  }
  if (escape !== undefined) {
    return assembled([left, right, escape], ([one, other, by]) => {
      return `(${one} ${not}like ${other} escape ${by})`;
    });
  }
  return assembled([left, right], ([one, other]) => `(${one} ${not}${operator} ${other})`);
}

/** Names of one function. */
const SAME_FUNCTION: Readonly<Record<string, string>> = {
  ceil: "ceiling",
  character_length: "char_length",
  current_date: "curdate",
  current_time: "curtime",
  current_timestamp: "now",
  day: "dayofmonth",
  lcase: "lower",
  localtime: "now",
  localtimestamp: "now",
  mid: "substr",
  octet_length: "length",
  power: "pow",
  sha: "sha1",
  substring: "substr",
  ucase: "upper",
};

function call(node: Call): string | null {
  if (node.over !== null || node.distinct || node.orderBy.length > 0) return null;
  const name = SAME_FUNCTION[node.name] ?? node.name;
  const { form } = node;
  return assembled(node.args, (args) => {
    if (form === undefined) return `${name}(${args.join(", ")})`;
    if (form === "*") return `${name}(*)`;
    const separate = form.includes("...");
    const before = separate ? form.replace("...", args[0] ?? "") : form;
    return `${name}(${before} ${(separate ? args.slice(1) : args).join(", ")})`;
  });
}

function caseText({ operand, branches, otherwise }: Case): string | null {
  const parts = [
    ...(operand === null ? [] : [operand]),
    ...branches.flatMap(({ when, result }) => [when, result]),
    ...(otherwise === null ? [] : [otherwise]),
  ];
  return assembled(parts, (texts) => {
    const rest = [...texts];
    const compared = operand === null ? "" : `${rest.shift()} `;
    const written = branches.map(() => `when ${rest.shift()} then ${rest.shift()} `).join("");
    const last = otherwise === null ? "" : `else ${rest.shift()} `;
    return `case ${compared}${written}${last}end`;
  });
}
