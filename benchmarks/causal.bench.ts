/**
 * Histories of clients on clusters with faults, verified afterwards: `pnpm bench:causal [--record] [--seconds 90] [--engine postgres]`. Each
 * engine's primary and two replicas lag, pause, stop, crash, are cut off and fail over with lost writes. Exits 1 where a read saw less than
 * its level allows, or fewer than 100,000 operations were verified in all.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { onQueryStart, withScope } from "@dbadvise/observe";
import { type Connector, createPool, type Pool } from "@dbadvise/pool";
import { mysql as mysqlServer } from "@dbadvise/pool/mysql";
import { postgres as postgresServer } from "@dbadvise/pool/postgres";
import { createRouter } from "@dbadvise/router";
import { mariadb, mysql } from "@dbadvise/router/mysql";
import { postgres } from "@dbadvise/router/postgres";
import {
  type ClusterNode,
  type Engine,
  type Level,
  registersOf,
  routedRegisters,
  runClients,
  startCluster,
  verifyHistory,
  withFaults,
} from "@dbadvise/testkit";

const REGISTERS = 16;
const CLIENTS = 16;
const OPERATIONS = 100_000;
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
    engine: { type: "string", default: "" },
  },
});
const seconds = Number(options.seconds);
const engines = (Object.keys(DIALECTS) as Engine[]).filter(
  (engine) => options.engine === "" || engine === options.engine,
);
const lines: string[] = [
  "| Engine | Operations | Writes | Reads | held to something | from replicas | Violations | the same reads held to read-your-writes | Lost writes | Scopes told | Failed |",
  "|-|-|-|-|-|-|-|-|-|-|-|",
];
let total = 0;
let violated = 0;
for (const engine of engines) await check(engine);
lines.push("", `${total} operations, ${violated} violations.`);
process.stdout.write(`${lines.join("\n")}\n`);
if (options.record) record();
process.exit(violated === 0 && (total >= OPERATIONS || options.engine !== "") ? 0 : 1);

async function check(engine: Engine): Promise<void> {
  const seed = randomInt(2 ** 31);
  process.stdout.write(`${engine}: seed ${seed}\n`);
  const cluster = await startCluster(engine, { replicas: 2 });
  const pools: Pool<unknown>[] = [];
  const poolOf = (node: ClusterNode): Pool<unknown> => {
    const { url } = node.proxy;
    const connector: Connector<unknown> =
      engine === "postgres" ? postgresServer(url) : mysqlServer(url);
    const pool = createPool({ connector, name: node.name });
    pools.push(pool);
    return pool;
  };
  const router = createRouter<unknown>({
    dialect: DIALECTS[engine](),
    primary: poolOf(cluster.primary),
    replicas: cluster.replicas.map(poolOf),
    spill: 1,
  });
  const scopes = new AsyncLocalStorage<{ readonly scope: number; node: string }>();
  const told = new Set<number>();
  router.on("writeMayBeLost", () => told.add(scopes.getStore()?.scope ?? 0));
  const stop = onQueryStart(({ route, pool }) => {
    const store = scopes.getStore();
    if (store !== undefined && route !== undefined) store.node = pool ?? "";
  });
  const registers = registersOf(engine, REGISTERS);
  try {
    for (const sql of registers.create) await router.query(sql);
    for (const replica of cluster.replicas) await replica.catchUp(cluster.primary);
    const clients = runClients(
      routedRegisters(engine, router, registers, {
        scope: (scope, fn) => scopes.run({ scope, node: "" }, () => withScope(fn)),
        nodeOf: () => scopes.getStore()?.node ?? "",
      }),
      { clients: CLIENTS, registers: REGISTERS, levels: LEVELS, seed },
    );
    try {
      await withFaults(engine, cluster, clients, seconds);
    } finally {
      await clients.stop();
    }
    const { history } = clients;
    const own = verifyHistory(history);
    const stricter = verifyHistory(
      {
        ...history,
        operations: history.operations.filter(
          (one) => one.kind !== "read" || one.level === "eventual",
        ),
      },
      "read-your-writes",
    );
    const replicas = history.operations.filter(
      (one) => one.kind === "read" && !one.node.endsWith("-1"),
    );
    total += history.operations.length;
    violated += own.violations.length;
    for (const violation of own.violations.slice(0, 3)) console.log(JSON.stringify(violation));
    lines.push(
      `| ${cluster.name} | ${history.operations.length} | ${own.writes} | ${own.reads} | ${own.held} | ${replicas.length} | ${own.violations.length} | ${stricter.violations.length} of ${stricter.reads} eventual ones | ${own.lost} | ${told.size} | ${history.errors} |`,
    );
  } finally {
    stop();
    await router.close();
    await Promise.allSettled(pools.map((pool) => pool.drain({ timeoutMs: 1000 })));
    await cluster.close();
  }
}

function record(): void {
  const day = new Date().toISOString().slice(0, 10);
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = [
    `# Causal histories, ${day}`,
    "",
    `Command: \`pnpm bench:causal --record --seconds ${seconds}\`. Node ${process.version}, ${cpus().length} cores. ${CLIENTS} clients; reads of all levels:`,
    `${LEVELS.map((level) => (typeof level === "object" ? `bounded(${level.bounded} ms)` : level)).join(", ")}. Faults in turn: lag, paused replay, stopped`,
    "receiver, asynchronous commit, a crashed replica, one cut off, and a failover that loses acknowledged writes.",
    "",
    ...lines,
    "",
  ];
  writeFileSync(new URL(`causal-${day}.md`, folder), text.join("\n"));
}
