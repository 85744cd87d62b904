/** An expression as SQL: MySQL's information_schema writes `_utf8mb4\'x\'` where the expression is `_utf8mb4'x'`. */
export function unescapeExpression(shown: string): string {
  return shown.replaceAll(/\\([\\'n])/g, (_, character: string) =>
    character === "n" ? "\n" : character,
  );
}
