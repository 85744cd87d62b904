/** A name as SQL of MySQL and MariaDB, in backticks. */
export function quoteIdent(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
