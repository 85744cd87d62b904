import { EventEmitter } from "node:events";
import { createPool, type Connection, type Connector } from "@dbadvise/pool";
import genericPool from "generic-pool";
import pg from "pg";
import { Pool as TarnPool } from "tarn";

/** A pool over things that cost nothing: what is left is lending. */
export interface LendingPeer {
  readonly name: string;
  /** Acquires and releases so many times, one after the other. */
  cycle(times: number): Promise<void>;
  end(): Promise<unknown>;
}

export const RESOURCES = 10;

/** The first is the floor: a bare stack and a bare queue. */
export function lendingPeers(): readonly LendingPeer[] {
  return [bareStack(), own(), pgPool(), generic(), tarn()];
}

function bareStack(): LendingPeer {
  const idle = Array.from({ length: RESOURCES }, () => ({}));
  const waiters: ((resource: object) => void)[] = [];
  const acquire = (): Promise<object> => {
    const resource = idle.pop();
    if (resource !== undefined) return Promise.resolve(resource);
    return new Promise((resolve) => {
      waiters.push(resolve);
    });
  };
  const release = (resource: object): void => {
    const waiter = waiters.shift();
    if (waiter === undefined) idle.push(resource);
    else waiter(resource);
  };
  return {
    name: "floor",
    cycle: async (times) => {
      for (let left = times; left > 0; left -= 1) release(await acquire());
    },
    end: () => Promise.resolve(),
  };
}

function own(): LendingPeer {
  const pool = createPool({ connector: freeConnector(), max: RESOURCES });
  return {
    name: "@dbadvise/pool",
    cycle: async (times) => {
      for (let left = times; left > 0; left -= 1) (await pool.acquire()).release();
    },
    end: () => pool.drain(),
  };
}

/** Connections without a server, always well: the health features are on and find nothing. */
function freeConnector(): Connector<object> {
  const done = (): Promise<void> => Promise.resolve();
  const connect = (): Promise<Connection<object>> =>
    Promise.resolve({
      client: {},
      server: { system: "postgresql", host: "", port: 1, database: "", role: "unknown" },
      query: () => Promise.resolve({ rows: [], rowCount: 0 }),
      run: (send) => send({}),
      lastHeard: () => Number.POSITIVE_INFINITY,
      state: () => "clean",
      isWorking: () => Promise.resolve(true),
      reset: done,
      validate: done,
      close: done,
      begin: done,
      commit: done,
      rollback: done,
      ref: () => undefined,
      unref: () => undefined,
    });
  return {
    system: "postgresql",
    description: "nowhere",
    connect,
    mayRetry: () => false,
    isPermanent: () => false,
  };
}

class FreeClient extends EventEmitter {
  connect(done: () => void): void {
    process.nextTick(done);
  }
  end(done?: () => void): void {
    if (done !== undefined) process.nextTick(done);
  }
  ref(): void {}
  unref(): void {}
  getTransactionStatus(): string {
    return "I";
  }
  readonly _queryable = true;
  readonly _ending = false;
}

function pgPool(): LendingPeer {
  const pool = new pg.Pool({
    max: RESOURCES,
    Client: FreeClient as unknown as new () => pg.Client,
  });
  return {
    name: "pg.Pool",
    cycle: async (times) => {
      for (let left = times; left > 0; left -= 1) (await pool.connect()).release();
    },
    end: () => pool.end(),
  };
}

function generic(): LendingPeer {
  const pool = genericPool.createPool(
    { create: () => Promise.resolve({}), destroy: () => Promise.resolve() },
    { max: RESOURCES },
  );
  return {
    name: "generic-pool",
    cycle: async (times) => {
      for (let left = times; left > 0; left -= 1) void pool.release(await pool.acquire());
    },
    end: async () => {
      await pool.drain();
      await pool.clear();
    },
  };
}

function tarn(): LendingPeer {
  const pool = new TarnPool<object>({
    create: () => Promise.resolve({}),
    destroy: () => undefined,
    min: 0,
    max: RESOURCES,
  });
  return {
    name: "tarn",
    cycle: async (times) => {
      for (let left = times; left > 0; left -= 1) pool.release(await pool.acquire().promise);
    },
    end: () => pool.destroy(),
  };
}
