/** Quoted text, comments, words and spaces; all other characters one by one. */
const PIECE =
  /(?:[a-z]|u&|_\w+)?'(?:[^'\\]|\\.|'')*'|(?:u&)?"(?:[^"\\]|\\.)*"|`[^`]*`|\$\w*\$[^]*?\$\w*\$|--[^\n]*(?:\n|$)|#[^\n]*|\/\*[^]*?\*\/|\w+|\s+|[^]/gi;

/** The same statement to its server: other letter cases, more space, comments where space may be. `random` is of 0..1. */
export function perturb(sql: string, comments: readonly string[], random: () => number): string {
  const space = (): string => {
    const options = [" ", "\n", "\t ", ...comments];
    return options[Math.floor(random() * options.length)] ?? " ";
  };
  const pieces = Array.from(sql.matchAll(PIECE), ([piece]) => {
    if (/^\s+$/.test(piece)) return space();
    if (/^[(),]$/.test(piece) && random() < 0.3) return space() + piece + space();
    if (!/^\w+$/.test(piece)) return piece;
    return Array.from(piece, (letter) => (random() < 0.5 ? letter.toUpperCase() : letter)).join("");
  });
  return space() + pieces.join("") + (random() < 0.3 ? space() : "");
}
