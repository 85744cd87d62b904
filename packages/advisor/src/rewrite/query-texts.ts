import type { QueryReview } from "../engine.ts";
import type { Statement } from "../workload/statement.ts";
import type { Query, QuerySample } from "../workload/workload.ts";

/** A query's shape, and the texts with values that are built as it is. */
export interface QueryTexts<Text> {
  readonly query: Query;
  readonly shape: Text;
  readonly samples: readonly { readonly sample: QuerySample; readonly text: Text }[];
}

/** `null` where the shape can't be read; samples that can't be, or that are built otherwise, are left out. */
export function readTexts<Text>(
  query: Query,
  read: (sql: string) => Text | null,
  isAlike: (text: Text, shape: Text) => boolean,
): QueryTexts<Text> | null {
  const shape = read(query.sql);
  if (shape === null) return null;
  let samples: QueryTexts<Text>["samples"] | undefined;
  return {
    query,
    shape,
    // Most shapes hold nothing to rewrite: their samples need not be parsed.
    get samples(): QueryTexts<Text>["samples"] {
      samples ??= query.samples.flatMap((sample) => {
        const text = read(sample.sql);
        return text === null || !isAlike(text, shape) ? [] : [{ sample, text }];
      });
      return samples;
    },
  };
}

export interface ChangedText {
  readonly sql: string;
  describe(): Statement;
}

/**
 * The same change made to the shape and to each of its samples; `null` where the shape's text can't be written.
 * A sample that can't be changed is left out of both lists.
 */
export function rewriteTexts<Text>(
  { shape, samples }: QueryTexts<Text>,
  change: (text: Text) => ChangedText | null,
): NonNullable<QueryReview["rewrite"]> | null {
  const changed = change(shape);
  if (changed === null) return null;
  const pairs = samples.flatMap(({ sample, text }) => {
    const after = change(text);
    return after === null ? [] : [{ before: sample, after: { ...sample, sql: after.sql } }];
  });
  return { sql: changed.sql, statement: changed.describe(), samples: pairs };
}
