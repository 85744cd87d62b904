import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { type Index, type Table, type TableName, tableKey } from "../catalog/catalog.ts";
import { indexTableName } from "../catalog/partitions.ts";
import { statisticsFinder } from "../catalog/find-statistics.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { Plan, TableRead } from "../whatif/plan.ts";
import { readIndex, readTable } from "./access-cost.ts";
import { costConstants } from "./cost-constants.ts";
import { earlyEnd } from "./early-end.ts";
import { type Block, mapTables, type TableStep, tableSteps } from "./explain-tree.ts";
import { selectivity } from "./model/selectivity.ts";
import { planCost } from "./plan-cost.ts";
import { renderPlan } from "./render-plan.ts";
import { resolveAlias, tableAliases } from "./table-aliases.ts";

/** What a plan is of. */
export interface PlannedQuery {
  /** The text that was explained. */
  readonly sql: string;
  /** Tables that it may read. */
  readonly tables: readonly TableName[];
}

/** An index that is not production's, by its name in plans. */
export interface CreatedIndex {
  readonly candidate: CandidateIndex;
  readonly bytes: number;
}

export interface ReadOptions {
  /** Values are left out of the lines. */
  readonly redact: boolean;
  /** Rows of a table's read as they would be on the snapshot's server, where the plan is of a smaller copy. */
  readonly scaleRows?: (step: TableStep, table: Table) => number;
}

/** Makes a plan of what `readExplain` read. */
export type PlanReader = (
  tree: Block,
  query: PlannedQuery,
  created: ReadonlyMap<string, CreatedIndex>,
  options: ReadOptions,
) => Plan;

/** Whole tables and whole indexes; both may end early at a LIMIT. */
const SCANS = new Set(["ALL", "index"]);

/** Reads plans of the snapshot's tables. Costs are counted by docs/mysql-planner.md, with the tables' sizes as the snapshot has them. */
export function planReader(snapshot: Snapshot): PlanReader {
  const constants = costConstants(snapshot);
  const shares = selectivity(statisticsFinder(snapshot));
  const { tables, views } = snapshot.catalog;
  return (tree, query, created, { redact, scaleRows }) => {
    // Plans name the tables of a view by the aliases in its definition.
    const text = [query.sql, ...views.map(({ definition }) => definition)].join("\n;\n");
    const wanted = new Set(query.tables.map(tableKey));
    const among = tables.filter((table) => wanted.has(tableKey(table)));
    const aliases = tableAliases(text, among);
    const tableOf = (step: TableStep): Table | undefined =>
      step.filledBy === null
        ? resolveAlias(
            step.alias,
            step.indexes.filter((name) => !created.has(name)),
            aliases,
            among,
          )
        : undefined;
    const scaled =
      scaleRows === undefined
        ? tree
        : mapTables(tree, (step) => {
            const table = tableOf(step);
            return table === undefined ? step : { ...step, rows: scaleRows(step, table) };
          });
    const figures = planCost(
      scaled,
      {
        table: (step) => {
          const table = tableOf(step);
          return table && readTable(table);
        },
        index: (step, name) => {
          const index = findIndex(tableOf(step), name);
          if (index !== undefined) return readIndex(index);
          const bytes = created.get(name)?.bytes;
          return bytes === undefined ? null : { clustered: false, bytes };
        },
        early: earlyEnd(query.sql, snapshot.catalog, shares),
      },
      constants,
    );

    const reads: TableRead[] = [];
    const indexes = new Set<string>();
    const candidates = new Set<string>();
    for (const step of tableSteps(scaled)) {
      const table = tableOf(step);
      if (table === undefined) continue;
      const used = step.indexes.map((name) => {
        const candidate = created.get(name)?.candidate;
        if (candidate !== undefined) {
          candidates.add(candidateId(candidate));
          return candidateId(candidate);
        }
        const index = findIndex(table, name);
        const known = index === undefined ? table : indexTableName({ table, index });
        if (index !== undefined) indexes.add(`${known.schema}.${known.name}`);
        return name;
      });
      const read = { table: `${table.schema}.${table.name}`, type: step.access, rows: step.rows };
      for (const index of used.length === 0 ? [null] : used) reads.push({ ...read, index });
    }
    return {
      ...figures.total,
      indexes: [...indexes],
      candidates: [...candidates],
      scans: [...new Set(reads.filter(({ type }) => SCANS.has(type)).map(({ table }) => table))],
      accesses: reads,
      lines: renderPlan(scaled, figures, { created, redact }),
    };
  };
}

function findIndex(table: Table | undefined, name: string): Index | undefined {
  return table?.indexes.find((index) => index.name.toLowerCase() === name.toLowerCase());
}
