/**
 * Histories of clients on clusters with faults, verified afterwards: `pnpm bench:causal [--record] [--seconds 90] [--operations 100000]
 * [--engine postgres]`. Each engine's primary and two replicas lag, pause, stop, crash, are cut off and fail over with lost writes, in so many
 * seconds; then the clients go on until they have done so many operations. Before that, reads at no level and a guard that is broken
 * must be found out. Exits 1 where a read saw less than its level allows, where a scope that misses a write of its own was not told,
 * or where there were fewer operations.
 */
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as observe from "@dbadvise/observe";
import { type Connector, createPool, type Pool } from "@dbadvise/pool";
import { mysql as mysqlServer } from "@dbadvise/pool/mysql";
import { postgres as postgresServer } from "@dbadvise/pool/postgres";
import { createRouter } from "@dbadvise/router";
import { mariadb, mysql } from "@dbadvise/router/mysql";
import { postgres } from "@dbadvise/router/postgres";
import {
  type Clients,
  type Cluster,
  type ClusterNode,
  type Engine,
  type History,
  type Level,
  type Operation,
  recordHistory,
  startCluster,
  unguarded,
  untilViolated,
  verifyHistory,
  withFaults,
} from "@dbadvise/testkit";
import { recordResults } from "./record-results.ts";

const REGISTERS = 16;
/** How long after a failover it is still felt, milliseconds. */
const AROUND_MS = 10_000;
const CLIENTS = 16;
const LEVELS: readonly Level[] = [
  "eventual",
  "read-your-writes",
  "monotonic",
  "strong",
  { bounded: 2000 },
];
const DIALECTS = { postgres, mysql, mariadb } as const;

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    seconds: { type: "string", default: "90" },
    operations: { type: "string", default: "100000" },
    engine: { type: "string", default: "" },
  },
});
const seconds = Number(options.seconds);
const least = Number(options.operations);
const engines = (Object.keys(DIALECTS) as Engine[]).filter(
  (engine) => options.engine === "" || engine === options.engine,
);
const faults: string[] = [
  "| Engine | Operations | Writes | Reads | held to something | from replicas | Violations | Failed | Lost writes | Scopes told | Scopes that miss a write, and were not told |",
  "|-|-|-|-|-|-|-|-|-|-|-|",
];
const failovers: string[] = [
  "| Engine | Promotion, with the kill before it, ms | Longest pause of reads around it, ms | First write after it, ms |",
  "|-|-|-|-|",
];
const controls: string[] = [
  "| Engine | Reads | Violations of read-your-writes: eventual reads | a guard that always says yes |",
  "|-|-|-|-|",
];
let passed = true;
for (const engine of engines) await check(engine);
const lines = [
  ...faults,
  "",
  ...failovers,
  "",
  "With a replica that replays nothing, until the checker has found something:",
  "",
  ...controls,
];
process.stdout.write(`${lines.join("\n")}\n`);
if (options.record) record();
process.exit(passed ? 0 : 1);

async function check(engine: Engine): Promise<void> {
  const cluster = await startCluster(engine, { replicas: 2 });
  try {
    await checkControls(engine, cluster);
    const seed = randomInt(2 ** 31);
    process.stdout.write(`${engine}: seed ${seed}\n`);
    const { history, told } = await run(engine, cluster, LEVELS, seed, async (clients) => {
      await withFaults(engine, cluster, clients, seconds);
      const deadline = performance.now() + 2000 * seconds;
      while (clients.history.operations.length < least && performance.now() < deadline) {
        await delay(500);
      }
    });
    const { violations, bereft, ...counts } = verifyHistory(history);
    const operations = history.operations.length;
    const untold = bereft.difference(told).size;
    const replicas = history.operations.filter(
      (one) => one.kind === "read" && !one.node.endsWith("-1"),
    );
    if (violations.length > 0 || untold > 0 || operations < least) passed = false;
    // Enough to find the place in the history.
    for (const violation of violations.slice(0, 3))
      process.stderr.write(`${JSON.stringify(violation)}\n`);
    faults.push(
      `| ${cluster.name} | ${operations} | ${counts.writes} | ${counts.reads} | ${counts.held} | ${replicas.length} | ${violations.length} | ${history.errors} | ${counts.lost} | ${told.size} | ${untold} of ${bereft.size} |`,
    );
    failovers.push(`| ${cluster.name} | ${pausesOf(history).join(" | ")} |`);
  } finally {
    await cluster.close();
  }
}

/** What must be found out. */
async function checkControls(engine: Engine, cluster: Cluster): Promise<void> {
  const [replica] = cluster.replicas;
  if (replica === undefined) throw new Error("There is no replica");
  const found: string[] = [];
  let reads = 0;
  for (const [level, broken] of [
    ["eventual", false],
    ["read-your-writes", true],
  ] as const) {
    const seed = randomInt(2 ** 31);
    const work = (clients: Clients): Promise<void> => untilViolated(replica, clients, 100);
    const { history } = await run(engine, cluster, [level], seed, work, broken);
    const verified = verifyHistory(history, "read-your-writes");
    reads += verified.reads;
    found.push(`${verified.violations.length} of ${verified.held}`);
  }
  controls.push(`| ${cluster.name} | ${reads} | ${found.join(" | ")} |`);
}

/** How the failover was to clients, milliseconds. */
function pausesOf({ operations }: History): readonly (number | string)[] {
  const failover = operations.find(({ kind }) => kind === "failover");
  if (failover === undefined) return ["none", "", ""];
  const { invoked, returned } = failover;
  const times = (kind: Operation["kind"], from: number): readonly number[] =>
    operations
      .filter((one) => one.kind === kind && one.returned > from)
      .map((one) => one.returned)
      .toSorted((a, b) => a - b);
  const reads = times("read", invoked).filter((time) => time < returned + AROUND_MS);
  const pauses = reads.map((time, index) => time - (reads[index - 1] ?? invoked));
  const [write = Number.NaN] = times("write", returned);
  return [returned - invoked, Math.max(...pauses), write - returned].map(Math.round);
}

async function run(
  engine: Engine,
  cluster: Cluster,
  levels: readonly Level[],
  seed: number,
  work: (clients: Clients) => Promise<void>,
  broken = false,
): ReturnType<typeof recordHistory> {
  const pools: Pool<unknown>[] = [];
  const poolOf = ({ name, proxy }: ClusterNode): Pool<unknown> => {
    const connector: Connector<unknown> =
      engine === "postgres" ? postgresServer(proxy.url) : mysqlServer(proxy.url);
    const pool = createPool({ connector, name });
    pools.push(pool);
    return pool;
  };
  const dialect = DIALECTS[engine]();
  const router = createRouter<unknown>({
    dialect: broken ? unguarded(dialect) : dialect,
    primary: poolOf(cluster.primary),
    replicas: cluster.replicas.map(poolOf),
    spill: 1,
  });
  const load = { clients: CLIENTS, registers: REGISTERS, levels, seed };
  try {
    return await recordHistory(engine, cluster, router, observe, load, work);
  } finally {
    await router.close();
    await Promise.allSettled(pools.map((pool) => pool.drain({ timeoutMs: 1000 })));
  }
}

function record(): void {
  recordResults({
    name: "causal",
    title: "Causal histories",
    command: `pnpm bench:causal --record --seconds ${seconds}`,
    about: `${CLIENTS} clients; reads of all levels: ${LEVELS.map((level) => (typeof level === "object" ? `bounded(${level.bounded} ms)` : level)).join(", ")}. Faults in turn: lag, paused replay, a stopped receiver, a killed one (PostgreSQL), asynchronous commit, a crashed replica, one cut off, and a failover that loses acknowledged writes.`,
    lines,
  });
}
