import type { Node } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import {
  type ChangedText,
  type QueryTexts,
  readTexts,
  rewriteTexts,
} from "../../rewrite/query-texts.ts";
import type { Query } from "../../workload/workload.ts";
import { describeStatement } from "../describe-statement.ts";
import type { SqlToken } from "../sql-tokens.ts";
import { editText, type TokenEdit } from "./edit-text.ts";
import { parseStatement } from "./fragment.ts";
import { type QueryLevel, queryLevels } from "./query-levels.ts";

/** A text with its tree and levels. */
export interface ReadText {
  readonly sql: string;
  readonly tree: Node;
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
    const tree = parseStatement(sql);
    return { sql, tree, levels: queryLevels(tree, catalog), catalog };
  } catch {
    return null;
  }
}

/** How to change one text: the tree that is meant, and edits that may give it. */
export interface TextChange {
  readonly wanted: Node;
  readonly propose: (tokens: readonly SqlToken[]) => Iterable<readonly TokenEdit[]>;
}

/** The same change made to all texts, as far as it can be written. */
export function rewriteQuery(
  read: ReadQuery,
  change: (text: ReadText) => TextChange | null,
): NonNullable<QueryReview["rewrite"]> | null {
  return rewriteTexts(read, (text): ChangedText | null => {
    const made = change(text);
    const sql = made === null ? null : editText(text.sql, made.wanted, made.propose);
    if (made === null || sql === null) return null;
    return { sql, describe: () => describeStatement(made.wanted, text.catalog) };
  });
}
