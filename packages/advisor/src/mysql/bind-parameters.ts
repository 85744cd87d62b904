import { sqlString } from "./sql-string.ts";

/**
 * A text with each `?` replaced by a parameter as SQL; a text with `?` in a constant takes no parameters. The driver would write
 * a backslash where some servers read it as two.
 */
export function bindParameters(sql: string, parameters: readonly unknown[]): string {
  if (parameters.length === 0) return sql;
  let next = 0;
  return sql.replaceAll("?", () => {
    const value = parameters[next++];
    if (typeof value === "string") return sqlString(value);
    return typeof value === "number" || typeof value === "bigint" ? value.toString() : "null";
  });
}
