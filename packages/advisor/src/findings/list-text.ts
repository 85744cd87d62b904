/** Names that a sentence can hold. */
const NAMED = 5;

/** The first few of a list for a sentence, and how many more there are: `a, b and 3 more`. */
export function listText(texts: readonly string[], named: number = NAMED): string {
  const rest = texts.length - named;
  return texts.slice(0, named).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
