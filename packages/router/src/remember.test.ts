import { withScope } from "@dbadvise/observe";
import { type Cluster, DIALECTS, startCluster } from "@dbadvise/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Router } from "./router.ts";
import { dialectOf, type Routers, routersOver } from "./testing/routers-over.ts";

const START_MS = 300_000;
const COUNT = "select count(*) as n from notes";

describe.each(DIALECTS)("a scope's writes after a failover, $name", ({ name }) => {
  let cluster: Cluster;
  let routers: Routers;
  let router: Router<unknown>;
  let lost: number;
  /** Whether the place of a write can be learned. */
  let placed: boolean;

  beforeEach(async () => {
    cluster = await startCluster(name, { replicas: 2 });
    routers = routersOver(name, cluster);
    const dialect = dialectOf(name);
    placed = true;
    router = routers.router({
      dialect: {
        ...dialect,
        positionAfterWrite: (lease) =>
          placed ? dialect.positionAfterWrite(lease) : Promise.reject(new Error("cut")),
      },
      pollMs: 50,
      spill: 1,
    });
    lost = 0;
    router.on("writeMayBeLost", () => {
      lost += 1;
    });
    await router.query("create table notes (id int primary key)");
  }, START_MS);
  afterEach(async () => {
    await routers?.[Symbol.asyncDispose]();
    await cluster?.close();
  });

  const write = (id: number) => router.query(`insert into notes values (${id})`);
  const count = async (): Promise<number> =>
    Number((await router.query<{ n: unknown }>(COUNT)).rows[0]?.n);

  /** The first replica becomes primary. Waits until the router writes there. */
  async function failOver(): Promise<void> {
    const [successor] = cluster.replicas;
    const changed = new Promise<void>((resolve) => {
      router.on("primaryChanged", () => resolve());
    });
    await cluster.primary.kill();
    await successor!.promote();
    await changed;
  }

  test(
    "are told about where the new primary lacks them, once to each scope, and never where it has them",
    async () => {
      const failedOver = Promise.withResolvers<void>();
      const writes: Promise<unknown>[] = [];
      /** What is told to a scope that has written before the failover, and does `first` after it. */
      const inScope = (
        id: number,
        turn: Promise<unknown>,
        first: () => Promise<unknown>,
      ): Promise<number> =>
        withScope(async () => {
          const written = write(id);
          writes.push(written);
          await written;
          await turn;
          const before = lost;
          await first();
          await count();
          await count();
          return lost - before;
        });

      const scopes = [inScope(1, failedOver.promise, () => write(10))];
      await Promise.all(writes);
      for (const replica of cluster.replicas) await replica.catchUp(cluster.primary);
      for (const replica of cluster.replicas) await replica.stopReceiver();
      scopes.push(inScope(2, scopes.at(-1)!, count));
      scopes.push(inScope(3, scopes.at(-1)!, () => write(30)));
      await Promise.all(writes);
      placed = false;
      scopes.push(inScope(4, scopes.at(-1)!, count));
      scopes.push(inScope(5, scopes.at(-1)!, () => write(50)));
      const unplacedAgain = async (): Promise<void> => {
        placed = false;
        await write(60);
        placed = true;
      };
      scopes.push(inScope(6, scopes.at(-1)!, unplacedAgain));
      await Promise.all(writes);
      placed = true;
      await failOver();
      failedOver.resolve();
      expect(await Promise.all(scopes)).toEqual([0, 1, 1, 1, 1, 1]);
    },
    START_MS,
  );

  // On the others GTIDs tell.
  test.each(name === "postgres" ? [name] : [])(
    "a new primary that crashed since does not take what it replayed then for what it had (%s)",
    async () => {
      const [successor] = cluster.replicas;
      await withScope(async () => {
        await write(1);
        await successor!.catchUp(cluster.primary);
        for (const replica of cluster.replicas) await replica.stopReceiver();
        await write(2);
        await failOver();
        // Beyond the place of the lost write.
        await withScope(() => router.query("create table filler as select generate_series(1, 99)"));
        // The server starts anew, but its postmaster does not.
        const { rows } = await router.query<{ pid: number }>(
          "select pid from pg_stat_activity where backend_type = 'checkpointer'",
          [],
          { target: "primary" },
        );
        process.kill(rows[0]!.pid, "SIGKILL");
        await expect.poll(() => count().catch(() => -1), { timeout: 30_000 }).toBe(1);
      });
      expect(lost).toBe(1);
    },
    START_MS,
  );
});
