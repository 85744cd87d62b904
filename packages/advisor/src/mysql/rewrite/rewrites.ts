import type { Catalog } from "../../catalog/catalog.ts";
import type { QueryReview } from "../../engine.ts";
import { type QueryTexts, readTexts, rewriteTexts } from "../../rewrite/query-texts.ts";
import type { Query } from "../../workload/workload.ts";
import { describeStatement } from "../describe-statement.ts";
import { parseStatement } from "../syntax/parse-statement.ts";
import type { Place, SyntaxTree } from "../syntax/tree.ts";
import { type QueryLevel, queryLevels } from "./query-levels.ts";

/** A text with its tree and levels. */
export interface ReadText {
  readonly sql: string;
  readonly tree: SyntaxTree;
  readonly levels: readonly QueryLevel[];
  readonly catalog: Catalog;
}

export type ReadQuery = QueryTexts<ReadText>;

/** `null` where the shape can't be parsed; samples that can't be are left out. */
export function readQuery(query: Query, catalog: Catalog): ReadQuery | null {
  return readTexts(
    query,
    (sql) => readText(sql, catalog),
    (text, shape) => text.levels.length === shape.levels.length,
  );
}

function readText(sql: string, catalog: Catalog): ReadText | null {
  try {
    const tree = parseStatement(sql)?.tree;
    return tree === undefined ? null : { sql, tree, levels: queryLevels(tree, catalog), catalog };
  } catch {
    return null;
  }
}

/** A part of the text (nothing where start and end are one) that another takes the place of. */
export interface TextEdit extends Place {
  readonly text: string;
}

/** The same edits made to all texts; `null` where what comes out can't be read. */
export function rewriteQuery(
  read: ReadQuery,
  change: (text: ReadText) => readonly TextEdit[] | null,
): NonNullable<QueryReview["rewrite"]> | null {
  return rewriteTexts(read, (text) => {
    const edits = change(text);
    const changed = edits === null ? null : readText(applyEdits(text.sql, edits), text.catalog);
    if (changed === null || changed.levels.length !== text.levels.length) return null;
    return {
      sql: changed.sql,
      describe: () => describeStatement(changed.tree, text.catalog),
    };
  });
}

function applyEdits(sql: string, edits: readonly TextEdit[]): string {
  let text = "";
  let done = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += sql.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return (text + sql.slice(done)).trimEnd();
}

/** SQL of a part of the text, in one line. */
export function partText({ sql }: ReadText, { start, end }: Place): string {
  return sql.slice(start, end).replaceAll(/\s*\n\s*/g, " ");
}
