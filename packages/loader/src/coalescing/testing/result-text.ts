/** A result as text: two are the same only where values, JavaScript types and the order of keys are the same. */
export function resultText(value: unknown): string {
  if (value === null || typeof value !== "object") {
    return typeof value === "string"
      ? JSON.stringify(value)
      : `${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`;
  }
  if (Array.isArray(value)) return `[${value.map(resultText).join()}]`;
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (Buffer.isBuffer(value)) return `Buffer ${value.toString("hex")}`;
  const kind: unknown = value.constructor?.name;
  const parts = Object.entries(value).map(([key, part]) => `${key}:${resultText(part)}`);
  return `${String(kind)}{${parts.join()}}`;
}
