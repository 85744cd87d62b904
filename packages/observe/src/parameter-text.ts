/**
 * Parameters as text, `null` for SQL NULL; `undefined` where they are longer together than `maxLength`, or the text of one
 * depends on the driver (arrays, bytes, objects).
 */
export function parameterTexts(
  values: readonly unknown[],
  maxLength: number,
): (string | null)[] | undefined {
  const texts: (string | null)[] = [];
  let room = maxLength;
  for (const value of values) {
    const text = parameterText(value);
    // A separator counts, so that NULLs are not free.
    room -= (text?.length ?? 0) + 1;
    if (text === undefined || room < 0) return undefined;
    texts.push(text);
  }
  return texts;
}

function parameterText(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
}
