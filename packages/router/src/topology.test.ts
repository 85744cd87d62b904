import { setTimeout as sleep } from "node:timers/promises";
import { createPool, type Pool } from "@dbadvise/pool";
import { postgres } from "@dbadvise/pool/postgres";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { NodeConfig } from "./router-options.ts";
import { makeScriptedNode, type ScriptedNode } from "./testing/scripted-nodes.ts";
import { ANY, type WatchedCluster, watchNodes } from "./testing/watch-nodes.ts";
import { nodesFromDns } from "./topology/nodes-from-dns.ts";
import { nodesFromQuery } from "./topology/nodes-from-query.ts";

let database: TestDatabase;
let direct: Pool<unknown>;
beforeAll(async () => {
  database = await startPostgres();
  direct = createPool({ connector: postgres(database.url), max: 1, name: "direct" });
});
afterAll(async () => {
  await direct.drain();
  await database.close();
});

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings.length = 0;
});

async function start(name: string, role: "primary" | "replica" = "replica"): Promise<ScriptedNode> {
  const node = await makeScriptedNode(direct, name, database.url, { role });
  endings.push(async () => node[Symbol.asyncDispose]());
  return node;
}

function watch(...[primary, replicas, given]: Parameters<typeof watchNodes>): WatchedCluster {
  const seen = watchNodes(primary, replicas, { topologyMs: 40, ...given });
  endings.push(seen.cluster.close);
  return seen;
}

function until(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}

const names = ({ cluster }: WatchedCluster): string[] =>
  cluster.nodes.map(({ name }) => name).toSorted();

/** Nodes and their pools, by address. */
async function startAddresses(...addresses: string[]) {
  const nodes = new Map<string, ScriptedNode>();
  for (const address of addresses) nodes.set(address, await start(address));
  const pools: Pool<unknown>[] = [];
  return {
    pools,
    connect: (address: string): Pool<unknown> => {
      const pool = nodes.get(address)!.pool();
      pools.push(pool);
      return pool;
    },
  };
}

describe("a list that is asked for again and again", () => {
  it("adds the replicas that are new, and they take reads (aws-nodejs #465)", async () => {
    const [a, b, c] = await Promise.all([start("a", "primary"), start("b"), start("c")]);
    const pools = [b.pool()];
    const seen = watch(a, async () => pools);
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
    pools.push(c.pool());
    await until(() => expect(names(seen)).toEqual(["a", "b", "c"]));
    await until(() => expect(seen.reads()).toEqual(new Set(["b", "c"])));
  });

  it("does not use a new replica before it has answered", async () => {
    const a = await start("a", "primary");
    const dead = createPool({ connector: postgres("postgres://127.0.0.1:1/x"), name: "dead" });
    endings.push(async () => dead.drain());
    const seen = watch(a, async () => [dead]);
    await until(() => expect(names(seen)).toEqual(["a", "dead"]));
    await sleep(200);
    expect(seen.reads()).toEqual(new Set());
    expect(seen.cluster.maySpill(ANY)).toBe(true);
  });

  it("lets a removed one end its queries, and leaves its pool to its owner", async () => {
    const [a, b, c] = await Promise.all([start("a", "primary"), start("b"), start("c")]);
    let pools = [b.pool(), c.pool()];
    const seen = watch(a, async () => pools);
    await until(() => expect(seen.reads()).toEqual(new Set(["b", "c"])));
    const removed = seen.node("b");
    seen.cluster.began(removed);
    pools = pools.slice(1);
    await until(() => expect(removed.health).toBe("draining"));
    expect(seen.reads()).toEqual(new Set(["c"]));
    expect(names(seen)).toEqual(["a", "b", "c"]);
    seen.cluster.ended(removed, 5, undefined);
    expect(names(seen)).toEqual(["a", "c"]);
    expect(removed.pool.stats().state).toBe("open");
    await removed.pool.query("select 1");
  });

  it("keeps the nodes that it has when it can't be asked, and says so", async () => {
    const [a, b] = await Promise.all([start("a", "primary"), start("b")]);
    const pool = b.pool();
    let works = true;
    const seen = watch(a, async () => {
      if (!works) throw new Error("no answer");
      return [pool];
    });
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
    works = false;
    await until(() => expect(seen.events.map(([name]) => name)).toContain("error"));
    await sleep(200);
    expect(seen.reads()).toEqual(new Set(["b"]));
  });

  it("keeps a primary that the list does not name as long as it is primary", async () => {
    const [a, b, c] = await Promise.all([start("a", "primary"), start("b"), start("c")]);
    let pools = [b.pool(), c.pool()];
    const seen = watch(a, async () => pools);
    await until(() => expect(seen.reads()).toEqual(new Set(["b", "c"])));
    await b.says({ role: "primary", epoch: 2 });
    await until(() => expect(seen.cluster.primary().name).toBe("b"));
    pools = pools.slice(1);
    await sleep(200);
    expect(seen.cluster.primary().name).toBe("b");
    await c.says({ role: "primary", epoch: 3 });
    await until(() => expect(names(seen)).toEqual(["a", "c"]));
    expect(seen.cluster.primary().name).toBe("c");
  });

  it("leaves no listeners, timers or connections behind, however often nodes come and go (aws-nodejs #598)", async () => {
    const [a, b] = await Promise.all([start("a", "primary"), start("b")]);
    const pool = b.pool();
    let listening = 0;
    const counted: Pool<unknown> = {
      ...pool,
      on: (name, listener) => {
        listening += 1;
        const stop = pool.on(name, listener);
        return () => {
          listening -= 1;
          stop();
        };
      },
    };
    let there = false;
    const seen = watch(a, async () => (there ? [counted] : []), { topologyMs: 5 });
    for (let round = 0; round < 20; round++) {
      there = !there;
      await until(() => expect(names(seen)).toHaveLength(there ? 2 : 1));
    }
    await seen.cluster.close();
    expect(listening).toBe(0);
    await until(() => expect(pool.stats().used).toBe(0));
    const { acquired } = pool.stats();
    await sleep(200);
    expect(pool.stats().acquired).toBe(acquired);
  });

  it("survives connections that the server ends, with nobody listening (aws-nodejs #620)", async () => {
    const [a, b] = await Promise.all([start("a", "primary"), start("b")]);
    const seen = watch(a, async () => [b.pool()], { topologyMs: 60_000 });
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
    for (let round = 0; round < 5; round++) {
      await direct.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('a', 'b')",
      );
      await sleep(50);
    }
    // An error that nobody handles would fail this run.
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
    expect(seen.cluster.primary().name).toBe("a");
  });
});

describe("nodesFromDns", () => {
  it("makes a pool for each address, once, and ends those of addresses that are gone", async () => {
    const a = await start("a", "primary");
    const { connect, pools } = await startAddresses("10.0.0.1", "10.0.0.2");
    let addresses = ["10.0.0.2", "10.0.0.1"];
    const seen = watch(
      a,
      nodesFromDns("replicas.test", connect, async () => addresses),
    );
    await until(() => expect(seen.reads()).toEqual(new Set(["10.0.0.1", "10.0.0.2"])));
    addresses = ["10.0.0.2"];
    await until(() => expect(names(seen)).toEqual(["10.0.0.2", "a"]));
    await until(() => expect(pools[0]!.stats().state).toBe("closed"));
    addresses = ["10.0.0.1", "10.0.0.2"];
    await until(() => expect(seen.reads()).toEqual(new Set(["10.0.0.1", "10.0.0.2"])));
    expect(pools).toHaveLength(3);
    await seen.cluster.close();
    expect(pools.map((pool) => pool.stats().state)).toEqual(["closed", "closed", "closed"]);
  });

  it("asks the system's resolver", async () => {
    const found: string[] = [];
    const nodes = nodesFromDns("localhost", (address) => {
      found.push(address);
      return direct;
    });
    const configs: readonly NodeConfig<unknown>[] = await nodes();
    expect(found).toEqual(configs.map(({ name }) => name));
    expect(found.some((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
    await expect(nodesFromDns("nowhere.invalid", () => direct)()).rejects.toThrow("ENOTFOUND");
  });
});

describe("nodesFromQuery", () => {
  it("makes a node for each row, asks the next pool when one fails, and keeps what it has when all do", async () => {
    const a = await start("a", "primary");
    const { connect, pools } = await startAddresses("host-1", "host-2");
    await direct.query("create table members (address text)");
    await direct.query("insert into members values ('host-1'), ('host-2')");
    const dead = createPool({
      connector: postgres("postgres://127.0.0.1:1/x"),
      name: "dead",
      acquireTimeoutMs: 50,
    });
    endings.push(async () => dead.drain());
    const seen = watch(a, nodesFromQuery([dead, direct], "select address from members", connect));
    await until(() => expect(seen.reads()).toEqual(new Set(["host-1", "host-2"])));
    await direct.query("delete from members where address = 'host-2'");
    await until(() => expect(seen.reads()).toEqual(new Set(["host-1"])));
    await direct.query("alter table members rename to gone");
    await until(() => expect(seen.events.map(([name]) => name)).toContain("error"));
    expect(seen.reads()).toEqual(new Set(["host-1"]));
    expect(pools).toHaveLength(2);
  });

  it("refuses rows that don't say where", async () => {
    const nodes = nodesFromQuery([direct], "select 1 as port", () => direct);
    await expect(nodes()).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  });
});

describe("close", () => {
  it("ends the polls, leaves pools to their owners, and refuses from then on", async () => {
    const [a, b] = await Promise.all([start("a", "primary"), start("b")]);
    const seen = watch(a, [b]);
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
    const { pool } = seen.node("b");
    await Promise.all([seen.cluster.close(), seen.cluster.close()]);
    expect(pool.stats()).toMatchObject({ state: "open", used: 0 });
    const { acquired } = pool.stats();
    await sleep(200);
    expect(pool.stats().acquired).toBe(acquired);
    for (const use of [() => seen.cluster.primary(), () => seen.cluster.replica(ANY)]) {
      expect(use).toThrow(expect.objectContaining({ code: "ROUTER_CLOSED" }));
    }
  });

  it("ends pools that a list gave when it was closed already", async () => {
    const a = await start("a", "primary");
    const { connect, pools } = await startAddresses("late");
    const asked = Promise.withResolvers<string[]>();
    const seen = watch(
      a,
      nodesFromDns("replicas.test", connect, () => asked.promise),
    );
    await seen.cluster.close();
    asked.resolve(["late"]);
    await until(() => expect(pools.map((pool) => pool.stats().state)).toEqual(["closed"]));
  });
});
