/** The words of a text, for lists that are read more easily without quotes. */
export function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
