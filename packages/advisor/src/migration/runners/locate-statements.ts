import type { SplitStatements } from "../../log/open-sql-file.ts";
import type { MigrationStatement } from "../migration.ts";

/**
 * The statements of some SQL with their places: each begins at its first word. `text` is the whole file, of which the part
 * from `start` to `end` (offsets in UTF-16 units) is read.
 */
export function locateStatements(
  file: string,
  text: string,
  splitStatements: SplitStatements,
  start: number = 0,
  end: number = text.length,
): readonly MigrationStatement[] {
  const part = text.slice(start, end);
  const { statements, rest } = splitStatements(part);
  const located: MigrationStatement[] = [];
  let line = 1;
  let lineStart = 0;
  let counted = 0;
  const moveTo = (offset: number): void => {
    for (
      let at = text.indexOf("\n", counted);
      at !== -1 && at < offset;
      at = text.indexOf("\n", at + 1)
    ) {
      line++;
      lineStart = at + 1;
    }
    counted = Math.max(counted, offset);
  };
  let from = 0;
  for (const statement of [...statements, rest]) {
    const at = part.indexOf(statement, from);
    // What a splitter has put together anew stands where it went on.
    const offset = start + (at === -1 ? from : at);
    from = at === -1 ? from : at + statement.length;
    const lead = leadLength(statement);
    const sql = statement.slice(lead).trimEnd();
    if (sql === "") continue;
    moveTo(offset + lead);
    const place = { line, column: offset + lead - lineStart + 1 };
    moveTo(offset + lead + sql.length);
    located.push({ sql, place: { file, ...place, endLine: line } });
  }
  return located;
}

/** Length of the white space and comments that a statement begins with. Comments that MySQL executes are no comments. */
function leadLength(statement: string): number {
  const lead = /(?:\s|\uFEFF)+|--[^\n]*|#[^\n]*|\/\*(?!!|M!)/y;
  for (let at = 0; ; at = lead.lastIndex) {
    lead.lastIndex = at;
    const found = lead.exec(statement);
    if (found === null) return at;
    if (found[0] !== "/*") continue;
    lead.lastIndex = commentEnd(statement, lead.lastIndex);
  }
}

/** Where comments do not nest, one that seems never to end has ended at its first mark. */
function commentEnd(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let first = text.length;
  for (let open = 1, found = mark.exec(text); found !== null; found = mark.exec(text)) {
    open += found[0] === "/*" ? 1 : -1;
    if (found[0] === "*/") first = Math.min(first, mark.lastIndex);
    if (open === 0) return mark.lastIndex;
  }
  return first;
}
