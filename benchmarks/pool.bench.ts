/**
 * What lending a connection costs, and what is left of a server's throughput: `pnpm bench:pool [--record] [--rounds 9]`.
 * All pools in one process, in turns; medians. Exits 1 where a bar is missed.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startMariadb, startPostgres } from "@dbadvise/testkit";
import { type LendingPeer, lendingPeers, RESOURCES } from "./pool/lending-peers.ts";
import { mysqlPeers, postgresPeers, type QueryPeer } from "./pool/query-peers.ts";
import { median } from "./median.ts";
import { recordResults } from "./record-results.ts";

const BARS = { alone: 3.6, crowded: 2.4, throughput: 0.98 } as const;
const WAITERS = 200;
const CYCLES = 300_000;
const CALLERS = 64;
const QUERIES = 6400;

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
  },
});
const rounds = Number(options.rounds);
const lines: string[] = [];
let passed = true;

await compareLending();
for (const [title, start, peers] of [
  ["PostgreSQL", startPostgres, postgresPeers],
  ["MariaDB", startMariadb, mysqlPeers],
] as const) {
  const database = await start();
  try {
    await compareQueries(title, peers(database.url));
  } finally {
    await database.close();
  }
}
lines.push(
  `Load of the machine at the end: ${loadavg()
    .map((load) => load.toFixed(2))
    .join(" ")}.`,
);
process.stdout.write(`${lines.join("\n")}\n`);
if (options.record) record();
process.exit(passed ? 0 : 1);

async function compareLending(): Promise<void> {
  const peers = lendingPeers();
  const crowd = RESOURCES + WAITERS;
  const alone = await inTurns(peers, (peer) => cpuPerCycle(peer, 1));
  const crowded = await inTurns(peers, (peer) => cpuPerCycle(peer, crowd));
  lines.push(
    `Acquire and release, ${RESOURCES} resources. CPU nanoseconds, and times the floor: a stack and a queue.`,
    "",
    `| Pool | Alone, ns | x floor | ${WAITERS} in line, ns | x floor |`,
    "|-|-|-|-|-|",
  );
  for (const { name } of peers) {
    const one = comparison(alone, name, "floor");
    const many = comparison(crowded, name, "floor");
    lines.push(
      `| ${name} | ${one.middle.toFixed(0)} | ${one.ratio.toFixed(2)} | ${many.middle.toFixed(0)} | ${many.ratio.toFixed(2)} |`,
    );
  }
  const own = "@dbadvise/pool";
  lines.push("");
  judge("alone", comparison(alone, own, "floor").ratio, BARS.alone, "at most");
  judge(`${WAITERS} in line`, comparison(crowded, own, "floor").ratio, BARS.crowded, "at most");
  for (const peer of peers) await peer.end();
}

async function compareQueries(title: string, peers: readonly QueryPeer[]): Promise<void> {
  const results = await inTurns(peers, queriesPerSecond);
  const base = peers[0]?.name ?? "";
  lines.push(
    `\`select 1\` on ${title}, 10 connections, ${CALLERS} callers.`,
    "",
    `| Pool | Queries per second | x ${base} |`,
    "|-|-|-|",
  );
  const verdicts: (() => void)[] = [];
  for (const { name, own } of peers) {
    const { middle, ratio } = comparison(results, name, base);
    lines.push(`| ${name} | ${middle.toFixed(0)} | ${ratio.toFixed(3)} |`);
    if (own) verdicts.push(() => judge(`${name} on ${title}`, ratio, BARS.throughput, "at least"));
  }
  lines.push("");
  for (const verdict of verdicts) verdict();
  for (const peer of peers) await peer.end();
}

function judge(what: string, ratio: number, bar: number, sense: "at least" | "at most"): void {
  const met = sense === "at most" ? ratio <= bar : ratio >= bar;
  if (!met) passed = false;
  lines.push(
    `Bar, ${what}: ${sense} ${bar}; ${ratio.toFixed(sense === "at most" ? 2 : 3)}: ${met ? "met" : "MISSED"}.`,
    "",
  );
}

/** Measures each in every round, so that what slows the machine down slows all. The first round only warms up. */
async function inTurns<Peer extends { readonly name: string }>(
  peers: readonly Peer[],
  measure: (peer: Peer) => Promise<number>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const results = new Map(peers.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    // Each begins some rounds: who comes after whom would matter otherwise.
    const order = peers.map((_, at) => peers[(at + round) % peers.length]);
    for (const peer of order) {
      if (peer === undefined) continue;
      const result = await measure(peer);
      if (round > 0) results.get(peer.name)?.push(result);
    }
  }
  return results;
}

async function cpuPerCycle(peer: LendingPeer, callers: number): Promise<number> {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: callers }, () => peer.cycle(Math.ceil(CYCLES / callers))));
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / CYCLES;
}

async function queriesPerSecond(peer: QueryPeer): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (let left = QUERIES / CALLERS; left > 0; left -= 1) await peer.query();
    }),
  );
  return (QUERIES * 1000) / (performance.now() - begun);
}

/** Medians over the rounds: of the results, and of their ratios to another's in the same round. */
function comparison(
  results: ReadonlyMap<string, readonly number[]>,
  name: string,
  base: string,
): { readonly middle: number; readonly ratio: number } {
  const own = results.get(name) ?? [];
  const others = results.get(base) ?? [];
  return { middle: median(own), ratio: median(own.map((one, at) => one / (others[at] ?? one))) };
}

function record(): void {
  recordResults({
    name: "pool",
    title: "Lending connections",
    command: `pnpm bench:pool --record --rounds ${rounds}`,
    lines,
  });
}
