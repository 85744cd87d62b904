import type { RootOperationNode } from "kysely";
import type { Verdict } from "../verdict.ts";

/** A query as Kysely compiled it. */
interface Compiled {
  readonly query: RootOperationNode;
  readonly sql: string;
}

/**
 * The verdict of a query of Kysely. What the root of its tree shows to be no SELECT is a write, and its text, a large insert's for
 * instance, is not read. A SELECT and raw SQL are judged by the compiled text, to the last function that raw parts call: `classify`
 * remembers the answer, where the tree would have to be walked each time.
 */
export function classifyNode(
  { query, sql }: Compiled,
  classify: (sql: string) => Verdict,
): Verdict {
  if (query.kind === "SelectQueryNode" || query.kind === "RawNode") return classify(sql);
  const words = query.kind.replace(/(?:Query)?Node$/, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  return { kind: "write", reason: words.toUpperCase() };
}
