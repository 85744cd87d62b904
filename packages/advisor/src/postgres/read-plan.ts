import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { type TableName, tableKey } from "../catalog/catalog.ts";
import type { Plan } from "../whatif/plan.ts";
import { keySql } from "./index-sql.ts";
import { quoteIdent } from "./quote-ident.ts";
import {
  type PlanNode,
  renderPlan,
  scannedRelations,
  usedIndexes,
} from "./sandbox/explain-plan.ts";

/**
 * Reads a server's plan: `tables` are the keys of those that the query may read, `created` the indexes that only seem to exist, by their
 * name in the plan. Values are left out of the lines where `redact` is set.
 */
export type PlanReader = (
  node: PlanNode,
  tables: ReadonlySet<string>,
  created: ReadonlyMap<string, CandidateIndex>,
  redact: boolean,
) => Plan;

export function planReader(
  existingIndexes: readonly { readonly name: TableName; readonly table: TableName }[],
): PlanReader {
  const existing = Map.groupBy(existingIndexes, ({ name }) => name.name);
  /** Plans name an index without its schema; its table and the query's tables tell which one it is. */
  const qualified = (
    name: string,
    relation: string | null,
    tables: ReadonlySet<string>,
  ): string => {
    const named = existing.get(name) ?? [];
    const likely = named.filter(({ table }) => relation === null || table.name === relation);
    const index = likely.find(({ table }) => tables.has(tableKey(table))) ?? likely[0] ?? named[0];
    return index === undefined ? name : `${index.name.schema}.${index.name.name}`;
  };
  return (node, tables, created, redact) => {
    const indexes = new Set<string>();
    const candidates = new Set<string>();
    for (const { index, relation } of usedIndexes(node)) {
      const candidate = created.get(index);
      if (candidate === undefined) indexes.add(qualified(index, relation, tables));
      else candidates.add(candidateId(candidate));
    }
    const indexName = (name: string): string => {
      const candidate = created.get(name);
      return candidate === undefined
        ? quoteIdent(name)
        : `[new index on ${readableIndex(candidate)}]`;
    };
    return {
      cost: Number(node["Total Cost"]),
      rows: Number(node["Plan Rows"]),
      indexes: [...indexes],
      candidates: [...candidates],
      scans: scannedRelations(node).map((relation) => qualifiedTable(relation, tables)),
      lines: renderPlan(node, { indexName, redact }),
    };
  };
}

/** Plans name a table without its schema; the query's tables tell which one it is. */
function qualifiedTable(relation: string, tables: ReadonlySet<string>): string {
  for (const key of tables) {
    const [schema = "", name] = key.split("\0");
    if (name === relation) return `${schema}.${name}`;
  }
  return relation;
}

/** `orders (customer_id, placed_at DESC)`: a proposed index as a person reads it. */
export function readableIndex({ table, keys }: CandidateIndex): string {
  return `${table.name} (${keys.map(keySql).join(", ")})`;
}
