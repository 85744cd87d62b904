/**
 * What routing costs, and how much it takes off the primary: `pnpm bench:router [--record] [--rounds 15]`. One run on a PostgreSQL primary
 * and a replica on loopback; medians of reads in turns. Then a failover. Exits 1 where a bar is missed.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { onQuery, withScope } from "@dbadvise/observe";
import { createPool } from "@dbadvise/pool";
import { postgres } from "@dbadvise/pool/postgres";
import { createRouter } from "@dbadvise/router";
import { postgres as postgresDialect } from "@dbadvise/router/postgres";
import { startCluster } from "@dbadvise/testkit";
import { bareReads } from "./router/bare-reads.ts";
import { median } from "./median.ts";
import { recordResults } from "./record-results.ts";

const BARS = { guarded: 1.15, known: 1.05, share: 0.9, resumedMs: 1000 } as const;
const READ = "select id, body from notes where id = $1";
const READS_PER_ROUND = 1000;
/** Reads of one way in a row: long enough that it runs warm, short enough that what slows the machine down slows all. */
const BLOCK = 20;
const WARM_UP_BLOCKS = 500;
const CLIENTS = 16;
const REQUESTS_PER_CLIENT = 100;
const READS_PER_REQUEST = 9;

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
  },
});
const rounds = Number(options.rounds);
const lines: string[] = [];
let passed = true;

const cluster = await startCluster("postgres", { replicas: 1 });
const [standby] = cluster.replicas;
if (standby === undefined) throw new Error("The cluster has no replica");
const primary = createPool({ connector: postgres(cluster.primary.url), name: "primary" });
const replica = createPool({ connector: postgres(standby.url), name: "replica" });
try {
  await primary.query("create table notes (id int primary key, body text not null)");
  await primary.query("insert into notes select i, 'note ' || i from generate_series(1, 1000) i");
  await standby.catchUp(cluster.primary);
  await compareReads();
  await countReads();
} finally {
  await Promise.all([primary.drain(), replica.drain()]);
  await cluster.close();
}
await failOver();
lines.push(
  `Load of the machine at the end: ${loadavg()
    .map((load) => load.toFixed(2))
    .join(" ")}.`,
);
process.stdout.write(`${lines.join("\n")}\n`);
if (options.record) record();
process.exit(passed ? 0 : 1);

/** One read after the other, on one connection of the replica's pool. */
async function compareReads(): Promise<void> {
  const dialect = postgresDialect();
  const lease = await primary.acquire();
  const wanted = await dialect.positionAfterWrite(lease);
  lease.release();
  await using known = createRouter({ dialect, primary, replicas: [replica] });
  await using guarded = createRouter({
    // The bound is never known: each read asks on the way. Polls tell it nothing, and would come all the sooner.
    dialect: { ...dialect, covers: () => "behind" },
    primary,
    replicas: [replica],
    pollMs: 60_000,
  });
  for (const router of [known, guarded])
    await router.query("update notes set body = 'x' where id = 1");
  await standby?.catchUp(cluster.primary);
  // By then the poll has told where the replica is.
  for (let left = 50; left > 0; left -= 1) {
    if (known.explain(READ).reason.includes("is known to have")) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const bare = await bareReads(standby?.url ?? "", READ);
  const ways: readonly [string, (id: number) => Promise<unknown>][] = [
    ["plain: the replica's pool", (id) => replica.query(READ, [id])],
    ["causal, bound known: the router", (id) => known.query(READ, [id])],
    ["causal, guarded in one flight: the router", (id) => guarded.query(READ, [id])],
    [
      "separate check, then the query",
      async (id) => {
        const one = await replica.acquire();
        try {
          const { position } = await dialect.readState(one);
          if (dialect.covers(position, wanted) !== "reached") throw new Error("stale");
          await one.query(READ, [id]);
        } finally {
          one.release();
        }
      },
    ],
    ["one statement: bare pg", bare.one],
    ["two statements in one flight, the first asks nothing: bare pg", bare.two],
  ];
  const times = ways.map(() => [] as number[]);
  for (let block = 0; block < WARM_UP_BLOCKS + (rounds * READS_PER_ROUND) / BLOCK; block += 1) {
    for (const turn of ways.keys()) {
      const at = (turn + block) % ways.length;
      const begun = performance.now();
      for (let read = 0; read < BLOCK; read += 1) await ways[at]?.[1](1 + ((block + read) % 1000));
      if (block >= WARM_UP_BLOCKS) times[at]?.push((performance.now() - begun) / BLOCK);
    }
  }
  await bare.end();
  /** Against another way in the same turn. */
  const ratio = (at: number, base = 0): number =>
    median((times[at] ?? []).map((time, block) => time / (times[base]?.[block] ?? time)));
  lines.push(
    `Reading a row by its key from a PostgreSQL replica on loopback, one read at a time, in turns of ${BLOCK}. Medians, also of the ratios in each turn.`,
    "",
    "| Way | Microseconds | x plain |",
    "|-|-|-|",
    ...ways.map(
      ([name], at) =>
        `| ${name} | ${(median(times[at] ?? []) * 1000).toFixed(0)} | ${ratio(at).toFixed(3)} |`,
    ),
    "",
    `The floor of asking on the way, two statements by bare pg: ${ratio(5, 4).toFixed(3)} x one.`,
    "",
  );
  judge("bound known", ratio(1), BARS.known, "at most");
  judge("guarded", ratio(2), BARS.guarded, "at most");
}

/** Requests of one write and nine reads, each in a scope, with read-your-writes. */
async function countReads(): Promise<void> {
  await using router = createRouter({
    dialect: postgresDialect(),
    primary,
    replicas: [replica],
    consistency: "read-your-writes",
  });
  const served = new Map<string, number>();
  const stop = onQuery(({ sql, pool, errorCode }) => {
    if (sql === READ && errorCode === undefined)
      served.set(pool ?? "", (served.get(pool ?? "") ?? 0) + 1);
  });
  let stale = 0;
  async function request(client: number, number: number): Promise<void> {
    const id = client + 1;
    const body = `${client} ${number}`;
    await router.query("update notes set body = $2 where id = $1", [id, body]);
    for (let left = READS_PER_REQUEST; left > 0; left -= 1) {
      const { rows } = await router.query<{ body: string }>(READ, [id]);
      if (rows[0]?.body !== body) stale += 1;
    }
  }
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let number = 0; number < REQUESTS_PER_CLIENT; number += 1) {
        await withScope(() => request(client, number));
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  stop();
  const reads = CLIENTS * REQUESTS_PER_CLIENT * READS_PER_REQUEST;
  lines.push(
    `${CLIENTS} clients, ${CLIENTS * REQUESTS_PER_CLIENT} requests of a write and ${READS_PER_REQUEST} reads of what it wrote, read-your-writes:`,
    `${reads} reads in ${seconds.toFixed(1)} s, ${served.get("replica") ?? 0} served by the replica, ${served.get("primary") ?? 0} by the primary, ${stale} stale.`,
    "",
  );
  judge(
    "share of reads served by replicas",
    (served.get("replica") ?? 0) / reads,
    BARS.share,
    "at least",
  );
  judge("stale reads", stale, 0, "at most");
}

/** The primary is killed and a replica promoted, while reads of each kind go on. */
async function failOver(): Promise<void> {
  const three = await startCluster("postgres", { replicas: 2 });
  const nodes = [three.primary, ...three.replicas];
  const [old, successor, other] = nodes.map((node) =>
    createPool({ connector: postgres(node.proxy.url), name: node.name }),
  );
  const [promoted, follower] = three.replicas;
  if (old === undefined || successor === undefined || other === undefined) throw new Error("pools");
  if (promoted === undefined || follower === undefined) throw new Error("replicas");
  const router = createRouter({
    dialect: postgresDialect(),
    primary: old,
    replicas: [successor, other],
    spill: 1,
  });
  try {
    await router.query("create table notes (id int primary key, body text not null)");
    await router.query("insert into notes values (1, 'one')");
    for (const one of three.replicas) await one.catchUp(three.primary);
    const kinds = {
      "read, eventual": () => router.query(READ, [1], { consistency: "eventual" }),
      "read, read-your-writes": () => router.query(READ, [1]),
      "read, strong": () => router.query(READ, [1], { consistency: "strong" }),
      write: () => router.query("update notes set body = 'two' where id = 1"),
    } as const;
    const state = { ended: false };
    const running = Object.entries(kinds).map(async ([name, send]) => {
      const done: number[] = [];
      let failed = 0;
      while (!state.ended) {
        try {
          await withScope(send);
          done.push(performance.now());
        } catch {
          failed += 1;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { name, done, failed };
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await three.primary.kill();
    const killed = performance.now();
    await promoted.promote();
    const at = performance.now();
    await follower.follow(promoted);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    state.ended = true;
    const results = await Promise.all(running);
    lines.push(
      `A primary with two replicas is killed, and a replica promoted ${(at - killed).toFixed(0)} ms later. One caller each, every 5 ms:`,
      "",
      "| What | first success after the promotion, ms | failed |",
      "|-|-|-|",
      ...results.map(
        ({ name, done, failed }) => `| ${name} | ${resumed(done, at).toFixed(0)} | ${failed} |`,
      ),
      "",
    );
    for (const { name, done } of results) {
      if (name !== "write")
        judge(`${name} resumes, ms`, resumed(done, at), BARS.resumedMs, "at most");
    }
  } finally {
    await router.close();
    await Promise.allSettled(
      [old, successor, other].map((pool) => pool.drain({ timeoutMs: 1000 })),
    );
    await three.close();
  }
}

function resumed(done: readonly number[], at: number): number {
  return (done.find((time) => time > at) ?? Number.POSITIVE_INFINITY) - at;
}

function judge(what: string, value: number, bar: number, sense: "at least" | "at most"): void {
  const met = sense === "at most" ? value <= bar : value >= bar;
  if (!met) passed = false;
  lines.push(`Bar, ${what}: ${sense} ${bar}; ${value.toFixed(3)}: ${met ? "met" : "MISSED"}.`, "");
}

function record(): void {
  recordResults({
    name: "router",
    title: "Routing reads",
    command: `pnpm bench:router --record --rounds ${rounds}`,
    lines,
  });
}
