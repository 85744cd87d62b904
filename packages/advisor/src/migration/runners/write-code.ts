import type { SafeStep, WrittenFile } from "../runner.ts";
import type { Migration } from "../migration.ts";
import { prefixesAfter, slugOf } from "./written-names.ts";

export interface CodeStyle {
  /** Name of the parameter: `pgm`. */
  readonly parameter: string;
  /** Its type in TypeScript, and the line that imports what types and functions need; `value`: also in JavaScript. */
  readonly type: string;
  readonly imports: { readonly text: string; readonly value: boolean };
  /** A statement as a call: gets a template literal. */
  readonly call: (literal: string) => string;
  readonly isAsync: boolean;
  /** What takes the migration out of its transaction: a line in the functions, or an export. */
  readonly outside: {
    readonly line?: string;
    readonly exported?: readonly [name: string, value: string];
  };
}

/** Files of code for a tool, in the language and with the exports of the migration that they come after. */
export function writeCode(
  steps: readonly SafeStep[],
  after: Migration,
  style: CodeStyle,
): readonly WrittenFile[] {
  const ending = /\.[cm]?[jt]s$/.exec(after.file)?.[0] ?? ".js";
  const prefixes = prefixesAfter(after.name, steps.length);
  return steps.map((step, index) => ({
    name: `${prefixes[index] ?? ""}_${slugOf(step.title)}${ending}`,
    content: contentOf(step, style, ending.endsWith("ts"), after.exports ?? "esm"),
  }));
}

function contentOf(
  step: SafeStep,
  style: CodeStyle,
  typed: boolean,
  kind: "commonjs" | "esm",
): string {
  const esm = typed || kind === "esm";
  const result = style.isAsync ? "Promise<void>" : "void";
  const head = (name: string): string => {
    const signature = `${style.parameter}${typed ? `: ${style.type}` : ""}`;
    const keyword = style.isAsync ? "async function" : "function";
    return esm
      ? `export ${keyword} ${name}(${signature})${typed ? `: ${result}` : ""} {`
      : `exports.${name} = ${keyword} (${signature}) {`;
  };
  const body = (name: "up" | "down"): string => {
    const lines = step[name].map((sql) => `  ${style.call(literalOf(sql))};`);
    const line = step.outsideTransaction ? style.outside.line : undefined;
    return [
      head(name),
      ...(line === undefined ? [] : [`  ${line}`]),
      ...lines,
      esm ? "}" : "};",
    ].join("\n");
  };
  const [name, value] = (step.outsideTransaction ? style.outside.exported : undefined) ?? [];
  const parts = [
    ...(typed || style.imports.value ? [importOf(style.imports.text, typed, esm)] : []),
    ...(name === undefined
      ? []
      : [esm ? `export const ${name} = ${value};` : `exports.${name} = ${value};`]),
    body("up"),
    body("down"),
  ];
  return `${parts.join("\n\n")}\n`;
}

function importOf(text: string, typed: boolean, esm: boolean): string {
  const plain = typed ? text : text.replace(/\btype \w+, /, "");
  return esm ? plain : plain.replace(/^import (.*) from (".*");$/, "const $1 = require($2);");
}

function literalOf(sql: string): string {
  return `\`${sql.replace(/;?\s*$/, "").replace(/[\\`]|\$\{/g, "\\$&")}\``;
}
