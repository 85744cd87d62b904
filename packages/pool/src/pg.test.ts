import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import original from "pg";
import Cursor from "pg-cursor";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import pg, { Pool } from "./pg.ts";

type PoolClass = typeof Pool;

/** What a scenario works with: the class under test, and pools of it on the test's database, ended afterwards. */
interface Stage {
  readonly Pool: PoolClass;
  readonly url: string;
  open(config?: original.PoolConfig): original.Pool;
}

let database: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
});

afterAll(() => database.close());

async function onStage<Result>(
  PoolOf: PoolClass,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const pools: original.Pool[] = [];
  try {
    return await play({
      Pool: PoolOf,
      url: database.url,
      open: (config = {}) => {
        const pool = new PoolOf({ connectionString: database.url, ...config });
        pool.on("error", () => {});
        pools.push(pool);
        return pool;
      },
    });
  } finally {
    await Promise.all(pools.filter(({ ending }) => !ending).map((pool) => pool.end()));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `no error: ${String(error)}`;
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(String, messageOf);
}

function thrown(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    return messageOf(error);
  }
}

/** Names of the events that a pool emits, as they come. */
function record(pool: original.Pool): string[] {
  const events: string[] = [];
  for (const event of ["connect", "acquire", "remove"] as const)
    pool.on(event, () => events.push(event));
  pool.on("release", (error) => events.push(error ? "release with an error" : "release"));
  return events;
}

function counts(pool: original.Pool): readonly [number, number, number] {
  return [pool.totalCount, pool.idleCount, pool.waitingCount];
}

async function pidOf(client: original.Pool | original.ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid;
}

/** A server that accepts and never answers. */
async function silentServer(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).resume());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

class Own extends original.Client {
  readonly mine = true;
}

/** Each returns what it saw. */
const SCENARIOS: Record<string, (stage: Stage) => Promise<unknown>> = {
  "query: text, values, config, rows as arrays, named, several statements": async ({ open }) => {
    const pool = open();
    const text = "select $1::int as a, $2::text as b";
    const results = [
      await pool.query("select 1 as one"),
      await pool.query(text, [1, "x"]),
      await pool.query({ text, values: [2, "y"] }),
      await pool.query({ text, rowMode: "array" }, [3, "z"]),
      await pool.query({ name: "n", text, values: [4, "v"] }),
    ];
    const several = (await pool.query("select 1 as a; select 2 as b")) as unknown as {
      rows: unknown;
    }[];
    return [
      results.map(({ rows, rowCount, command, fields }) => {
        return { rows, rowCount, command, names: fields.map(({ name }) => name) };
      }),
      several.map(({ rows }) => rows),
    ];
  },
  "query: callbacks": async ({ open }) => {
    const pool = open();
    const call = (run: (done: (error: unknown, result?: unknown) => void) => unknown) =>
      new Promise((resolve) => {
        const returned = run((error, result) =>
          resolve([
            error === undefined || error === null ? "no error" : messageOf(error),
            (result as original.QueryResult | undefined)?.rows,
            returned,
          ]),
        );
      });
    return [
      await call((done) => pool.query("select 1 as a", done)),
      await call((done) => pool.query("select $1 as a", ["x"], done)),
      await call((done) => pool.query({ text: "select $1 as a", values: ["x"] }, done)),
      await call((done) => pool.query("select from nowhere", done)),
      await call((done) => (pool.query as (first: unknown) => unknown)(done)),
    ];
  },
  "query: errors": async ({ open }) => {
    const pool = open();
    const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
    return [
      await rejection(query("select from nowhere")),
      await rejection(query("select $1::int", ["x"])),
      await rejection(query(null)),
      await rejection(query({ text: "select 1", values: "x" })),
      await rejection(query({})),
    ];
  },
  "query: a query object": async ({ open }) => {
    const pool = open();
    const query = pool.query.bind(pool) as (query: unknown) => Promise<original.QueryResult>;
    const { rows } = await query(new original.Query("select 1 as a"));
    return [rows, await rejection(query(new original.Query("select from nowhere")))];
  },
  "connect: promise and callback": async ({ open }) => {
    const pool = open();
    const client = await pool.connect();
    const { rows } = await client.query("select 1 as a");
    client.release();
    const called = await new Promise((resolve) => {
      pool.connect((error, given, done) => {
        resolve([error, given === client, typeof done, given?.release === done]);
        done();
      });
    });
    return [rows, called, counts(pool)];
  },
  "connect: a callback that is given an error": async ({ Pool: PoolOf }) => {
    const pool = new PoolOf({ host: "127.0.0.1", port: 1 });
    const seen = await new Promise((resolve) => {
      pool.connect((error, client, done) => {
        done();
        resolve([error && "code" in error && error.code, client]);
      });
    });
    await pool.end();
    return seen;
  },
  "events, in their order": async ({ open }) => {
    const pool = open();
    const events = record(pool);
    const first = await pool.connect();
    first.release();
    const second = await pool.connect();
    second.release(new Error("broken"));
    const removed = (): number => events.filter((event) => event === "remove").length;
    await vi.waitFor(() => expect(removed()).toBe(1));
    const third = await pool.connect();
    third.release(true);
    await vi.waitFor(() => expect(removed()).toBe(2));
    await pool.query("select 1");
    await pool.end();
    return events;
  },
  "what events are given": async ({ open }) => {
    const pool = open();
    const seen: unknown[] = [];
    const clients: unknown[] = [];
    for (const event of ["connect", "acquire", "remove"] as const)
      pool.on(event, (client) => clients.push(client));
    pool.on("release", (error, client) => {
      seen.push(error);
      clients.push(client);
    });
    const client = await pool.connect();
    const error = new Error("mine");
    client.release(error);
    await vi.waitFor(() => expect(clients).toHaveLength(4));
    return [seen[0] === error, clients.every((each) => each === client)];
  },
  "counts: from new to ended": async ({ open }) => {
    const pool = open({ max: 2 });
    const seen = [counts(pool)];
    const clients = [await pool.connect(), await pool.connect()];
    seen.push(counts(pool));
    const waiting = pool.connect();
    seen.push(counts(pool));
    clients[0]?.release();
    const third = await waiting;
    seen.push(counts(pool));
    third.release();
    clients[1]?.release();
    seen.push(counts(pool));
    await pool.end();
    seen.push(counts(pool));
    return seen;
  },
  "a client is released twice": async ({ open }) => {
    const pool = open();
    const client = await pool.connect();
    client.release();
    const byClient = thrown(() => client.release());
    const byDone = await new Promise((resolve) => {
      pool.connect((_, __, done) => {
        done();
        resolve(thrown(() => done()));
      });
    });
    return [byClient, byDone];
  },
  "end: twice, and use after it (node-postgres #2716)": async ({ open }) => {
    const pool = open();
    await pool.query("select 1");
    const flags = [pool.ending, pool.ended];
    const ending = pool.end();
    flags.push(pool.ending);
    await ending;
    flags.push(pool.ending, pool.ended);
    return [
      flags,
      await rejection(pool.end()),
      await new Promise((resolve) => {
        (pool.end as (done: (error: unknown) => void) => void)((error) =>
          resolve(messageOf(error)),
        );
      }),
      await rejection(pool.connect()),
      await rejection(pool.query("select 1")),
      await new Promise((resolve) => {
        pool.connect((error) => resolve(messageOf(error)));
      }),
    ];
  },
  "end: with a callback, waits for clients that are out": async ({ open }) => {
    const pool = open();
    const client = await pool.connect();
    const order: string[] = [];
    const ended = new Promise<void>((resolve) => {
      pool.end(() => {
        order.push("ended");
        resolve();
      });
    });
    await client.query("select pg_sleep(0.1)");
    order.push("released");
    client.release();
    await ended;
    return order;
  },
  "options: defaults, and secrets that are not enumerable": async ({ Pool: PoolOf }) => {
    const seen = [{}, { poolSize: 3 }, { max: 4, min: 0, maxUses: 2, password: "secret" }].map(
      (config) => {
        const pool = new PoolOf(config);
        const { max, min, maxUses, allowExitOnIdle, maxLifetimeSeconds, idleTimeoutMillis } =
          pool.options;
        return [
          { max, min, maxUses, allowExitOnIdle, maxLifetimeSeconds, idleTimeoutMillis },
          pool.options.password,
          JSON.stringify(pool.options).includes("secret"),
        ];
      },
    );
    await Promise.resolve();
    return seen;
  },
  "connectionTimeoutMillis: a pool that is used up": async ({ open }) => {
    const pool = open({ max: 1, connectionTimeoutMillis: 2000 });
    const client = await pool.connect();
    const refused = await Promise.all([
      rejection(pool.connect()),
      rejection(pool.query("select 1")),
    ]);
    client.release();
    return [refused, (await pool.query("select 1 as a")).rows];
  },
  "connectionTimeoutMillis: a server that is silent (node-postgres #3543)": async ({
    Pool: PoolOf,
  }) => {
    const { port, close } = await silentServer();
    const pool = new PoolOf({ host: "127.0.0.1", port, connectionTimeoutMillis: 200 });
    const refused = await rejection(pool.connect());
    await vi.waitFor(() => expect(pool.totalCount).toBe(0));
    await pool.end();
    close();
    return refused;
  },
  "a server that refuses": async ({ Pool: PoolOf }) => {
    const pool = new PoolOf({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 20_000 });
    const codes = await Promise.all(
      [pool.connect(), pool.query("select 1")].map((each) =>
        each.catch((error: unknown) => (error as NodeJS.ErrnoException).code),
      ),
    );
    await pool.end();
    return codes;
  },
  maxUses: async ({ open }) => {
    const pool = open({ max: 1, maxUses: 2 });
    const pids: unknown[] = [];
    for (let use = 0; use < 5; use += 1) pids.push(await pidOf(pool));
    return pids.map((pid) => pids.indexOf(pid));
  },
  idleTimeoutMillis: async ({ open }) => {
    const pool = open({ idleTimeoutMillis: 50 });
    const events = record(pool);
    await pool.query("select 1");
    const before = counts(pool);
    await vi.waitFor(() => expect(events).toContain("remove"), { timeout: 10_000 });
    return [before, counts(pool)];
  },
  "maxLifetimeSeconds and expiredCount": async ({ open }) => {
    const pool = open({ max: 1, maxLifetimeSeconds: 0.2 });
    const client = await pool.connect();
    const before = pool.expiredCount;
    const pid = await pidOf(client);
    await sleep(400);
    const during = pool.expiredCount;
    client.release();
    const next = await pidOf(pool);
    return [before, during, pool.expiredCount, pid === next];
  },
  verify: async ({ open }) => {
    const seen: unknown[] = [];
    const pool = open({
      verify: (client, done) => {
        client.query("select 1 as a", (error, { rows }) => {
          seen.push(rows);
          done(error);
        });
      },
    });
    await pool.query("select 1");
    await pool.query("select 1");
    const strict = open({ verify: (_, done) => done(new Error("not this one")) });
    seen.push(await rejection(strict.connect()));
    await vi.waitFor(() => expect(strict.totalCount).toBe(0));
    return seen;
  },
  onConnect: async ({ open }) => {
    // Awaited, though its type says void.
    const onConnect: (client: original.ClientBase) => unknown = (client) =>
      client.query("set search_path = prepared");
    const pool = open({ onConnect });
    const { rows } = await pool.query("show search_path");
    const failing = open({
      onConnect: () => {
        throw new Error("not ready");
      },
    });
    return [rows, await rejection(failing.query("select 1")), counts(failing)];
  },
  "a `connect` listener sets up the session": async ({ open }) => {
    const pool = open({ max: 1 });
    pool.on("connect", (client) => {
      void client.query("set search_path = listened");
    });
    const seen = [];
    for (let round = 0; round < 3; round += 1)
      seen.push((await pool.query("show search_path")).rows);
    return seen;
  },
  "a class of clients of one's own": async ({ open }) => {
    const client = await open({ Client: Own }).connect();
    const seen = client instanceof Own;
    client.release();
    return seen;
  },
  "a cursor on a client": async ({ open }) => {
    const pool = open();
    const client = await pool.connect();
    const cursor = client.query(new Cursor("select * from generate_series(1, 5) as n"));
    const seen = [await cursor.read(2), await cursor.read(10), await cursor.read(10)];
    await cursor.close();
    client.release();
    return [seen, (await pool.query("select 1 as a")).rows];
  },
  "an idle client that dies is told by `error`": async ({ open }) => {
    const pool = open();
    const told = new Promise((resolve) => {
      pool.on("error", (error, client) => {
        const { code } = error as NodeJS.ErrnoException;
        resolve([code, (error as { client?: unknown }).client === client]);
      });
    });
    const pid = await pidOf(pool);
    const other = open();
    await other.query("select pg_terminate_backend($1)", [pid]);
    const seen = await told;
    await vi.waitFor(() => expect(pool.totalCount).toBe(0));
    return [seen, (await pool.query("select 1 as a")).rows];
  },
};

describe("behaves as pg.Pool does", () => {
  test.each(Object.entries(SCENARIOS))("%s", async (_, play) => {
    const theirs = await onStage(original.Pool as PoolClass, play);
    const ours = await onStage(Pool, play);
    expect(ours).toEqual(theirs);
  });
});

describe("better than pg.Pool", () => {
  function play<Result>(scene: (stage: Stage) => Promise<Result>): Promise<Result> {
    return onStage(Pool, scene);
  }

  test("the class of clients may be the second argument, as with pg-pool", async () => {
    const pool = new Pool({ connectionString: database.url }, Own);
    const client = await pool.connect();
    expect(client).toBeInstanceOf(Own);
    client.release();
    await pool.end();
  });

  test("an idle client that dies ends no process, though nobody listens (node-postgres #2635, #1707, #2439, #3083)", async () => {
    const pool = new Pool({ connectionString: database.url });
    const pid = await pidOf(pool);
    await play(({ open }) => open().query("select pg_terminate_backend($1)", [pid]));
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), { timeout: 10_000 });
    expect(await pidOf(pool)).not.toBe(pid);
    await pool.end();
  });

  test("a lent client that dies ends no process, and is not lent again (node-postgres #2112, #1790)", async () => {
    await play(async ({ open }) => {
      const pool = open();
      const client = await pool.connect();
      const pid = await pidOf(client);
      const ended = new Promise((resolve) => {
        client.once("end", resolve);
      });
      await open().query("select pg_terminate_backend($1)", [pid]);
      await ended;
      await expect(client.query("select 1")).rejects.toThrow("not queryable");
      client.release();
      expect(await pidOf(pool)).not.toBe(pid);
    });
  });

  test("the next holder finds a clean session (node-postgres #391, #3597)", async () => {
    await play(async ({ open }) => {
      const pool = open({ max: 1 });
      const client = await pool.connect();
      const pid = await pidOf(client);
      await client.query("set search_path = left_behind; begin; select pg_advisory_lock(1)");
      client.release();
      const next = await pool.connect();
      expect(await pidOf(next)).toBe(pid);
      expect(next.getTransactionStatus()).toBe("I");
      const { rows } = await next.query("show search_path");
      expect(rows).toEqual([{ search_path: '"$user", public' }]);
      next.release();
    });
  });

  test("what a `connect` listener set up is there for every holder, whatever the one before did", async () => {
    await play(async ({ open }) => {
      const pool = open({ max: 1 });
      pool.on("connect", (client) => {
        void client.query("set search_path = listened");
      });
      await pool.query("set search_path = changed");
      const { rows } = await pool.query("show search_path");
      expect(rows).toEqual([{ search_path: "listened" }]);
    });
  });

  test("a statement that fails costs no connection", async () => {
    await play(async ({ open }) => {
      const pool = open({ max: 1 });
      const pid = await pidOf(pool);
      await expect(pool.query("select from nowhere")).rejects.toThrow("nowhere");
      await expect(pool.query("select 1 / $1::int", [0])).rejects.toThrow("zero");
      expect(await pidOf(pool)).toBe(pid);
    });
  });

  test("a caller in line gets the first client that comes free, not its own connect", async () => {
    await play(async ({ url, open }) => {
      // The first connect goes on at once, others when the test is over.
      const over = Promise.withResolvers<void>();
      const gate = vi.fn<() => Promise<void>>(() => over.promise);
      gate.mockResolvedValueOnce();
      const password = async (): Promise<string> => {
        await gate();
        return decodeURIComponent(new URL(url).password);
      };
      const { hostname, port, username, pathname } = new URL(url);
      const pool = open({
        connectionString: undefined,
        host: hostname,
        port: Number(port),
        user: username,
        database: pathname.slice(1),
        password,
        max: 2,
      });
      const first = await pool.connect();
      const second = pool.connect();
      first.release();
      const client = await second;
      expect(client).toBe(first);
      client.release();
      over.resolve();
    });
  });

  test("end() returns though a client was never released (node-postgres #2199)", async () => {
    const pool = new Pool({ connectionString: database.url });
    const leaked = await pool.connect();
    await pool.end();
    expect(pool.ended).toBe(true);
    leaked.release();
  });

  test("end() waits for calls that were in line, and until every socket is closed (node-postgres #3635, #3113)", async () => {
    const pool = new Pool({ connectionString: database.url, max: 2 });
    const clients = new Set<original.PoolClient>();
    pool.on("connect", (client) => clients.add(client));
    const calls = Promise.all(
      Array.from({ length: 6 }, (_, call) => pool.query("select $1::int as call", [call])),
    );
    await pool.end();
    const results = await calls;
    expect(results.map(({ rows }) => (rows as { call: number }[])[0]?.call)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(clients.size).toBeGreaterThan(0);
    for (const { connection } of clients) expect(connection.stream.destroyed).toBe(true);
  });

  test("query_timeout doesn't leave the statement running on the server", async () => {
    await play(async ({ open }) => {
      const pool = open({ query_timeout: 200, max: 1 });
      const pid = await pidOf(pool);
      await expect(pool.query("select pg_sleep(60)")).rejects.toThrow("Query read timeout");
      expect(await pidOf(pool)).not.toBe(pid);
      const { rows } = await open().query("select from pg_stat_activity where pid = $1", [pid]);
      expect(rows).toEqual([]);
    });
  });

  test("a cursor through pool.query gives its client back", async () => {
    await play(async ({ open }) => {
      const pool = open({ max: 1 });
      const cursor = new Cursor("select * from generate_series(1, 5) as n");
      const over = pool.query(cursor) as unknown as Promise<unknown>;
      expect(await cursor.read(10)).toHaveLength(5);
      await over;
      expect((await pool.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    });
  });

  test("a new password is asked for at each connect", async () => {
    await play(async ({ url, open }) => {
      const { hostname, port, username, pathname, password } = new URL(url);
      const config = {
        host: hostname,
        port: Number(port),
        user: username,
        database: pathname.slice(1),
      };
      const pool = open({ ...config, connectionString: undefined, password: "wrong", max: 1 });
      const refused = await rejection(pool.query("select 1"));
      (pool.options as { password?: string }).password = decodeURIComponent(password);
      expect((await vi.waitFor(() => pool.query("select 1 as a"))).rows).toEqual([{ a: 1 }]);
      expect(refused).not.toBe("");
    });
  });
});

test("whoever imports pg finds everything else as it is, the types too", () => {
  const typed: pg.Pool = new pg.Pool({ max: 1 } satisfies pg.PoolConfig);
  expect(typed satisfies original.Pool).toBeInstanceOf(Pool);
  const result: Pick<pg.QueryResult, "rows"> = { rows: [{ id: 1 }] };
  expect((result.rows[0] satisfies original.QueryResult["rows"][number]).id).toBe(1);
  expect(pg.Pool).toBe(Pool);
  expect(new Pool()).toBeInstanceOf(pg.Pool);
  expect(new Pool()).toBeInstanceOf(original.Pool);
  for (const name of ["Client", "Query", "types", "defaults", "DatabaseError"] as const)
    expect(pg[name]).toBe(original[name]);
  expect(pg.escapeIdentifier('a"b')).toBe('"a""b"');
});
