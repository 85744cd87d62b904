/** The column of a key, whose text goes on with its operator class and order; the key itself where it is an expression. */
export function keyColumn(key: string): string {
  if (key.startsWith("(")) return key;
  const quoted = /^"((?:[^"]|"")*)"/.exec(key)?.[1];
  return quoted?.replaceAll('""', '"') ?? key.split(" ")[0] ?? key;
}
