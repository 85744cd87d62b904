import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DataLoader, TupleMap } from "@dbadvise/loader";
import { create, indexedResolver } from "@yornaath/batshit";
import Peer from "dataloader";
import { median, type Section } from "./section.ts";

/** Keys per loader: a request's worth. */
const KEYS = 500;
/** Loaders per sample: long enough to hold its share of garbage collection. */
const LOADERS = 60;
const ROUNDS = 100;

/** Ratios to dataloader that are asked for. */
const BARS: Readonly<Record<string, number>> = {
  "unique keys": 1.2,
  "hits, few hot keys": 2.5,
  loadMany: 2.5,
  "loadMany, all hits": 2.5,
};

interface Row {
  readonly id: number;
  readonly name: string;
}
type Tuple = readonly [number, number];
type Loader = Peer<number, Row>;

const rows: readonly Row[] = Array.from({ length: KEYS }, (_, id) => ({ id, name: `n${id}` }));
const unique: readonly number[] = rows.map(({ id }) => id);
const hot: readonly number[] = unique.map((id) => (id * 7919) % 25);
const answer = async (keys: readonly number[]): Promise<Row[]> =>
  keys.map((key) => rows[key] as Row);
const answerTuples = async (keys: readonly Tuple[]): Promise<Row[]> =>
  keys.map(([, key]) => rows[key] as Row);
const tuples = (): Tuple[] => unique.map((id): Tuple => [id % 7, id]);

/** Prepares one loader; what comes back is timed. */
type Contender = () => (() => Promise<unknown>) | Promise<() => Promise<unknown>>;

interface Case {
  readonly name: string;
  readonly dataloader: Contender;
  readonly ours: Contender;
  /** It has neither a cache nor a `loadMany`. */
  readonly batshit?: Contender;
}

const loadAll = (loader: Loader, keys: readonly number[]) => (): Promise<unknown> =>
  Promise.all(keys.map((key) => loader.load(key)));
const warm = async (loader: Loader): Promise<Loader> => {
  await loader.loadMany(unique);
  return loader;
};

function both(name: string, prepare: (make: typeof Peer) => ReturnType<Contender>): Case {
  return { name, dataloader: () => prepare(Peer), ours: () => prepare(DataLoader) };
}

const CASES: readonly Case[] = [
  { ...both("unique keys", (Make) => loadAll(new Make(answer), unique)), batshit },
  both("unique keys, no cache", (Make) => loadAll(new Make(answer, { cache: false }), unique)),
  both("hits, few hot keys", async (Make) => loadAll(await warm(new Make(answer)), hot)),
  both("hits, each key once", async (Make) => loadAll(await warm(new Make(answer)), unique)),
  both("loadMany", (Make) => {
    const loader: Loader = new Make(answer);
    return () => loader.loadMany(unique);
  }),
  both("loadMany, all hits", async (Make) => {
    const loader = await warm(new Make(answer));
    return () => loader.loadMany(unique);
  }),
  {
    name: "composite keys: JSON, tuples",
    dataloader: () => {
      const loader = new Peer(answerTuples, { cacheKeyFn: (key: Tuple) => JSON.stringify(key) });
      return () => Promise.all(tuples().map((key) => loader.load(key)));
    },
    ours: () => {
      const loader = new DataLoader(answerTuples, { cacheMap: new TupleMap() });
      return () => Promise.all(tuples().map((key) => loader.load(key)));
    },
  },
];

/** At its cheapest: sent by hand, since its windows start a timer per key. */
function batshit(): () => Promise<unknown> {
  const batcher = create({
    fetcher: async (keys: number[]) =>
      Object.fromEntries((await answer(keys)).map((row) => [row.id, row])),
    resolver: indexedResolver<Record<number, Row>, number>(),
    scheduler: () => "never",
  });
  return async () => {
    const loads = unique.map((key) => batcher.fetch(key));
    await batcher.next();
    return Promise.all(loads);
  };
}

/** The loader without a database: nanoseconds and bytes per key. */
export async function dropIn(): Promise<Section> {
  const lines = [
    `${KEYS} keys per loader, ${LOADERS} loaders per sample, median of ${ROUNDS} interleaved samples, a process per row: ns of CPU per key until all loads of a loader have settled through \`Promise.all\`, garbage collection included.`,
    "",
    "| | dataloader | batshit | ours | to dataloader | Bar |",
    "|-|-|-|-|-|-|",
  ];
  let passed = true;
  for (const one of CASES) {
    process.stderr.write(`${one.name}\n`);
    const { dataloader, ours, batshit: other } = measureAlone(one);
    const ratio = Number(dataloader) / Number(ours);
    const bar = BARS[one.name];
    if (bar !== undefined && ratio < bar) passed = false;
    lines.push(
      `| ${one.name} | ${dataloader?.toFixed(0)} | ${other?.toFixed(0) ?? "-"} | ${ours?.toFixed(0)} | ${ratio.toFixed(2)}x | ${bar === undefined ? "" : `${bar}x: ${ratio < bar ? "MISSED" : "met"}`} |`,
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

type Measured = Record<"dataloader" | "ours" | "batshit", number | null>;

/** In a process of its own: what a case teaches V8's optimiser stays out of the next one. */
function measureAlone({ name }: Case): Measured {
  const bench = fileURLToPath(new URL("../loader.bench.ts", import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [bench, "--case", name], { encoding: "utf8" }));
}

/** Nanoseconds per key. `null`: can't do that. */
export async function measureCase(wanted: string): Promise<Measured> {
  const one = CASES.find((candidate) => candidate.name === wanted);
  if (one === undefined) throw new Error(`no case ${wanted}`);
  const samples = { dataloader: [] as number[], ours: [] as number[], batshit: [] as number[] };
  const contenders = (["dataloader", "ours", "batshit"] as const).filter(
    (name) => one[name] !== undefined,
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of round % 2 === 0 ? contenders : contenders.toReversed())
      samples[name].push(await sample(one[name] as Contender));
  }
  return {
    dataloader: median(samples.dataloader),
    ours: median(samples.ours),
    batshit: one.batshit === undefined ? null : median(samples.batshit),
  };
}

async function sample(prepare: Contender): Promise<number> {
  const runs: (() => Promise<unknown>)[] = [];
  for (let index = 0; index < LOADERS; index += 1) runs.push(await prepare());
  // CPU time: other work on the machine counts for less.
  const started = process.cpuUsage();
  for (const run of runs) await run();
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
