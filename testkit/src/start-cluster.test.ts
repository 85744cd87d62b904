import { setTimeout as delay } from "node:timers/promises";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIALECTS } from "./dialects.ts";
import { runOnPostgres } from "./servers/run-on-postgres.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";

async function ask(url: string, sql: string): Promise<unknown> {
  if (!url.startsWith("mysql:")) return runOnPostgres(url, sql);
  const connection = await mysql.createConnection(url);
  try {
    return (await connection.query<RowDataPacket[]>(sql))[0];
  } finally {
    connection.destroy();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const IDS = "select id from t order by id";
const ids = (...wanted: number[]): unknown => wanted.map((id) => ({ id }));

describe.each(DIALECTS)("a cluster of $name", ({ name }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(name, { replicas: 2 });
    await ask(cluster.primary.url, "create table t (id int primary key)");
  });
  afterAll(() => cluster.close());
  const insert = (id: number, url = cluster.primary.url) =>
    ask(url, `insert into t values (${id})`);

  test("replicates to each replica, which refuse writes", async () => {
    await insert(1);
    for (const replica of cluster.replicas) {
      await replica.catchUp(cluster.primary);
      expect(await ask(replica.url, IDS)).toEqual(ids(1));
      expect(await ask(replica.proxy.url, IDS)).toEqual(ids(1));
      await expect(insert(2, replica.url)).rejects.toThrow(/read.only/);
    }
    expect(cluster.replicas.map((node) => node.role())).toEqual(["replica", "replica"]);
  });

  test("a replica lags as long as it is told to, and then no more", async () => {
    const [behind, fresh] = cluster.replicas;
    await behind!.lag(3000);
    const before = performance.now();
    await insert(2);
    await fresh!.catchUp(cluster.primary);
    expect(await ask(behind!.url, IDS)).toEqual(ids(1));
    await behind!.catchUp(cluster.primary);
    // Commit times are those of whole seconds on MySQL and MariaDB.
    expect(performance.now() - before).toBeGreaterThan(1900);
    expect(await ask(behind!.url, IDS)).toEqual(ids(1, 2));
    await behind!.lag(0);
  });

  test("replay and receiver can be stopped and started", async () => {
    const [one, other] = cluster.replicas;
    await one!.pauseReplay();
    await other!.stopReceiver();
    await insert(3);
    await delay(500);
    expect(await ask(one!.url, IDS)).toEqual(ids(1, 2));
    expect(await ask(other!.url, IDS)).toEqual(ids(1, 2));
    await one!.resumeReplay();
    await other!.startReceiver();
    for (const replica of cluster.replicas) {
      await replica.catchUp(cluster.primary);
      expect(await ask(replica.url, IDS)).toEqual(ids(1, 2, 3));
    }
  });

  // Elsewhere it is no process.
  test.each(name === "postgres" ? [name] : [])(
    "a receiver that was killed is replaced (%s)",
    async () => {
      const [replica] = cluster.replicas;
      const started = "select pg_postmaster_start_time() as at";
      const before = await ask(replica!.url, started);
      await replica!.killReceiver?.();
      expect(await ask(replica!.url, started)).toEqual(before);
      await replica!.catchUp(cluster.primary);
      expect(await ask(replica!.url, IDS)).toEqual(ids(1, 2, 3));
    },
  );

  test("a client's way to a replica can be cut, while it replicates on", async () => {
    const [replica] = cluster.replicas;
    replica!.proxy.refuse();
    await expect(ask(replica!.proxy.url, IDS)).rejects.toThrow("ECONNREFUSED");
    await replica!.catchUp(cluster.primary);
    await replica!.proxy.heal();
    expect(await ask(replica!.proxy.url, IDS)).toEqual(ids(1, 2, 3));
  });

  test("a replica that was killed takes up its part again", async () => {
    const [replica] = cluster.replicas;
    await replica!.kill();
    await insert(4);
    await replica!.start();
    await replica!.catchUp(cluster.primary);
    expect(await ask(replica!.url, IDS)).toEqual(ids(1, 2, 3, 4));
    await expect(insert(5, replica!.url)).rejects.toThrow(/read.only/);
  });

  test("a write that reached no replica is lost with its primary, and the other replica follows the new one", async () => {
    const { primary, replicas } = cluster;
    const [successor, other] = replicas;
    for (const replica of replicas) await replica.catchUp(primary);
    for (const replica of replicas) await replica.stopReceiver();
    await insert(5);
    await primary.kill();
    await successor!.promote();
    expect(successor!.role()).toBe("primary");
    await insert(6, successor!.url);
    await other!.follow(successor!);
    await other!.catchUp(successor!);
    expect(await ask(other!.url, IDS)).toEqual(ids(1, 2, 3, 4, 6));

    await primary.start();
    expect(await ask(primary.url, IDS)).toEqual(ids(1, 2, 3, 4, 5));
    await insert(7, primary.url);
  });

  test("closed, none of its servers runs", async () => {
    const pids = [cluster.primary, ...cluster.replicas].map((node) => node.pid());
    await cluster.replicas[1]!.stopReceiver();
    await cluster.close();
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});
