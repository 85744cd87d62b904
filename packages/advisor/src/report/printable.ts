/**
 * Text from a database or a log is not trusted: names and SQL may hold terminal escape sequences, or characters that
 * turn the reading direction around. Everything that a person will read passes through here first.
 */

/** Control and format characters, line separators and halves of pairs; the two joiners that scripts need stay. */
const UNSAFE: RegExp = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]/gv;

/** Unsafe characters made visible, as `\x1b` or `\u{202e}`. Line breaks and tabs are unsafe too. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** One safe line: runs of white space become one blank. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim());
}

/** Safe lines, in the order of the text's own line breaks; a tab becomes two blanks. */
export function safeLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll("\t", "  ").trimEnd()));
}

/** The text with its own line breaks; a tab becomes two blanks. */
export function printableText(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line.replaceAll("\t", "  ")))
    .join("\n");
}

/** Unsafe characters of a JSON text as `\u` escapes: the value stays the same, and a terminal takes no orders from it. */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replace(UNSAFE, (character) => (character === "\n" ? character : unicodeEscapes(character)))}\n`;
}

function unicodeEscapes(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
