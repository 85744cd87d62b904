import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { quoteIdent } from "../quote-ident.ts";

const KINDS: Readonly<Record<string, string>> = { fulltext: "FULLTEXT ", spatial: "SPATIAL " };

/** What follows ADD in ALTER TABLE. */
export function candidateSql({ keys, method }: CandidateIndex, name: string): string {
  const parts = keys.map(({ expression, prefix, direction }) => {
    const length = prefix === undefined ? "" : `(${prefix})`;
    return `${expression}${length}${direction === "desc" ? " DESC" : ""}`;
  });
  return `${KINDS[method] ?? ""}INDEX ${quoteIdent(name)} (${parts.join(", ")})`;
}
