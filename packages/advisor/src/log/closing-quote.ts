/**
 * Position of the quote that closes the one at `open`, where a doubled quote stands for itself; `-1` where none does.
 * Not a regular expression: values can be megabytes, which overflow its stack.
 */
export function closingQuote(text: string, open: number, quote: string): number {
  let at = text.indexOf(quote, open + 1);
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at;
}
