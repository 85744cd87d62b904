import type { MigrationStatement } from "../migration.ts";
import type { ColumnLine, MigrationDialect } from "../migration-dialect.ts";

/** A line of a dumped CREATE TABLE: a column, a constraint or an index. */
interface TableLine extends ColumnLine {
  readonly kind: "column" | "constraint" | "key" | "primary";
  /** Counted from the statement's first line. */
  readonly line: number;
}

/** ALTER TABLE statements between two forms of a dumped table; `complete` is false where they do not say it all. */
export function tableChanges(
  old: MigrationStatement,
  now: MigrationStatement,
  dialect: MigrationDialect,
): { readonly statements: readonly MigrationStatement[]; readonly complete: boolean } {
  const [before, after] = [linesOf(old.sql), linesOf(now.sql)];
  const [, table = ""] = /^create\s+table\s+([^\s(]+)/i.exec(now.sql) ?? [];
  const statements: MigrationStatement[] = [];
  // What stands behind the last line: partitions, the storage engine.
  let complete = before !== null && after !== null && tailOf(old.sql) === tailOf(now.sql);
  const alter = (clause: string, line: number): void => {
    const at = now.place.line + line;
    const place = {
      ...now.place,
      line: at,
      column: line === 0 ? now.place.column : 1,
      endLine: at,
    };
    statements.push({ sql: `ALTER TABLE ${table} ${clause}`, place });
  };
  for (const one of before ?? [])
    if (find(after, one) === undefined) alter(`DROP ${one.kind.toUpperCase()} ${one.name}`, 0);
  for (const one of after ?? []) {
    const was = find(before, one);
    if (was === undefined)
      alter(`ADD ${one.kind === "column" ? "COLUMN " : ""}${one.definition}`, one.line);
    else if (was.definition !== one.definition) {
      const clauses = one.kind === "column" ? dialect.alterColumn(was, one) : null;
      if (clauses === null) complete = false;
      for (const clause of clauses ?? []) alter(clause, one.line);
    }
  }
  return { statements, complete: complete && statements.length > 0 };
}

function find(lines: readonly TableLine[] | null, one: TableLine): TableLine | undefined {
  return lines?.find(({ kind, name }) => kind === one.kind && name === one.name);
}

function tailOf(sql: string): string {
  return sql.slice(sql.lastIndexOf("\n)")).replace(/\s+AUTO_INCREMENT=\d+/i, "");
}

/** Dumps write each part of a table on a line of its own; `null` where this one does not. */
function linesOf(sql: string): readonly TableLine[] | null {
  const lines = sql.split(/\r?\n/);
  const end = lines.findLastIndex((line) => line.startsWith(")"));
  if (lines[0]?.endsWith("(") !== true || end === -1) return null;
  const parts: TableLine[] = [];
  for (const [index, text] of lines.slice(1, end).entries()) {
    const definition = text.trim().replace(/,$/, "");
    const constraint = /^CONSTRAINT\s+(\S+)/i.exec(definition)?.[1];
    const key = /^(?:UNIQUE |FULLTEXT |SPATIAL )?KEY\s+(\S+)/i.exec(definition)?.[1];
    const name = constraint ?? key ?? /^(?:"[^"]*"|`[^`]*`|[^\s,]+)/.exec(definition)?.[0];
    if (name === undefined || (/^PRIMARY KEY/i.test(definition) && key === undefined)) {
      parts.push({ kind: "primary", name: "KEY", definition, line: index + 1 });
      continue;
    }
    const kind = constraint !== undefined ? "constraint" : key !== undefined ? "key" : "column";
    parts.push({ kind, name, definition, line: index + 1 });
  }
  return parts;
}
