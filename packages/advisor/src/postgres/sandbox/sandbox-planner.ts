import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type Table, tableKey } from "../../catalog/catalog.ts";
import type { CaptureGap } from "../../catalog/snapshot.ts";
import type { PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner, Proposal } from "../../whatif/planner.ts";
import type { Statement } from "../../workload/statement.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
import { parse } from "../parse.ts";
import { repairPlaceholders } from "../placeholders.ts";
import { readableIndex, planReader } from "../read-plan.ts";
import { type CandidateParts, createCandidates } from "./create-candidates.ts";
import { type PlanNode, rootNode } from "./explain-plan.ts";
import type { SandboxIndex } from "./index-shapes.ts";
import type { IndexVisibility } from "./index-visibility.ts";
import { withKnownLimit } from "./known-limit.ts";
import { reasonOf } from "./restoration.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";
import { planWithoutSkips, SKIP_SCAN_SINCE } from "./skip-scans.ts";
import { typeParameters } from "./type-parameters.ts";

export interface SandboxParts extends CandidateParts {
  readonly name: string;
  /** Existing indexes. */
  readonly indexes: readonly SandboxIndex[];
  readonly visibility: IndexVisibility;
  readonly gaps: readonly CaptureGap[];
  /** Of the server that the snapshot is of: `150018`. */
  readonly versionNumber: number;
}

/** The planner over a restored database. */
export function sandboxPlanner(parts: SandboxParts): Planner {
  const { database, families, visibility } = parts;
  const explainText = explainer(database);
  const readPlan = planReader(parts.indexes);
  const existing = Map.groupBy(parts.indexes, (index) => index.name.name);
  /** By the index's name in the sandbox, which is nobody else's. */
  const proposed = new Map<string, CandidateIndex>();
  const proposals = new Map<string, Proposal>();
  /** Candidates' indexes in the sandbox by name. */
  const created = new Map<string, SandboxIndex>();
  const cache = new Map<string, PlanResult>();
  let requests = 0;
  let planned = 0;
  let milliseconds = 0;
  // The database is one session: what one call hides must not reach another's plan.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  async function propose(candidates: readonly CandidateIndex[]): Promise<readonly Proposal[]> {
    const unknown = new Map(
      candidates
        .map((candidate) => [candidateId(candidate), candidate] as const)
        .filter(([id]) => !proposals.has(id)),
    );
    const fresh = [...unknown.values()].map((candidate, position) => ({
      candidate,
      name: `dbadvise_candidate_${proposals.size + position + 1}`,
    }));
    const results = await createCandidates(parts, fresh);
    for (const [position, { candidate }] of fresh.entries()) {
      const made = results[position] ?? { reason: "the planner gave no answer" };
      if ("reason" in made) {
        proposals.set(candidateId(candidate), { candidate, accepted: false, reason: made.reason });
        continue;
      }
      visibility.addCandidate(candidate, made);
      for (const index of made.indexes) {
        proposed.set(index.name.name, candidate);
        created.set(index.name.name, index);
      }
      proposals.set(candidateId(candidate), { candidate, accepted: true, bytes: made.bytes });
    }
    return candidates.flatMap((candidate) => proposals.get(candidateId(candidate)) ?? []);
  }

  async function plan(
    query: Query,
    configuration: IndexConfiguration,
    sample: QuerySample | undefined,
  ): Promise<PlanResult> {
    requests++;
    const unknown = configuration.add.find((candidate) => !visibility.has(candidate));
    if (unknown !== undefined)
      return {
        ok: false,
        reason: `the planner does not know the index on ${readableIndex(unknown)}`,
      };
    const tables = query.statement.tables.flatMap((use) => families.withChildren(use.table));
    const text = sample?.sql ?? withKnownLimit(query);
    const key = `${query.fingerprint}\0${text}\0${visibility.keyOf(configuration, tables)}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const started = performance.now();
    await visibility.apply(configuration, tables);
    const result = await (sample === undefined
      ? explainShape(query, tables)
      : explainSample(query.statement, sample, tables));
    milliseconds += performance.now() - started;
    cache.set(key, result);
    return result;
  }

  /** A shape whose parameters PostgreSQL can't give a type is planned with the first values that it can. */
  async function explainShape(query: Query, tables: readonly Table[]): Promise<PlanResult> {
    const generic = await explain(query.statement, withKnownLimit(query));
    if (generic.ok)
      return { ok: true, plan: readPlan(generic.node, keysOf(tables), proposed, false) };
    for (const sample of query.samples) {
      const custom = await explainSample(query.statement, sample, tables);
      if (custom.ok) return custom;
    }
    return { ok: false, reason: generic.reason };
  }

  async function explainSample(
    statement: Statement,
    sample: QuerySample,
    tables: readonly Table[],
  ): Promise<PlanResult> {
    const custom = await explain(statement, sample.sql);
    return custom.ok
      ? { ok: true, plan: readPlan(custom.node, keysOf(tables), proposed, true) }
      : { ok: false, reason: custom.reason };
  }

  /** Plans a text by the means of the server's version. */
  function explain(statement: Statement, text: string): Promise<Explained> {
    const once = (): Promise<Explained> => {
      planned++;
      return explainText(text);
    };
    if (parts.versionNumber >= SKIP_SCAN_SINCE) return once();
    const indexOf = (name: string): SandboxIndex | undefined =>
      created.get(name) ?? existing.get(name)?.[0];
    return planWithoutSkips(database, indexOf, statement, once);
  }

  return {
    name: parts.name,
    capabilities: { hypotheticalIndexes: true, hideIndexes: true, verifies: true },
    gaps: parts.gaps,
    propose: (candidates) => inTurn(() => propose(candidates)),
    plan: (query, configuration, sample) => inTurn(() => plan(query, configuration, sample)),
    calls: () => ({ requests, planned, milliseconds }),
    close: () => database.close(),
  };
}

type Explained =
  | { readonly ok: true; readonly node: PlanNode }
  | { readonly ok: false; readonly node: null; readonly reason: string };

/** Asks for plans. A text is parsed once, however often it is planned. */
function explainer(database: SandboxDatabase): (text: string) => Promise<Explained> {
  const prepared = new Map<string, Prepared>();
  const refusal = (explain: string): Promise<unknown> =>
    database.run(explain).then(
      () => null,
      (error: unknown) => error,
    );
  return async (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = await prepare(text);
      prepared.set(text, statement);
    }
    if (!statement.ok) return { ...statement, node: null };
    try {
      return explained(await database.run(statement.explain));
    } catch (error) {
      const typed = await typeParameters(statement.explain, error, refusal);
      prepared.set(
        text,
        typed === null ? { ok: false, reason: reasonOf(error) } : { ok: true, explain: typed },
      );
      if (typed === null) return { ok: false, node: null, reason: reasonOf(error) };
      return explained(await database.run(typed));
    }
  };
}

function explained(rows: readonly Row[]): Explained {
  const node = rootNode(rows[0]?.["QUERY PLAN"]);
  return node === null
    ? { ok: false, node, reason: "the planner gave no plan" }
    : { ok: true, node };
}

type Prepared =
  | { readonly ok: true; readonly explain: string }
  | { readonly ok: false; readonly reason: string };

/** The EXPLAIN of one statement: of several, all but the first would be run, so they are refused. */
async function prepare(text: string): Promise<Prepared> {
  const parsed = await parse(text);
  if (parsed.kind !== "query") {
    const reason = parsed.kind === "error" ? parsed.message : "a statement without a plan";
    return { ok: false, reason };
  }
  const sql = repairPlaceholders(text);
  const options = /\$\d/.test(sql) ? "format json, generic_plan" : "format json";
  return { ok: true, explain: `explain (${options}) ${sql}` };
}

function keysOf(tables: readonly Table[]): ReadonlySet<string> {
  return new Set(tables.map(tableKey));
}
