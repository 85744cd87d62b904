/** Whether `bytes[from, to)` begin with `text`, small letters and capitals alike. */
export function matchesIgnoringCase(
  bytes: Buffer,
  from: number,
  to: number,
  text: Buffer,
): boolean {
  if (from + text.length > to) return false;
  for (let at = 0; at < text.length; at++) {
    if (((bytes[from + at] ?? 0) | 32) !== ((text[at] ?? 0) | 32)) return false;
  }
  return true;
}
