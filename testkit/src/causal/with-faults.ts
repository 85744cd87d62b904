import { setTimeout as delay } from "node:timers/promises";
import mysql from "mysql2/promise";
import { runOnPostgres } from "../servers/run-on-postgres.ts";
import type { Engine } from "../servers/test-server.ts";
import type { Cluster, ClusterNode } from "../start-cluster.ts";
import type { Clients } from "./run-clients.ts";

/** So long, writes are acknowledged that no replica receives. */
const LOSING_MS = 300;

/**
 * Lets clients work while the cluster has one fault after the other, for `seconds` in all: lag, paused replay, stopped receivers and a killed one,
 * acknowledged writes that are not on disk, a crashed replica, one that can't be reached, and at the end a failover that loses writes.
 * The cluster needs two replicas.
 */
export async function withFaults(
  engine: Engine,
  cluster: Cluster,
  clients: Clients,
  seconds: number,
): Promise<void> {
  const { primary, replicas } = cluster;
  const [one, other] = replicas;
  if (one === undefined || other === undefined) throw new Error("It takes two replicas");
  const pauses = one.killReceiver === undefined ? 9 : 10;
  const pause = (): Promise<void> => delay((seconds * 1000) / pauses);

  await pause();
  await one.lag(300);
  await pause();
  await one.lag(0);
  await other.pauseReplay();
  await pause();
  await other.resumeReplay();
  await one.stopReceiver();
  await pause();
  await one.startReceiver();
  if (one.killReceiver !== undefined) {
    await one.killReceiver();
    await pause();
  }
  for (const sql of ASYNCHRONOUS[engine]) await run(engine, primary, sql);
  await pause();
  await other.kill();
  await pause();
  await other.start();
  one.proxy.refuse();
  await pause();
  await one.proxy.heal();
  await pause();
  for (const replica of replicas) await replica.catchUp(primary);
  for (const replica of replicas) await replica.stopReceiver();
  await delay(LOSING_MS);
  await clients.failover(async () => {
    await primary.kill();
    await one.promote();
    const rows = await run(engine, one, "select id, version from registers order by id");
    return rows.map((row) => Number((row as { version: unknown }).version));
  });
  await other.follow(one);
  await pause();
}

/** Acknowledged before it is on disk. */
const ASYNCHRONOUS: Readonly<Record<Engine, readonly string[]>> = {
  postgres: ["alter system set synchronous_commit = off", "select pg_reload_conf()"],
  mysql: ["set global sync_binlog = 0", "set global innodb_flush_log_at_trx_commit = 0"],
  mariadb: ["set global sync_binlog = 0", "set global innodb_flush_log_at_trx_commit = 0"],
};

async function run(engine: Engine, node: ClusterNode, sql: string): Promise<readonly unknown[]> {
  if (engine === "postgres") return runOnPostgres(node.url, sql);
  const connection = await mysql.createConnection(node.url);
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? rows : [];
  } finally {
    connection.destroy();
  }
}
