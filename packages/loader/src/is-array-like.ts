/** A list with a length and, unless it is empty, a last element of its own. Strings are none. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object" || value === null || !("length" in value)) return false;
  const { length } = value;
  if (typeof length !== "number") return false;
  return length === 0 || (length > 0 && Object.hasOwn(value, length - 1));
}
