import type { Catalog } from "../catalog/catalog.ts";
import { count } from "./model/expressions.ts";
import { readBlocks } from "./model/read-blocks.ts";
import type { Selectivity } from "./model/selectivity.ts";
import { parseStatement } from "./syntax/parse-statement.ts";

/** What ends the reading of a statement's only table, if its rows come in the order that is asked. */
export interface EarlyEnd {
  /** Rows that are wanted, those that OFFSET passes over among them. */
  readonly rows: number;
  /** Share of the table's rows that all conditions let through. */
  readonly share: number;
}

/**
 * The early end of a query of one table with LIMIT; `null` for any other statement. Servers guess what conditions without an index let
 * through (MariaDB takes it for all), and so where the reading ends: the statistics of the columns know better.
 */
export function earlyEnd(sql: string, catalog: Catalog, shares: Selectivity): EarlyEnd | null {
  try {
    const tree = parseStatement(sql)?.tree;
    if (tree?.kind !== "query" || tree.limit === null) return null;
    const block = readBlocks(sql, catalog, { anti: false });
    const [only, ...others] = block.tables;
    if (only?.table == null || others.length > 0 || block.union.length > 0) return null;
    if (block.group !== null && block.group.length > 0) return null;
    if (block.distinct || block.aggregate) return null;
    const { table } = only;
    const any = block.alternatives.map(({ branches }) =>
      branches.reduce(
        (sum, sargs) => sum + product(sargs.map((sarg) => shares.of(table, sarg))),
        0,
      ),
    );
    const all = block.sargs.map((sarg) => shares.of(table, sarg));
    const { limit } = tree;
    return {
      rows: (count(limit.count) ?? 0) + (count(limit.offset) ?? 0),
      share: product([...all, ...any.map((share) => Math.min(1, share))]),
    };
  } catch {
    // Not a statement that can be read this far: the server's figures stay.
    return null;
  }
}

function product(shares: readonly number[]): number {
  return shares.reduce((all, share) => all * share, 1);
}
