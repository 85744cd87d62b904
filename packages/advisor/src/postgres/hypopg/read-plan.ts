import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type Catalog, tableKey } from "../../catalog/catalog.ts";
import type { Plan } from "../../whatif/plan.ts";
import { quoteIdent } from "../quote-ident.ts";
import { keySql } from "../sandbox/create-candidates.ts";
import { type PlanNode, renderPlan, usedIndexes } from "../sandbox/explain-plan.ts";

/** Reads a server's plan: `tables` are the keys of those that the query may read, `created` the indexes that only seem to exist. */
export type PlanReader = (
  node: PlanNode,
  tables: ReadonlySet<string>,
  created: ReadonlyMap<string, CandidateIndex>,
  redact: boolean,
) => Plan;

export function planReader(catalog: Catalog): PlanReader {
  const existing = Map.groupBy(
    catalog.tables.flatMap((table) => table.indexes.map(({ name }) => ({ name, table }))),
    ({ name }) => name,
  );
  /** Plans name an index without its schema; its table and the query's tables tell which one it is. */
  const qualified = (
    name: string,
    relation: string | null,
    tables: ReadonlySet<string>,
  ): string => {
    const named = existing.get(name) ?? [];
    const likely = named.filter(({ table }) => relation === null || table.name === relation);
    const index = likely.find(({ table }) => tables.has(tableKey(table))) ?? likely[0] ?? named[0];
    return index === undefined ? name : `${index.table.schema}.${name}`;
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
        : `[new index on ${candidate.table.name} (${candidate.keys.map(keySql).join(", ")})]`;
    };
    return {
      cost: Number(node["Total Cost"]),
      rows: Number(node["Plan Rows"]),
      indexes: [...indexes],
      candidates: [...candidates],
      lines: renderPlan(node, { indexName, redact }),
    };
  };
}
