import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DataLoader } from "@dbadvise/loader";
import Peer from "dataloader";
import { type Case, CASES, type Contender, KEYS, REQUESTS } from "./drop-in-cases.ts";
import { median } from "../median.ts";
import type { Section } from "./section.ts";

/** Loaders per sample: long enough to hold its share of garbage collection. */
const LOADERS = 60;
const ROUNDS = 50;
/** Samples that only warm up. */
const WARM_UP = 20;
/** Of each package, for each case: now and then V8 sizes the heap of one in another way, for as long as it runs. */
const PROCESSES = 5;

const CONTENDERS = ["dataloader", "batshit", "ours"] as const;
type ContenderName = (typeof CONTENDERS)[number];

/** The loader without a database: nanoseconds and bytes per key. */
export async function dropIn(): Promise<Section> {
  const lines = [
    `ns of CPU per key until all loads of a loader have settled, garbage collection included: ${KEYS} keys per loader, ${LOADERS} loaders per sample, median of ${ROUNDS - WARM_UP} samples, and of ${PROCESSES} processes for each package, which take turns sample by sample. Loads settle in order, and of each loader the last is awaited: what awaits every one of them costs the same for each package, and about as much as a load. With that cost: where a row says \`Promise.all\`; in resolvers, where each load is awaited by an async function of its own, ${REQUESTS} loaders at a time, and a batch is answered after 1 ms; composite keys.`,
    "",
    "| | dataloader | batshit | ours | to dataloader | Bar |",
    "|-|-|-|-|-|-|",
  ];
  let passed = true;
  for (const one of CASES) {
    process.stderr.write(`${one.name}\n`);
    const { dataloader, ours, batshit } = await measure(one);
    const ratio = Number(dataloader) / Number(ours);
    const { bar } = one;
    if (bar !== undefined && ratio < bar) passed = false;
    lines.push(
      `| ${one.name} | ${dataloader?.toFixed(0)} | ${batshit?.toFixed(0) ?? "-"} | ${ours?.toFixed(0)} | ${ratio.toFixed(2)}x | ${bar === undefined ? "" : `${bar}x: ${ratio < bar ? "MISSED" : "met"}`} |`,
    );
  }
  const bytes = await measureBytes();
  if (bytes.ours >= bytes.dataloader) passed = false;
  lines.push(
    "",
    `Kept per key once a batch of 100,000 has settled: dataloader ${bytes.dataloader.toFixed(0)} bytes, ours ${bytes.ours.toFixed(0)}. In batches of 100: ${bytes.dataloaderInBatches.toFixed(0)} and ${bytes.oursInBatches.toFixed(0)}.`,
  );
  return { title: "Beside dataloader and batshit, without a database", lines, passed };
}

/**
 * Nanoseconds per key. Processes of their own keep apart what each package teaches V8's optimiser and leaves to its garbage
 * collector; turns give all the same share of whatever else the machine does.
 */
async function measure(one: Case): Promise<Partial<Record<ContenderName, number>>> {
  const bench = fileURLToPath(new URL("../loader.bench.ts", import.meta.url));
  const names = CONTENDERS.filter((name) => one[name] !== undefined);
  const runs = Array.from({ length: PROCESSES }, () =>
    names.map((name) => ({
      name,
      process: fork(bench, ["--case", one.name, "--contender", name]),
      samples: [] as number[],
    })),
  ).flat();
  try {
    for (let round = 0; round < ROUNDS; round += 1)
      for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
        const nanoseconds = await ask(run.process);
        if (round >= WARM_UP) run.samples.push(nanoseconds);
      }
  } finally {
    for (const run of runs) run.process.kill();
  }
  return Object.fromEntries(
    names.map((name) => {
      const ofPackage = runs.filter((run) => run.name === name);
      return [name, median(ofPackage.map(({ samples }) => median(samples)))];
    }),
  );
}

async function ask(child: ChildProcess): Promise<number> {
  const ended = new AbortController();
  try {
    const failure = once(child, "exit", { signal: ended.signal }).then(() => {
      throw new Error("a contender ended early");
    });
    const [nanoseconds]: unknown[] = await Promise.race([
      (child.send("sample"), once(child, "message", { signal: ended.signal })),
      failure,
    ]);
    return Number(nanoseconds);
  } finally {
    ended.abort();
  }
}

/** In a process of its own: answers each message with a sample, until it is killed. */
export function serveCase(wanted: string, contender: string | undefined): void {
  const one = CASES.find(({ name }) => name === wanted);
  const prepare = one?.[contender as ContenderName];
  if (one === undefined || prepare === undefined)
    throw new Error(`no case ${wanted} of ${contender}`);
  process.on("message", () => {
    void sample(prepare, one.atATime).then((nanoseconds) => process.send?.(nanoseconds));
  });
}

async function sample(prepare: Contender, atATime: number): Promise<number> {
  const runs: (() => Promise<unknown>)[] = [];
  for (let index = 0; index < LOADERS; index += 1) runs.push(await prepare());
  // CPU time: other work on the machine counts for less.
  const started = process.cpuUsage();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let run = runs.pop(); run !== undefined; run = runs.pop()) await run();
    }),
  );
  const { user, system } = process.cpuUsage(started);
  return ((user + system) * 1e3) / (KEYS * LOADERS);
}

async function measureBytes(): Promise<
  Record<"dataloader" | "ours" | "dataloaderInBatches" | "oursInBatches", number>
> {
  return {
    dataloader: await bytesPerKey(Peer, 100_000),
    ours: await bytesPerKey(DataLoader, 100_000),
    dataloaderInBatches: await bytesPerKey(Peer, 100),
    oursInBatches: await bytesPerKey(DataLoader, 100),
  };
}

async function bytesPerKey(Make: typeof Peer, batch: number): Promise<number> {
  const total = 100_000;
  const values = Array.from({ length: total }, (_, id) => ({ id }));
  const loader = new Make<number, { id: number }>(async (keys) =>
    keys.map((key) => values[key] as { id: number }),
  );
  const before = await heapBytes();
  for (let from = 0; from < total; from += batch) {
    let last: Promise<unknown> = Promise.resolve();
    for (let key = from; key < from + batch; key += 1) last = loader.load(key);
    await last;
  }
  const bytes = ((await heapBytes()) - before) / total;
  await loader.load(0);
  return bytes;
}

async function heapBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  // What the last run leaves behind goes only once its promise jobs are over.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
