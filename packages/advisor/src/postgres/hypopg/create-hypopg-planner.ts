import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type TableName, tableKey } from "../../catalog/catalog.ts";
import { findIndex, indexTableName, indexTree } from "../../catalog/partitions.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { Session } from "../../engine.ts";
import type { PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner, Proposal } from "../../whatif/planner.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
import { readRows } from "../read-rows.ts";
import { withKnownLimit } from "../sandbox/known-limit.ts";
import { reasonOf } from "../sandbox/restoration.ts";
import { qualifiedName } from "../sandbox/sql-names.ts";
import { tableFamilies } from "../sandbox/table-family.ts";
import { explainOnServer, plannable, type Plannable } from "./explain-on-server.ts";
import { findHypopg, type Hypopg, whilePretending } from "./hypopg-session.ts";
import { planReader } from "../read-plan.ts";
import { indexSql } from "../index-sql.ts";

/** A proposed index on one table that has rows: HypoPG knows none on a partitioned one. */
interface Part {
  readonly table: string;
  readonly ddl: string;
}

/**
 * A planner on the live server itself, by the extension HypoPG: that server's own version, settings and statistics answer.
 * It asks for plans and executes nothing. The session stays the caller's, and nothing is left in it after a question.
 * Throws `DbadviseError` `planner-failed` where the extension is not installed in the session's database.
 */
export async function createHypopgPlanner(session: Session, snapshot: Snapshot): Promise<Planner> {
  const hypopg = await findHypopg(session);
  if (hypopg === null) {
    throw new DbadviseError(
      "planner-failed",
      `The extension hypopg is not installed in the database ${snapshot.server.database}.`,
      "Have it created there with CREATE EXTENSION hypopg (packages such as postgresql-16-hypopg have it), or use the sandbox, which needs nothing on the server.",
    );
  }
  const [server] = await readRows<{ version: string; number: number }>(
    session,
    `select pg_catalog.current_setting('server_version') as version,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as number`,
  );
  const versionNumber = server?.number ?? snapshot.server.versionNumber;
  const version = /^[\d.]+/.exec(server?.version ?? snapshot.server.version)?.[0] ?? "";
  const plannerName = `hypopg ${hypopg.version} (PostgreSQL ${version})`;
  return hypopgPlanner({ session, snapshot, hypopg, versionNumber, plannerName });
}

interface Parts {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly hypopg: Hypopg;
  /** The server's: `150018`. */
  readonly versionNumber: number;
  readonly plannerName: string;
}

function hypopgPlanner({ session, snapshot, hypopg, versionNumber, plannerName }: Parts): Planner {
  const families = tableFamilies(snapshot.catalog.tables);
  const readPlan = planReader(
    snapshot.catalog.tables.flatMap((table) =>
      table.indexes.map(({ name }) => ({ name: { schema: table.schema, name }, table })),
    ),
  );
  const proposals = new Map<string, Proposal>();
  const partsOf = new Map<string, readonly Part[]>();
  const texts = new Map<string, Plannable | string>();
  const cache = new Map<string, PlanResult>();
  let requests = 0;
  let planned = 0;
  let milliseconds = 0;
  // One session: a question must not see what another one pretends.
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
    const parts = families.leaves(candidate.table).map((table) => ({
      table: tableKey(table),
      ddl: `create index on ${qualifiedName(table)} ${indexSql(candidate)}`,
    }));
    let proposal: Proposal;
    try {
      if (parts.length === 0) throw new Error("the table is not in the snapshot");
      const pretence = { create: parts.map(({ ddl }) => ddl), hide: [] };
      const created = await whilePretending(session, hypopg, pretence, async (made) => made);
      const bytes = created.reduce((sum, one) => sum + one.bytes, 0);
      partsOf.set(id, parts);
      proposal = { candidate, accepted: true, bytes };
    } catch (error) {
      const reason = reasonOf(error).replace(/^hypopg: /, "");
      proposal = { candidate, accepted: false, reason: `HypoPG ${hypopg.version}: ${reason}` };
    }
    proposals.set(id, proposal);
    return proposal;
  }

  async function plan(
    query: Query,
    { add, hide }: IndexConfiguration,
    sample: QuerySample | undefined,
  ): Promise<PlanResult> {
    requests++;
    if (add.some((candidate) => !partsOf.has(candidateId(candidate))))
      return { ok: false, reason: "the planner does not know one of the indexes" };
    const tables = new Set(
      query.statement.tables.flatMap((use) => families.withChildren(use.table)).map(tableKey),
    );
    const used = add.flatMap((candidate) =>
      (partsOf.get(candidateId(candidate)) ?? [])
        .filter(({ table }) => tables.has(table))
        .map(({ ddl }) => ({ candidate, ddl })),
    );
    const hidden = hide.flatMap((name) => storedIndexes(name, snapshot, tables));
    if (hidden.length > 0 && !hypopg.hides)
      return { ok: false, reason: `HypoPG ${hypopg.version} can't hide indexes: version 1.4 can` };
    const text = sample?.sql ?? withKnownLimit(query);
    const create = used.map(({ ddl }) => ddl);
    const key = JSON.stringify([text, create.toSorted(), hidden.toSorted()]);
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const started = performance.now();
    let result = await ask(text, sample !== undefined);
    // A shape whose parameters PostgreSQL can't give a type is planned with the first values that it can.
    for (const one of sample === undefined ? query.samples : []) {
      if (result.ok) break;
      const custom = await ask(one.sql, true);
      if (custom.ok) result = custom;
    }
    planned++;
    milliseconds += performance.now() - started;
    cache.set(key, result);
    return result;

    async function ask(sql: string, redact: boolean): Promise<PlanResult> {
      const statement = texts.get(sql) ?? (await plannable(sql));
      texts.set(sql, statement);
      if (typeof statement === "string") return { ok: false, reason: statement };
      try {
        return await whilePretending(session, hypopg, { create, hide: hidden }, async (made) => {
          const node = await explainOnServer(session, versionNumber, statement);
          const byName = new Map(
            made.flatMap(({ name }, at) => {
              const candidate = used[at]?.candidate;
              return candidate === undefined ? [] : [[name, candidate] as const];
            }),
          );
          return { ok: true, plan: readPlan(node, tables, byName, redact) };
        });
      } catch (error) {
        return { ok: false, reason: reasonOf(error) };
      }
    }
  }

  return {
    name: plannerName,
    capabilities: { hypotheticalIndexes: true, hideIndexes: hypopg.hides, verifies: true },
    gaps: [],
    propose: (candidates) =>
      inTurn(async () => {
        const answers: Proposal[] = [];
        for (const candidate of candidates) answers.push(await propose(candidate));
        return answers;
      }),
    plan: (query, configuration, sample) => inTurn(() => plan(query, configuration, sample)),
    calls: () => ({ requests, planned, milliseconds }),
    close: () => inTurn(async () => undefined),
  };
}

/** The index, or the partitions' ones of a partitioned index, on some tables, qualified as SQL. */
function storedIndexes(
  name: TableName,
  { catalog }: Snapshot,
  tables: ReadonlySet<string>,
): readonly string[] {
  const found = findIndex(name, catalog);
  if (found === undefined) return [];
  return indexTree(found, catalog)
    .filter(({ table }) => table.kind !== "partitioned" && tables.has(tableKey(table)))
    .map((one) => qualifiedName(indexTableName(one)));
}
