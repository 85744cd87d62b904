import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type Table, tableKey } from "../../catalog/catalog.ts";
import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner, Proposal } from "../../whatif/planner.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
import { type Explain } from "../explain-on-server.ts";
import type { Block } from "../explain-tree.ts";
import { planReader } from "../read-plan.ts";
import { statementTokens } from "../tokens.ts";
import type { CandidateIndexes } from "./candidate-indexes.ts";
import type { ColumnLooks } from "./column-looks.ts";
import { type LoadedTable, messageOf } from "./load-tables.ts";
import { type PlannedText, plannedText, withScaledLimits } from "./planned-text.ts";
import { productionRows, type TableColumns } from "./scaled-rows.ts";
import { inDatabases } from "./table-definition.ts";

export interface PlannerParts {
  readonly name: string;
  readonly snapshot: Snapshot;
  /** By `tableKey`. */
  readonly loaded: ReadonlyMap<string, LoadedTable>;
  readonly gaps: readonly CaptureGap[];
  /** Databases of the copy by their names in production. */
  readonly databases: ReadonlyMap<string, string>;
  readonly indexes: CandidateIndexes;
  readonly looks: ColumnLooks;
  readonly columnsOf: (table: Table) => TableColumns;
  readonly explain: Explain;
  /** Leaves that an index of the copy has. */
  readonly leavesOf: (table: Table, index: string) => number | undefined;
  /** Estimated size in bytes, in production. */
  readonly bytesOf: (candidate: CandidateIndex) => number;
  /** Makes the rows that single rows of the query's tables are looked up by; false where there are no such look-ups. */
  readonly presentRows: (
    query: Query,
    text: PlannedText,
    tables: readonly LoadedTable[],
  ) => Promise<boolean>;
  close(): Promise<void>;
}

/** Statements that have a plan. Anything else behind EXPLAIN might be run. */
const PLANNABLE = new Set([
  "SELECT",
  "WITH",
  "UPDATE",
  "DELETE",
  "INSERT",
  "REPLACE",
  "TABLE",
  "VALUES",
  "(",
]);

/** The planner over a copy on a scratch server. */
export function scratchPlanner(parts: PlannerParts): Planner {
  const { snapshot, loaded, indexes } = parts;
  const readPlan = planReader(snapshot);
  const proposals = new Map<string, Proposal>();
  const cache = new Map<string, PlanResult>();
  let requests = 0;
  let planned = 0;
  let milliseconds = 0;
  // The server's session is one: what one call hides must not reach another's plan.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  async function propose(candidate: CandidateIndex): Promise<Proposal> {
    const id = candidateId(candidate);
    const known = proposals.get(id);
    if (known !== undefined) return known;
    let proposal: Proposal;
    try {
      await indexes.add(candidate);
      proposal = { candidate, accepted: true, bytes: parts.bytesOf(candidate) };
    } catch (error) {
      proposal = { candidate, accepted: false, reason: messageOf(error) };
    }
    proposals.set(id, proposal);
    return proposal;
  }

  async function plan(
    query: Query,
    configuration: IndexConfiguration,
    sample: QuerySample | undefined,
  ): Promise<PlanResult> {
    requests += 1;
    if (configuration.add.some((candidate) => !indexes.has(candidate)))
      return { ok: false, reason: "the planner does not know one of the indexes" };
    const keys = new Set(query.statement.tables.map((use) => tableKey(use.table)));
    const tables = [...keys].flatMap((key) => loaded.get(key) ?? []);
    const key = [
      query.fingerprint,
      sample?.sql ?? query.sql,
      indexes.keyOf(configuration, tables),
    ].join("\0");
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const started = performance.now();
    let result: PlanResult;
    try {
      result = await make(query, configuration, sample, tables);
    } catch (error) {
      result = { ok: false, reason: messageOf(error) };
    }
    planned += 1;
    milliseconds += performance.now() - started;
    cache.set(key, result);
    return result;
  }

  async function make(
    query: Query,
    configuration: IndexConfiguration,
    sample: QuerySample | undefined,
    tables: readonly LoadedTable[],
  ): Promise<PlanResult> {
    const text = await plannedText(
      query,
      sample,
      tables.map(({ table }) => table),
      parts.looks,
    );
    const [first] = statementTokens(text.sql);
    if (first === undefined || !PLANNABLE.has(first.value))
      return { ok: false, reason: "a statement without a plan" };
    for (const { use, text: value, plain } of text.values) {
      if (use.kind !== "equal") continue;
      for (const { table, column } of use.columns) {
        // A value that does not fit the column is for the plan to complain about.
        if (isIndexed(table, column))
          await parts.looks.provide(table, column, value, plain).catch(() => undefined);
      }
    }
    await indexes.apply(configuration, tables);
    const k = Math.max(1, ...tables.map(({ rows, made }) => (made > 0 ? rows / made : 1)));
    const limited = withScaledLimits(text, k);
    const sql = inDatabases(limited.sql, parts.databases);
    let tree = await parts.explain(sql);
    if (isEmpty(tree) && (await parts.presentRows(query, text, tables)))
      tree = await parts.explain(sql);
    const created = new Map(indexes.named(tables).map((one) => [one.name, one.candidate]));
    const result = readPlan(
      tree,
      { sql: text.sql, tables: tables.map(({ table }) => table) },
      new Map(
        [...created].map(([name, candidate]) => [
          name,
          { candidate, bytes: parts.bytesOf(candidate) },
        ]),
      ),
      {
        redact: true,
        scaleRows: (step, table) => {
          const one = loaded.get(tableKey(table));
          return one === undefined
            ? step.rows
            : productionRows(step, {
                loaded: one,
                columns: parts.columnsOf(table),
                values: text.values,
                limitFactor: limited.factor,
                created,
                leaves: (index) => parts.leavesOf(table, index),
              });
        },
      },
    );
    return {
      ok: true,
      plan: text.typical ? { ...result, lines: [...result.lines, TYPICAL] } : result,
    };
  }

  /** Whether an index of production, or one that was proposed, has the column. */
  function isIndexed(table: Table, column: string): boolean {
    const has = ({ keys }: Pick<CandidateIndex, "keys">): boolean =>
      keys.some((key) => key.column === column);
    const one = loaded.get(tableKey(table));
    return (
      table.indexes.some(has) ||
      (one !== undefined && indexes.named([one]).some(({ candidate }) => has(candidate)))
    );
  }

  return {
    name: parts.name,
    capabilities: { hypotheticalIndexes: true, hideIndexes: true, verifies: true },
    gaps: parts.gaps,
    propose: (candidates) =>
      inTurn(async () => {
        const answers: Proposal[] = [];
        for (const candidate of candidates) answers.push(await propose(candidate));
        return answers;
      }),
    plan: (query, configuration, sample) => inTurn(() => plan(query, configuration, sample)),
    calls: () => ({ requests, planned, milliseconds }),
    close: () => inTurn(() => parts.close()),
  };
}

const TYPICAL = "Values are typical ones of their columns: the query was seen without any.";

/** Whether the server found that no row can come out, by rows that it looked up while it planned. */
function isEmpty({ message }: Block): boolean {
  return message !== null && /const table|impossible where noticed/i.test(message);
}
