import { NotMergeable } from "../coalescing-engine.ts";

/** A list as PostgreSQL reads it from text (manual: "Array Input and Output Syntax"). */
export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join(",")}}`;
}

function element(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value)) return arrayLiteral(value);
  if (typeof value === "string") return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return `"${String(value)}"`;
  }
  throw new NotMergeable("a list of values that are neither text nor numbers");
}
