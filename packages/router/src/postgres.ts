import type { Lease, QueryOptions, QueryResult } from "@dbadvise/pool";
import type pg from "pg";
import { createPostgresClassifier } from "./postgres/create-classifier.ts";
import { GuardedQuery } from "./postgres/guarded-query.ts";
import { readStableFunctions } from "./postgres/read-stable-functions.ts";
import { isCallersError, isReadOnlyRefusal } from "./postgres/refusals.ts";
import { GUARD, GUARD_OF_UNTOLD, STATE_SQL, WRITTEN_SQL } from "./postgres/state-sql.ts";
import { SURVIVED_SQL } from "./postgres/survived-sql.ts";
import { compareEpochs, covers, merge, UNKNOWN_TIMELINE } from "./postgres/wal-position.ts";
import type { Position } from "./position.ts";
import type { RouterDialect, ServerState } from "./router-dialect.ts";
import { waitUntilCovered } from "./wait-until-covered.ts";
import { onlyRow } from "./only-row.ts";

interface Place {
  readonly at: string;
  readonly timeline: string | null;
}

/**
 * PostgreSQL by streaming replication, with the driver `pg`. A position is an LSN on a timeline.
 *
 * The accounts of replicas should have the privileges of `pg_read_all_stats`: only they are told at once that a standby
 * follows a new primary. Others learn it some minutes later, and may meanwhile take a standby that lacks a lost write for one
 * that has it.
 *
 * Functions of the database's own that its catalog calls stable or immutable (`pg_proc.provolatile`) when the first node is asked
 * may be read on replicas; those that are made later go to the primary.
 */
export function postgres(): RouterDialect<pg.Client> {
  const { trustFunctions, ...classifier } = createPostgresClassifier();
  let functionsKnown = false;

  /** The first node that answers also tells which functions of the database's own are stable. */
  async function readStateAndFunctions(lease: Lease<pg.Client>): Promise<ServerState> {
    const state = await readState(lease);
    if (!functionsKnown) {
      trustFunctions(await readStableFunctions((sql) => lease.query<{ name: string }>(sql)));
      functionsKnown = true;
    }
    return state;
  }

  return {
    system: "postgresql",
    ...classifier,
    readState: readStateAndFunctions,
    positionAfterWrite: async (lease) => positionOf(await onlyRow<Place>(lease, WRITTEN_SQL)),
    covers,
    hasSurvived,
    compareEpochs,
    merge,
    queryAt,
    waitFor: (lease, wanted, timeoutMs) =>
      waitUntilCovered(async () => covers((await readState(lease)).position, wanted), timeoutMs),
    isReadOnlyRefusal,
    isCallersError,
  };
}

/** Clients of accounts that are not told what a standby receives. */
const untold = new WeakSet<pg.Client>();

async function readState(lease: Lease<pg.Client>): Promise<ServerState> {
  const { client } = lease;
  const row = await onlyRow<Place & { replica: boolean; server: string; told: boolean }>(
    lease,
    STATE_SQL,
  );
  if (row.told) untold.delete(client);
  else untold.add(client);
  return {
    role: row.replica ? "replica" : "primary",
    server: row.server,
    position: positionOf(row),
  };
}

async function hasSurvived(
  lease: Lease<pg.Client>,
  wanted: Position,
  now: Position,
): Promise<boolean> {
  // Of a promotion in between nobody knows where it was.
  if (Number(now.epoch) !== Number(wanted.epoch) + 1) return false;
  const { rows } = await lease.query<{ survived: boolean }>(SURVIVED_SQL, [wanted.at]);
  return rows[0]?.survived === true;
}

async function queryAt<Row>(
  lease: Lease<pg.Client>,
  wanted: Position,
  sql: string,
  parameters: readonly unknown[],
  options: QueryOptions,
): Promise<QueryResult<Row> | undefined> {
  const guard = untold.has(lease.client) ? GUARD_OF_UNTOLD : GUARD;
  const sent = Promise.withResolvers<pg.QueryResult>();
  const query = new GuardedQuery(guard, wanted, sql, parameters, (error, result) => {
    if (error) sent.reject(error);
    else sent.resolve(result as pg.QueryResult);
  });
  try {
    const { rows, rowCount } = await lease.run((client) => {
      client.query(query as unknown as pg.Submittable);
      return sent.promise;
    }, options);
    return { rows: rows as Row[], rowCount: rowCount ?? undefined };
  } catch (error) {
    if (query.isStopped(error)) return undefined;
    throw error;
  }
}

function positionOf({ at, timeline }: Place): Position {
  return { epoch: timeline ?? UNKNOWN_TIMELINE, at };
}
