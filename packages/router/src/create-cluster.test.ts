import { createPool, type Pool } from "@dbadvise/pool";
import { postgres } from "@dbadvise/pool/postgres";
import {
  type FaultProxy,
  startFaultProxy,
  startPostgres,
  type TestDatabase,
} from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { NodeConfig } from "./router-options.ts";
import {
  makeScriptedNode,
  scriptedDialect,
  type ScriptedNode,
  type ScriptedState,
} from "./testing/scripted-nodes.ts";
import { ANY, type WatchedCluster, watchNodes } from "./testing/watch-nodes.ts";

interface TestNode extends ScriptedNode {
  readonly proxy: FaultProxy;
}

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

async function start(name: string, state: Partial<ScriptedState> = {}): Promise<TestNode> {
  const proxy = await startFaultProxy(database.url);
  const node = await makeScriptedNode(direct, name, proxy.url, state);
  endings.push(async () => {
    await node[Symbol.asyncDispose]();
    proxy.close();
  });
  return { ...node, proxy };
}

function startAll(): Promise<[TestNode, TestNode, TestNode]> {
  return Promise.all([start("a", { role: "primary" }), start("b"), start("c")]);
}

function watch(...[primary, replicas, given]: Parameters<typeof watchNodes>): WatchedCluster {
  const seen = watchNodes(primary, replicas, given);
  endings.push(seen.cluster.close);
  return seen;
}

/** Waits until it holds, generously. */
function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}

/** All nodes have been asked. */
function settled({ cluster }: WatchedCluster): Promise<void> {
  return until(() => {
    expect(cluster.nodes.map(({ bound }) => bound)).not.toContain(undefined);
    expect(cluster.nodes.map(({ role }) => role)).not.toContain("unknown");
  });
}

const at = (place: number, epoch = 1) => ({ epoch: String(epoch), at: String(place) });

describe("who is who", () => {
  it("is believed before it is asked, and then asked", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    expect(seen.cluster.primary().name).toBe("a");
    expect(seen.reads()).toEqual(new Set(["b", "c"]));
    expect(seen.cluster.maySpill({ ...ANY, without: new Set(["b", "c"]) })).toBe(true);
    await settled(seen);
    expect(seen.cluster.nodes.map(({ role }) => role)).toEqual(["primary", "replica", "replica"]);
    expect(seen.events).toEqual([]);
  });

  it("is found out when it was told wrongly", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(b, [a, c]);
    await until(() => expect(seen.cluster.primary().name).toBe("a"));
    expect(seen.reads()).toEqual(new Set(["b", "c"]));
    expect(seen.events).toContainEqual(["primaryChanged", "a", "b"]);
  });

  it("follows a promotion, and fences the old primary until it is a replica", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    // Both take writes; the higher timeline is the newer history.
    await b.says({ role: "primary", epoch: 2 });
    await until(() => expect(seen.cluster.primary().name).toBe("b"));
    await until(() => expect(seen.node("a").health).toBe("fenced"));
    expect(seen.reads()).toEqual(new Set(["c"]));
    await a.says({ role: "replica", epoch: 2 });
    await until(() => expect(seen.node("a").health).toBe("probation"));
    expect(seen.node("a").role).toBe("replica");
    await until(() => expect(seen.reads()).toEqual(new Set(["a", "c"])));
    expect(seen.events.map(([name]) => name)).not.toContain("splitBrain");
  });

  it("has no write that is learned of late and was of the primary before", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await settled(seen);
    await b.says({ role: "primary", epoch: 2, at: 5 });
    await until(() => expect(seen.cluster.primary().bound).toMatchObject(at(5, 2)));
    seen.cluster.wrote("a", at(9, 2));
    expect(seen.cluster.primary().bound).toMatchObject(at(5, 2));
    seen.cluster.wrote("b", at(9, 2));
    expect(seen.cluster.primary().bound).toMatchObject(at(9, 2));
  });

  it("fences an old primary that does not answer any more, and still when it comes back", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    a.proxy.refuse();
    a.proxy.reset();
    await b.says({ role: "primary", epoch: 2 });
    await until(() => expect(seen.cluster.primary().name).toBe("b"));
    expect(seen.reads()).toEqual(new Set(["c"]));
    await a.proxy.heal();
    await until(() => expect(seen.node("a").health).toBe("fenced"));
    await seen.cluster.recheck();
    expect(seen.cluster.primary().name).toBe("b");
    expect(seen.reads()).toEqual(new Set(["c"]));
  });

  it("stays in a split brain that histories can't decide, and is told", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { dialect: scriptedDialect(false) });
    await settled(seen);
    await b.says({ role: "primary", at: 900 });
    await until(() => expect(seen.node("b").health).toBe("fenced"));
    expect(seen.cluster.primary().name).toBe("a");
    expect(seen.reads()).toEqual(new Set(["c"]));
    await seen.cluster.recheck();
    expect(seen.events.filter(([name]) => name === "splitBrain")).toEqual([
      ["splitBrain", "a", "b"],
    ]);
  });

  it("goes over, where histories can't decide, once the old primary is silent", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { dialect: scriptedDialect(false) });
    await settled(seen);
    a.proxy.refuse();
    a.proxy.reset();
    await b.says({ role: "primary" });
    await until(() => expect(seen.cluster.primary().name).toBe("b"));
    await a.proxy.heal();
    await until(() => expect(seen.node("a").health).toBe("fenced"));
    expect(seen.cluster.primary().name).toBe("b");
  });

  it("is not fooled by two names of one server", async () => {
    const a = await start("a", { role: "primary", server: "one" });
    const reader = await start("reader", { role: "primary", server: "one" });
    const seen = watch(a, [reader]);
    await settled(seen);
    await seen.cluster.recheck();
    expect(seen.cluster.primary().name).toBe("a");
    // An Aurora reader endpoint without readers leads to the writer.
    expect(seen.reads()).toEqual(new Set(["reader"]));
    expect(seen.events).toEqual([]);
    const replica = await start("replica");
    const three = watch(a, [reader, replica]);
    await settled(three);
    expect(three.reads()).toEqual(new Set(["replica"]));
  });

  it("is nobody where no node takes writes, though every one answers (gpustack #6105)", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    const { gone } = seen.node("a");
    // `select 1` goes well on it, and each write is refused.
    await a.says({ role: "replica" });
    await seen.cluster.recheck();
    expect(() => seen.cluster.primary()).toThrow(expect.objectContaining({ code: "NO_PRIMARY" }));
    expect(seen.reads()).toEqual(new Set(["a", "b", "c"]));
    // Writes that wait for a connection need wait no longer; reads may come.
    expect([gone.aborted, seen.node("a").gone.aborted]).toEqual([true, false]);
    await c.says({ role: "primary", epoch: 2 });
    await seen.cluster.recheck();
    expect(seen.cluster.primary().name).toBe("c");
  });

  it("is asked once for many that ask at once", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b], { pollMs: 60_000 });
    await settled(seen);
    const asked = () => seen.cluster.nodes.map(({ pool }) => pool.stats().acquired);
    const before = asked();
    await Promise.all(Array.from({ length: 50 }, () => seen.cluster.recheck()));
    for (const [index, count] of asked().entries()) expect(count - before[index]!).toBe(1);
  });

  it("is known soon though another node hangs", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { pollMs: 60_000 });
    await settled(seen);
    c.proxy.drop();
    await a.says({ role: "replica" });
    await b.says({ role: "primary", epoch: 2 });
    await seen.cluster.recheck();
    expect(seen.cluster.primary().name).toBe("b");
    expect(seen.node("c").health).toBe("up");
  });
});

describe("how each is", () => {
  it("a replica that is down is passed over, and is back when it answers (makara #36, pgdog #785)", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    b.proxy.refuse();
    b.proxy.reset();
    await until(() => expect(seen.node("b").health).toBe("ejected"));
    expect(seen.reads()).toEqual(new Set(["c"]));
    expect(seen.events.filter(([name]) => name === "error")).toHaveLength(1);
    expect(seen.node("b").gone.aborted).toBe(true);
    await b.proxy.heal();
    await until(() => expect(seen.node("b").health).toBe("probation"));
    expect(seen.node("b").gone.aborted).toBe(false);
    await until(() => expect(seen.reads()).toContain("b"));
  });

  it("a replica that hangs is passed over: each poll has a deadline, and there is one at a time", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    b.proxy.drop();
    await until(() => expect(seen.node("b").health).toBe("ejected"));
    expect(seen.node("b").pool.stats().used).toBeLessThanOrEqual(1);
    expect(seen.reads()).toEqual(new Set(["c"]));
    await b.proxy.heal();
    await until(() => expect(seen.node("b").health).toBe("probation"));
  });

  it("a replica whose connections are all at work is not down", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await settled(seen);
    const busy = seen.node("b");
    // Longer than three polls wait.
    await Promise.all(Array.from({ length: 4 }, () => busy.pool.query("select pg_sleep(5)")));
    expect(busy.health).toBe("up");
    expect(seen.events.map(([, , health]) => health)).not.toContain("ejected");
  });

  it("failures of queries eject a replica, errors of callers don't, and never more than maxEjected", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { pollMs: 60_000 });
    await settled(seen);
    const end = (name: string, error: unknown): void => {
      seen.cluster.began(seen.node(name));
      seen.cluster.ended(seen.node(name), 5, error);
    };
    for (let time = 0; time < 50; time++) end("b", Object.assign(new Error(), { code: "42601" }));
    expect(seen.node("b").health).toBe("up");
    for (let time = 0; time < 3; time++)
      end("b", Object.assign(new Error("XX000"), { code: "XX000" }));
    expect(seen.node("b").health).toBe("ejected");
    for (let time = 0; time < 50; time++) end("c", new Error("connection reset"));
    expect(seen.node("c").health).toBe("suspect");
    expect(seen.reads()).toEqual(new Set(["c"]));
    expect(seen.cluster.nodes.map(({ outstanding }) => outstanding)).toEqual([0, 0, 0]);
  });

  it("reads spill to the primary when every replica is down, within a budget (sequelize #7180, aws-jdbc #223)", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { spill: 0.2 });
    await settled(seen);
    for (const { proxy } of [b, c]) {
      proxy.refuse();
      proxy.reset();
    }
    await until(() => expect(seen.reads()).toEqual(new Set()));
    let passed = 0;
    for (let read = 0; read < 5000; read++) {
      expect(seen.cluster.replica(ANY)).toBeUndefined();
      if (seen.cluster.maySpill(ANY)) passed += 1;
    }
    expect(passed).toBeGreaterThan(1000);
    // The share, a burst, and 10 for each second of the loop.
    expect(passed).toBeLessThan(1300);
    await b.proxy.heal();
    await until(() => expect(seen.reads()).toEqual(new Set(["b"])));
  });
});

describe("where each is", () => {
  it("a read that must see a place goes to those that are known to have it", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c]);
    await settled(seen);
    await c.says({ at: 50 });
    await until(() => expect(seen.node("c").bound).toEqual(at(50)));
    expect(seen.reads({ position: at(40) })).toEqual(new Set(["c"]));
    expect(seen.cluster.replica({ ...ANY, position: at(40) })).toMatchObject({
      coverage: "reached",
    });
    expect(seen.cluster.replica({ ...ANY, position: at(60) })).toMatchObject({
      coverage: "behind",
    });
    expect(seen.reads({ position: at(60) })).toEqual(new Set(["b", "c"]));
    expect(seen.cluster.replica({ ...ANY, position: at(1, 7) })).toMatchObject({
      coverage: "unknown",
    });
  });

  it("a guarded read raises the bound, and a poll that was under way does not lower it", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await settled(seen);
    b.proxy.delay(100, "toClient");
    await new Promise((resolve) => setTimeout(resolve, 60));
    await b.says({ at: 70 });
    seen.cluster.passed(seen.node("b"), at(70));
    expect(seen.node("b").bound).toEqual(at(70));
    const lowest: number[] = [];
    for (let time = 0; time < 30; time++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      lowest.push(Number(seen.node("b").bound?.at));
    }
    expect(Math.min(...lowest)).toBe(70);
  });

  it("a replica that went back is believed, its connections lost or not", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await b.says({ at: 70 });
    await until(() => expect(seen.node("b").bound).toEqual(at(70)));
    await b.says({ at: 30 });
    await until(() => expect(seen.node("b").bound).toEqual(at(30)));
  });

  it("nothing is known of one whose connection broke, until it is asked again", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b], { pollMs: 60_000 });
    await settled(seen);
    // A standby that crashed opens a little behind where it was.
    b.proxy.reset();
    await until(() => expect(seen.node("b").bound).toBeUndefined());
    expect(seen.cluster.replica({ ...ANY, position: at(0) })).toMatchObject({ coverage: "behind" });
    seen.cluster.passed(seen.node("b"), at(0));
    expect(seen.node("b").bound).toBeUndefined();
    await seen.cluster.recheck();
    await until(() => expect(seen.node("b").bound).toEqual(at(0)));
  });

  it("an answer to what was asked before a connection broke is no proof", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await settled(seen);
    b.proxy.delay(150, "toClient");
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let time = 0; time < 5; time++) {
      const broke = performance.now();
      seen.cluster.began(seen.node("b"));
      seen.cluster.ended(seen.node("b"), 5, new Error("connection reset"));
      await until(() => expect(seen.node("b").bound).toEqual(at(0)));
      expect(performance.now() - broke).toBeGreaterThan(140);
      await new Promise((resolve) => setTimeout(resolve, time * 20));
    }
  });

  it("a server that was restarted is asked where it is; a name that leads to two servers, each time", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b]);
    await settled(seen);
    const is = async (server: string): Promise<void> => {
      await b.says({ server });
      await seen.cluster.recheck();
      await seen.cluster.recheck();
    };
    await is("restarted");
    await until(() => expect(seen.node("b").bound).toEqual(at(0)));
    await is("b");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen.node("b").bound).toBeUndefined();
    expect(seen.cluster.replica({ ...ANY, position: at(0) })).toMatchObject({ coverage: "behind" });
  });

  it("lag is that of what the replica lacks: none while the primary is idle (proxysql #4025, pgdog #1122)", async () => {
    const [a, b, c] = await startAll();
    const seen = watch(a, [b, c], { maxLagMs: 800 });
    await settled(seen);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(seen.cluster.nodes.map(({ health }) => health)).toEqual(["up", "up", "up"]);
    await a.says({ at: 10 });
    await c.says({ at: 10 });
    await until(() => expect(seen.node("b").health).toBe("lagging"));
    expect(seen.node("c").health).toBe("up");
    expect(seen.reads()).toEqual(new Set(["c"]));
    await b.says({ at: 10 });
    await until(() => expect(seen.node("b").health).toBe("up"));
  });

  it("bounded reads leave out who is too far behind, and the primary takes them without a budget", async () => {
    const [a, b] = await startAll();
    const seen = watch(a, [b], { spill: 0 });
    await settled(seen);
    await a.says({ at: 10 });
    await until(() => expect(seen.node("b").lagMs).toBeGreaterThan(500));
    expect(seen.reads({ maxLagMs: 400 })).toEqual(new Set());
    expect(seen.cluster.maySpill({ ...ANY, maxLagMs: 400 })).toBe(true);
    expect(seen.reads({ maxLagMs: 60_000 })).toEqual(new Set(["b"]));
    expect(seen.reads()).toEqual(new Set(["b"]));
  });

  it("a lagging replica takes reads when no other can", async () => {
    const [a, b] = await startAll();
    await a.says({ at: 10 });
    const seen = watch(a, [b], { maxLagMs: 200 });
    await until(() => expect(seen.node("b").health).toBe("lagging"));
    expect(seen.reads()).toEqual(new Set(["b"]));
  });
});

describe("which node", () => {
  it("the zone's own first, others when it has none", async () => {
    const [a, b, c] = await startAll();
    const near: NodeConfig<unknown> = { pool: b.pool(), zone: "near" };
    const far: NodeConfig<unknown> = { pool: c.pool(), zone: "far" };
    const seen = watch(a, [near, far], { zone: "near" });
    expect(seen.reads()).toEqual(new Set(["b"]));
    expect(seen.reads({ without: new Set(["b"]) })).toEqual(new Set(["c"]));
  });

  it("refuses two of one name, and a weight that is none", async () => {
    const [a, b] = await startAll();
    const other: NodeConfig<unknown> = { pool: b.pool(), name: "a", weight: 0 };
    expect(() => watch(a, [other])).toThrow(/two nodes are named a; the weight of a .* not 0/);
  });
});
