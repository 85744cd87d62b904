import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type Table, tableKey } from "../../catalog/catalog.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import { indexTableName } from "../../catalog/partitions.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { Plan, PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner, Proposal } from "../../whatif/planner.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
import { costConstants } from "../cost-constants.ts";
import { type Explain, explainOnServer } from "../explain-on-server.ts";
import { estimateIndexBytes } from "../index-size.ts";
import { planReader } from "../read-plan.ts";
import { serverTraits } from "../server-traits.ts";
import { tokens } from "../tokens.ts";
import { pathFinder, usableIndexes } from "./access-paths.ts";
import { planBlock } from "./plan-block.ts";
import { readBlocks } from "./read-blocks.ts";
import { selectivity } from "./selectivity.ts";

/**
 * A planner that counts what docs/mysql-planner.md says: a model of the server's own, whose results are estimates. With a session on the
 * snapshot's server, plans by the indexes that are there are the server's, and all others are by the factor dearer or cheaper that the
 * model gives. The session stays the caller's.
 */
export async function createModelPlanner(
  snapshot: Snapshot,
  session: Session | null,
): Promise<Planner> {
  const traits = serverTraits(snapshot.server);
  const constants = costConstants(snapshot);
  const find = statisticsFinder(snapshot);
  const shares = selectivity(find);
  const readPlan = planReader(snapshot);
  const explain = session === null ? null : await explainOnServer(session, traits);
  const tables = new Map(snapshot.catalog.tables.map((table) => [tableKey(table), table]));
  const proposals = new Map<string, Proposal>();
  const names = new Map<string, string>();
  const cache = new Map<string, PlanResult>();
  let requests = 0;
  let planned = 0;
  let milliseconds = 0;

  function propose(candidate: CandidateIndex): Proposal {
    const id = candidateId(candidate);
    const known = proposals.get(id);
    if (known !== undefined) return known;
    const table = tables.get(tableKey(candidate.table));
    const reason =
      table === undefined
        ? "the table is not in the snapshot"
        : candidate.method === "btree"
          ? null
          : "the model knows btrees only";
    const proposal: Proposal =
      table === undefined || reason !== null
        ? { candidate, accepted: false, reason: reason ?? "" }
        : { candidate, accepted: true, bytes: estimateIndexBytes(candidate, table, find) };
    proposals.set(id, proposal);
    names.set(id, `<candidate ${names.size + 1}>`);
    return proposal;
  }

  function model(query: Query, sql: string, { add, hide }: IndexConfiguration): Plan {
    const hidden = new Set(hide.map(tableKey));
    const created = new Map(
      add.flatMap((candidate) => {
        const proposal = proposals.get(candidateId(candidate));
        return proposal?.accepted === true
          ? [[names.get(candidateId(candidate)) ?? "", { candidate, bytes: proposal.bytes }]]
          : [];
      }) as readonly (readonly [string, { candidate: CandidateIndex; bytes: number }])[],
    );
    const finder = pathFinder(
      (table: Table) =>
        usableIndexes(
          table,
          [...created]
            .map(([name, one]) => ({ name, ...one }))
            .filter(({ candidate }) => tableKey(candidate.table) === tableKey(table)),
          (index) => hidden.has(tableKey(indexTableName({ table, index }))),
        ),
      shares,
      constants,
    );
    // MySQL joins with NOT EXISTS since 8.0.17; MariaDB runs it by itself.
    const anti = traits.product === "MySQL" && traits.versionNumber >= 80_017;
    const tree = planBlock(readBlocks(sql, snapshot.catalog, { anti }), finder, constants);
    const used = query.statement.tables.map(({ table }) => table);
    return readPlan(tree, { sql, tables: used }, created, { redact: true });
  }

  async function make(
    query: Query,
    configuration: IndexConfiguration,
    sample: QuerySample | undefined,
  ): Promise<Plan> {
    const sql = sample?.sql ?? query.samples[0]?.sql ?? query.sql;
    const changes = configuration.add.length > 0 || configuration.hide.length > 0;
    const live = explain === null ? null : await onServer(query, sql, explain);
    if (live !== null && !changes) return live;
    const plan = model(query, sql, configuration);
    if (live === null) return { ...plan, lines: [...plan.lines, modelLine(traits.product)] };
    const before = model(query, sql, { add: [], hide: [] });
    const gone = new Set(configuration.hide.map(({ schema, name }) => `${schema}.${name}`));
    // Nothing that the server's own plan needs was touched, and nothing new helps.
    if (plan.candidates.length === 0 && !live.indexes.some((name) => gone.has(name))) return live;
    const factor = before.cost > 0 ? plan.cost / before.cost : 1;
    return {
      ...plan,
      cost: live.cost * factor,
      lines: [...plan.lines, modelLine(traits.product)],
    };
  }

  /** `null` where the server has no plan: a text with placeholders, a write in a session that only reads. */
  async function onServer(query: Query, sql: string, ask: Explain): Promise<Plan | null> {
    const open = tokens(sql).some(({ text }) => text === "?" || /^\$\d+$/.test(text));
    if (open || query.statement.kind !== "select") return null;
    try {
      const used = query.statement.tables.map(({ table }) => table);
      return readPlan(await ask(sql), { sql, tables: used }, new Map(), { redact: true });
    } catch {
      return null;
    }
  }

  return {
    name: `model of ${traits.product}'s planner${session === null ? "" : ", live plans"}`,
    capabilities: { hypotheticalIndexes: true, hideIndexes: true, verifies: false },
    gaps: [],
    propose: async (candidates) => candidates.map(propose),
    async plan(query, configuration, sample) {
      requests += 1;
      if (
        configuration.add.some(
          (candidate) => proposals.get(candidateId(candidate))?.accepted !== true,
        )
      )
        return { ok: false, reason: "the planner does not know one of the indexes" };
      const on = new Set(query.statement.tables.map(({ table }) => tableKey(table)));
      const key = [
        query.fingerprint,
        sample?.sql ?? query.sql,
        ...configuration.add
          .filter(({ table }) => on.has(tableKey(table)))
          .map(candidateId)
          .toSorted(),
        "-",
        ...configuration.hide.map(tableKey).toSorted(),
      ].join("\u0002");
      const cached = cache.get(key);
      if (cached !== undefined) return cached;
      const started = performance.now();
      let result: PlanResult;
      try {
        result = { ok: true, plan: await make(query, configuration, sample) };
      } catch (error) {
        result = { ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
      planned += 1;
      milliseconds += performance.now() - started;
      cache.set(key, result);
      return result;
    },
    calls: () => ({ requests, planned, milliseconds }),
    close: async () => undefined,
  };
}

function modelLine(product: string): string {
  return `By a model of ${product}'s planner: an estimate.`;
}
