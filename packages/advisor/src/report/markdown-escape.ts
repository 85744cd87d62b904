import { oneLine, printable, safeLines } from "./printable.ts";

/** Text as one line of Markdown that shows it literally: no markup, HTML, mentions, references or math come out of it. */
export function escapeMarkdown(text: string): string {
  return (
    oneLine(text)
      .replace(/[\\`*[\]|~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // An empty comment keeps a mention or an issue number from being linked.
      .replace(/@(?=\w)|#(?=\d)/g, "$&<!-- -->")
      // The same for bare addresses.
      .replace(/:\/\/|www\./gi, (match) => `${match.slice(0, 1)}<!-- -->${match.slice(1)}`)
      // What would begin a list or a heading.
      .replace(/^[-+=#]/, String.raw`\$&`)
      .replace(/^(\d+)([.)])(?= |$)/, String.raw`$1\$2`)
  );
}

/** One line as a code span. The pipes are escaped as a table's cell wants them; use `cell: false` elsewhere. */
export function codeSpan(text: string, { cell }: { readonly cell: boolean }): string {
  const code = oneLine(text);
  if (code === "") return "";
  const fence = "`".repeat(longestRun(code) + 1);
  const padded = /^`|`$/.test(code) ? ` ${code} ` : code;
  return fence + (cell ? padded.replaceAll("|", String.raw`\|`) : padded) + fence;
}

/** A fenced block; the fence is longer than any run of backticks inside. */
export function codeBlock(lines: readonly string[], language: string): readonly string[] {
  const safe = lines.flatMap(safeLines);
  const fence = "`".repeat(Math.max(3, ...safe.map((line) => longestRun(line) + 1)));
  return [fence + language, ...safe, fence];
}

/** Text inside an HTML element. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`|]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
