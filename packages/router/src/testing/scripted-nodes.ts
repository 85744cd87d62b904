import { createPool, type Pool } from "@dbadvise/pool";
import { postgres } from "@dbadvise/pool/postgres";
import type { RouterDialect, ServerState } from "../router-dialect.ts";

/** A node whose connections are real, and that says of itself what its test wants. */
export interface ScriptedNode extends AsyncDisposable {
  readonly name: string;
  /** A pool of its own each time; ended with the node. */
  pool(): Pool<unknown>;
  says(state: Partial<ScriptedState>): Promise<void>;
}

export interface ScriptedState {
  readonly role: ServerState["role"];
  readonly server: string;
  readonly epoch: number;
  readonly at: number;
}

/**
 * Servers that can't be had at will: two that take writes, one that went back, one far behind. The connections are real, and the state of
 * each is a row in a database of their own.
 *
 * @param address a way to the database, through whatever the test puts between
 */
export async function makeScriptedNode(
  database: Pool<unknown>,
  name: string,
  address: string,
  first: Partial<ScriptedState>,
): Promise<ScriptedNode> {
  const pools: Pool<unknown>[] = [];
  const state: ScriptedState = { role: "replica", server: name, epoch: 1, at: 0, ...first };
  await database.query(
    "create table if not exists state (name text, role text, server text, epoch int, at int)",
  );
  await database.query("delete from state where name = $1", [name]);
  const { role, server, epoch, at } = state;
  await database.query("insert into state values ($1, $2, $3, $4, $5)", [
    name,
    role,
    server,
    epoch,
    at,
  ]);
  return {
    name,
    pool: () => {
      const pool = createPool({
        connector: postgres({ connectionString: address, application_name: name }),
        name,
        max: 4,
        connectTimeoutMs: 1000,
        backoffMs: { first: 20, last: 100 },
      });
      pools.push(pool);
      return pool;
    },
    says: async (next) => {
      for (const [column, value] of Object.entries(next)) {
        await database.query(`update state set ${column} = $2 where name = $1`, [name, value]);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pools.map((pool) => pool.drain({ timeoutMs: 100 }).catch(() => undefined)));
    },
  };
}

/** Reads the state from the node's row. `timelines`: whether a higher epoch is the newer history, as on PostgreSQL. */
export function scriptedDialect(timelines = true): RouterDialect<unknown> {
  const never = (): never => {
    throw new Error("The tests of the cluster send no queries through the dialect");
  };
  return {
    system: "postgresql",
    classify: never,
    learnWrite: never,
    positionAfterWrite: never,
    queryAt: never,
    waitFor: never,
    readState: async (lease) => {
      const { rows } = await lease.query<ScriptedState>(
        "select * from state where name = current_setting('application_name')",
      );
      const [row] = rows;
      if (row === undefined) throw new Error("A node has no state");
      const { role, server, epoch, at } = row;
      return { role, server, position: { epoch: String(epoch), at: String(at) } };
    },
    covers: (bound, wanted) => {
      if (bound.epoch !== wanted.epoch) return "unknown";
      return Number(bound.at) >= Number(wanted.at) ? "reached" : "behind";
    },
    compareEpochs: (a, b) => (timelines ? Number(a.epoch) - Number(b.epoch) : 0),
    merge: (a, b) => (Number(a.at) >= Number(b.at) ? a : b),
    isReadOnlyRefusal: () => false,
    isCallersError: (error) => (error as { readonly code?: string }).code === "42601",
  };
}
