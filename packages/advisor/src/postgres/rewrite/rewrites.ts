import type { Node } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
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
}

/** A query's shape, and the texts with values that have the same tree. */
export interface ReadQuery {
  readonly query: Query;
  readonly catalog: Catalog;
  readonly shape: ReadText;
  readonly samples: readonly { readonly sample: QuerySample; readonly text: ReadText }[];
}

/** `null` where the shape can't be parsed; samples that can't be are left out. */
export function readQuery(query: Query, catalog: Catalog): ReadQuery | null {
  const shape = readText(query.sql, catalog);
  if (shape === null) return null;
  let samples: ReadQuery["samples"] | undefined;
  return {
    query,
    catalog,
    shape,
    // Most shapes hold nothing to rewrite: their samples need not be parsed.
    get samples(): ReadQuery["samples"] {
      samples ??= query.samples.flatMap((sample) => {
        const text = readText(sample.sql, catalog);
        const alike = text?.levels.length === shape.levels.length;
        return text === null || !alike ? [] : [{ sample, text }];
      });
      return samples;
    },
  };
}

function readText(sql: string, catalog: Catalog): ReadText | null {
  try {
    const tree = parseStatement(sql);
    return { sql, tree, levels: queryLevels(tree, catalog) };
  } catch {
    return null;
  }
}

/** How to change one text: the tree that is meant, and edits that may give it. */
export interface TextChange {
  readonly wanted: Node;
  readonly propose: (tokens: readonly SqlToken[]) => Iterable<readonly TokenEdit[]>;
}

/**
 * The same change made to the shape and to each of its samples; `null` where the shape's text can't be written.
 * A sample that can't be changed is left out of both lists.
 */
export function rewriteQuery(
  read: ReadQuery,
  change: (text: ReadText) => TextChange | null,
): NonNullable<QueryReview["rewrite"]> | null {
  const changed = changedText(read.shape, change);
  if (changed === null) return null;
  const pairs = read.samples.flatMap(({ sample, text }) => {
    const sql = changedText(text, change);
    return sql === null ? [] : [{ before: sample, after: { ...sample, sql: sql.text } }];
  });
  return {
    sql: changed.text,
    statement: describeStatement(changed.wanted, read.catalog),
    samples: pairs,
  };
}

function changedText(
  read: ReadText,
  change: (text: ReadText) => TextChange | null,
): { readonly text: string; readonly wanted: Node } | null {
  const made = change(read);
  if (made === null) return null;
  const text = editText(read.sql, made.wanted, made.propose);
  return text === null ? null : { text, wanted: made.wanted };
}
