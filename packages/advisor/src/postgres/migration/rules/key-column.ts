/** The column of a key: the text goes on with its operator class and order. */
export function keyColumn(key: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(key)?.[1];
  return quoted?.replaceAll('""', '"') ?? key.split(" ")[0] ?? key;
}
