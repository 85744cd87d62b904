/** Terminal columns: cutting, padding and wrapping by what a character takes on screen, never inside one. */

const graphemes: Intl.Segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** East Asian wide characters and those drawn as pictures take two columns. */
const WIDE: RegExp =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|.\ufe0f)/u;

function graphemeWidth(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Columns that a text of printable characters takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text where it fits into `width` columns, else its beginning and `…`. */
export function cut(text: string, width: number): string {
  let used = 0;
  let fits = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    // `fits` is the end of what leaves one column for the ellipsis.
    if (used <= width - 1) fits = index;
    used += graphemeWidth(segment);
    if (used > width) return `${text.slice(0, fits).trimEnd()}…`;
  }
  return text;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Joins parts of one line so that {@link wrap} leaves the dot at the end of a line, not at a beginning. */
export function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\u00a0· ");
}

/** Lines of at most `width` columns, broken at blanks, not at no-break spaces; a longer word stands alone and whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((wrapped) => wrapped.replaceAll("\u00a0", " "));
}
