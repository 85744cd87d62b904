import type { Query } from "../../workload/workload.ts";
import { type SqlToken, sqlTokens } from "../sql-tokens.ts";

/**
 * The query's text with the number of its outermost `LIMIT $n`, where samples or the counted rows tell it. For an unknown
 * limit the planner assumes a tenth of all rows, and would find no use in an index that serves the first few.
 */
export function withKnownLimit(query: Pick<Query, "sql" | "samples" | "rows" | "calls">): string {
  if (!/\blimit\s+\$\d/i.test(query.sql)) return query.sql;
  const token = limitToken(query.sql);
  if (token?.kind !== "parameter") return query.sql;
  const limit = sampledLimit(query) ?? countedLimit(query);
  return limit === null
    ? query.sql
    : query.sql.slice(0, token.start) + limit + query.sql.slice(token.end);
}

function sampledLimit({ samples }: Pick<Query, "samples">): number | null {
  for (const { sql } of samples) {
    const text = limitToken(sql)?.text ?? "";
    if (/^\d{1,9}$/.test(text)) return Number(text);
  }
  return null;
}

/** Rows of an average call: as many as the limit, or fewer. */
function countedLimit({ rows, calls }: Pick<Query, "rows" | "calls">): number | null {
  return rows === undefined || calls < 1 ? null : Math.max(1, Math.ceil(rows / calls));
}

/** What follows the outermost LIMIT. */
function limitToken(sql: string): SqlToken | undefined {
  let tokens: readonly SqlToken[];
  try {
    tokens = sqlTokens(sql).filter((token) => token.kind !== "comment");
  } catch {
    return undefined;
  }
  let depth = 0;
  for (const [at, { kind, text }] of tokens.entries()) {
    if (text === "(") depth++;
    if (text === ")") depth--;
    if (depth === 0 && kind === "word" && text.toLowerCase() === "limit") return tokens[at + 1];
  }
  return undefined;
}
