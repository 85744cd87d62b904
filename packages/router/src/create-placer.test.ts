import { createPool, type Lease, type Pool } from "@dbadvise/pool";
import { postgres } from "@dbadvise/pool/postgres";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRouter } from "./create-router.ts";
import type { Router } from "./router.ts";
import { makeScriptedNode, scriptedDialect, type ScriptedNode } from "./testing/scripted-nodes.ts";

let database: TestDatabase;
let states: Pool<unknown>;
let names = 0;

beforeAll(async () => {
  database = await startPostgres();
  states = createPool({ connector: postgres(database.url), name: "states", max: 2 });
});
afterAll(async () => {
  await states?.drain();
  await database?.close();
});

/** A primary and a replica, whose connections are all lent: whoever wants one waits. */
interface Rig extends AsyncDisposable {
  readonly router: Router<unknown>;
  readonly first: ScriptedNode;
  readonly second: ScriptedNode;
  /** Takes all connections of a node. */
  occupy(pool: Pool<unknown>): Promise<void>;
  readonly pools: readonly [Pool<unknown>, Pool<unknown>];
  /** The replica is no longer listed. */
  unlist(): void;
}

async function startRig(): Promise<Rig> {
  names += 2;
  const first = await makeScriptedNode(states, `n${names}`, database.url, { role: "primary" });
  const second = await makeScriptedNode(states, `n${names + 1}`, database.url, {});
  const pools = [first.pool(), second.pool()] as const;
  let listed: readonly Pool<unknown>[] = [pools[1]];
  const router = createRouter({
    dialect: { ...scriptedDialect(), classify: () => ({ kind: "write", reason: "any" }) },
    primary: pools[0],
    replicas: () => Promise.resolve(listed),
    topologyMs: 20,
    pollMs: 20,
    spill: 1,
    consistency: "eventual",
  });
  await expect
    .poll(() => router.explain("select", { target: "replica" }).node, { timeout: 20_000 })
    .toBe(second.name);
  const leases: Lease<unknown>[] = [];
  return {
    router,
    first,
    second,
    pools,
    occupy: async (pool) => {
      for (let left = 4; left > 0; left -= 1) leases.push(await pool.acquire());
    },
    unlist: () => {
      listed = [];
    },
    [Symbol.asyncDispose]: async () => {
      for (const lease of leases) lease.release();
      await router.close();
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

const WHERE = "select current_setting('application_name') as name";
const whereOf = async (lease: Pick<Lease<unknown>, "query">): Promise<string | undefined> =>
  (await lease.query<{ name: string }>(WHERE)).rows[0]?.name;

async function inSession(
  router: Router<unknown>,
  work: (session: ReturnType<Router<unknown>["session"]>) => Promise<string | undefined>,
): Promise<string | undefined> {
  await using session = router.session();
  return await work(session);
}

/** What takes a connection for itself, and tells where it got it. */
const WAYS: Readonly<
  Record<string, (router: Router<unknown>, readOnly: boolean) => Promise<string | undefined>>
> = {
  "a transaction": (router, readOnly) => router.transaction(whereOf, { readOnly }),
  "a session's transaction": (router, readOnly) =>
    inSession(router, async (session) => {
      await session.begin({ readOnly });
      const name = await whereOf(session);
      await session.rollback();
      return name;
    }),
};

test.each(Object.keys(WAYS))(
  "%s that waits for a connection of the primary waits for one of its successor",
  async (way) => {
    await using rig = await startRig();
    await rig.occupy(rig.pools[0]);
    const where = WAYS[way]!(rig.router, false);
    // It, and the router's own poll.
    await expect.poll(() => rig.pools[0].stats().waiting).toBe(2);
    await rig.second.says({ role: "primary", epoch: 2 });
    expect(await where).toBe(rig.second.name);
  },
);

test.each(Object.keys(WAYS))(
  "%s that reads, and waits for a connection of a replica that goes, is sent elsewhere",
  async (way) => {
    await using rig = await startRig();
    await rig.occupy(rig.pools[1]);
    const where = WAYS[way]!(rig.router, true);
    await expect.poll(() => rig.pools[1].stats().waiting).toBe(2);
    rig.unlist();
    expect(await where).toBe(rig.first.name);
  },
);

test("a transaction that has begun is never begun again", async () => {
  await using rig = await startRig();
  let runs = 0;
  const failing = rig.router.transaction(async () => {
    runs += 1;
    await rig.second.says({ role: "primary", epoch: 2 });
    await expect
      .poll(() => rig.router.explain("select", { target: "primary" }).node, { timeout: 20_000 })
      .toBe(rig.second.name);
    // An error like the one of who has no connection.
    await rig.router.query("select", [], { target: "replica" });
  });
  await expect(failing).rejects.toMatchObject({ code: "NO_REPLICA" });
  expect(runs).toBe(1);
});
