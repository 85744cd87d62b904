/** Equal for values that are written alike to the database, as far as that is known without asking it. */
export function identityOf(value: unknown): unknown {
  if (value instanceof Date) return `\0date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `\0bytes ${Buffer.from(value).toString("hex")}`;
  return value;
}
