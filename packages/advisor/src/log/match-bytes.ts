/** Whether `bytes` has `expected` at `from`. */
export function matches(bytes: Buffer, from: number, expected: Buffer): boolean {
  const { length } = expected;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== expected[at]) return false;
  return true;
}
