import { type FaultProxy, startFaultProxy, startPostgres } from "@dbadvise/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ReadNeed } from "./cluster.ts";
import { createCluster } from "./create-cluster.ts";
import { resolveRouterOptions } from "./resolve-router-options.ts";
import { createRouterEmitter } from "./router-emitter.ts";
import type { RouterOptions } from "./router-options.ts";
import {
  makeScriptedNode,
  scriptedDialect,
  type ScriptedNode,
  type ScriptedState,
} from "./testing/scripted-nodes.ts";

const ANY: ReadNeed = {
  position: undefined,
  maxLagMs: Infinity,
  key: undefined,
  without: new Set(),
};

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.toReversed()) await each[Symbol.asyncDispose]();
  open.length = 0;
});

interface TestNode extends ScriptedNode {
  readonly proxy: FaultProxy;
}

async function start(name: string, state?: Partial<ScriptedState>): Promise<TestNode> {
  const database = await startPostgres();
  const proxy = await startFaultProxy(database.url);
  const node = await makeScriptedNode(name, database.url, proxy.url, state);
  open.push({
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      proxy.close();
      await database.close();
    },
  });
  return { ...node, proxy };
}

function clusterOf(
  primary: ScriptedNode,
  replicas: readonly ScriptedNode[],
  given: Partial<RouterOptions<unknown>> = {},
) {
  const emitter = createRouterEmitter();
  const events: unknown[][] = [];
  for (const name of ["primaryChanged", "splitBrain", "health", "error"] as const) {
    emitter.on(name, (...args: unknown[]) => void events.push([name, ...args]));
  }
  const options = resolveRouterOptions({
    dialect: scriptedDialect(),
    primary: primary.pool(),
    replicas: replicas.map((node) => node.pool()),
    pollMs: 30,
    ...given,
  });
  const cluster = createCluster(options, emitter);
  open.push({ [Symbol.asyncDispose]: cluster.close });
  const node = (name: string) => cluster.nodes.find((each) => each.name === name)!;
  return { cluster, events, node };
}

describe("a cluster", () => {
  it("knows who is who before it has asked, and asks", async () => {
    const [a, b] = await Promise.all([start("a", { role: "primary" }), start("b")]);
    const { cluster, node } = clusterOf(a, [b]);
    expect(cluster.primary().name).toBe("a");
    expect(cluster.replica(ANY)?.node.name).toBe("b");
    await vi.waitFor(() =>
      expect(node("b")).toMatchObject({ role: "replica", lagMs: expect.any(Number) }),
    );
    expect(node("a").role).toBe("primary");
  });
});
