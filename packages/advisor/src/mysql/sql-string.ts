/** A text as SQL of MySQL and MariaDB, whatever the server's `sql_mode` says of backslashes. */
export function sqlString(text: string): string {
  return /[\\\0]/.test(text)
    ? `_utf8mb4 x'${Buffer.from(text).toString("hex")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
