import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Engine, engineFor, type Planner, type Query, type Snapshot } from "@dbadvise/advisor";
import { startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { shopOf } from "./data.ts";
import { askHypopg, buildOnServer, planOnServer, prepareHypopg } from "./real-server.ts";
import type { FidelityOptions } from "./options.ts";
import { type Shape, SHAPES } from "./shapes.ts";

/** Largest accepted distance from 1 of each ratio. */
const BARS = { base: 0.01, whatIf: 0.05, size: 0.15 } as const;
/** Share of the shapes that must be within all bars. */
const WITHIN = 0.95;
const HUGE_PAGES = 26_214_400;

/** Why ratios differ from 1, found by looking at the plans that do. */
const REASONS = [
  "Where a ratio is not 1:",
  "- Key size and repeats of a new index are estimated: its pages differ by some percent, and with them the cost of reading much of it.",
  "- The server's distinct count is itself an estimate, too low for skewed columns: posting lists are then taken to be longer than they are.",
  "- GIN's keys are counted in the statistics of elements or in sampled values; GiST's size is rough.",
  "- A server before 17 shows no statistics of ranges: conditions on them are estimated by defaults.",
  "- A server before 18: the sandbox's planner joins by right anti and right semi joins (16, 18) and counts the rows that parallel workers hand to a grouping otherwise (18); no setting takes these away. Skip scans (18) are taken away.",
];

interface Measured {
  readonly shape: Shape;
  readonly base: number;
  readonly whatIf: number;
  readonly size: number;
  readonly sameIndexes: boolean;
  readonly note: string;
  /** HypoPG's ratios on the same server; `null` where it is not there or can't do the kind of index. */
  readonly hypopg: { readonly whatIf: number; readonly size: number } | null;
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Whether enough of the sandbox's answers are the server's. */
export async function measurePostgres(options: FidelityOptions): Promise<boolean> {
  const database =
    options.loaded === ""
      ? await startPostgres()
      : { url: options.loaded, close: () => Promise.resolve() };
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    if (options.loaded === "") {
      process.stderr.write("loading data\n");
      for (const statement of shopOf(Number(options.seed))) await client.query(statement);
    }
    return await measureAll(client, database.url, options);
  } finally {
    await client.end();
    await database.close();
  }
}

async function measureAll(
  server: pg.Client,
  url: string,
  options: FidelityOptions,
): Promise<boolean> {
  const engine = engineFor(url);
  const session = await engine.connect(url);
  const snapshot = await engine.capture(session, {
    values: true,
    workload: false,
    node: "benchmark",
  });
  await session.close();
  const started = performance.now();
  const planner = await engine.createPlanner(snapshot, () => undefined);
  const bootMs = performance.now() - started;
  for (const gap of planner.gaps) process.stderr.write(`gap: ${gap.object}: ${gap.reason}\n`);

  const hypopg = await prepareHypopg(server);
  const results: Measured[] = [];
  for (const shape of SHAPES) {
    if (!shape.name.includes(options.only)) continue;
    process.stderr.write(`${shape.name}\n`);
    results.push(await measure(engine, planner, snapshot, server, shape, hypopg));
  }
  const { planned, milliseconds } = planner.calls();
  await planner.close();
  const lines = [
    `Server: PostgreSQL ${snapshot.server.version}. Planner: ${planner.name}.`,
    `Snapshot: ${Math.round(JSON.stringify(snapshot).length / 1024)} KB; sandbox ready after ${Math.round(bootMs)} ms; ${planned} plans in ${Math.round(milliseconds)} ms.`,
    "",
    ...table(results, hypopg),
    "",
    ...summary(results, hypopg),
    "",
    ...REASONS,
    "",
    await planHuge(engine, snapshot),
  ];
  for (const line of lines) say(line);
  if (options.record) record(lines, options);
  return results.filter(isWithin).length >= results.length * WITHIN;
}

async function measure(
  engine: Engine,
  planner: Planner,
  snapshot: Snapshot,
  server: pg.Client,
  shape: Shape,
  hypopg: boolean,
): Promise<Measured> {
  const query = await queryOf(engine, snapshot, shape.sql);
  const base = await planner.plan(query, { add: [], hide: [] });
  const [proposal] = await planner.propose([shape.index]);
  const whatIf = await planner.plan(query, { add: [shape.index], hide: [] });
  if (!base.ok) throw new Error(`${shape.name}: ${base.reason}`);
  if (!whatIf.ok) throw new Error(`${shape.name}: ${whatIf.reason}`);
  if (proposal?.accepted !== true) throw new Error(`${shape.name}: ${proposal?.reason}`);
  const real = await planOnServer(server, shape.sql);
  const built = await buildOnServer(server, shape.index, shape.sql);
  const hypothetical = hypopg ? await askHypopg(server, shape.index, shape.sql) : null;
  const chosen = [
    ...whatIf.plan.indexes.map((name) => name.replace(/^public\./, "")),
    ...(whatIf.plan.candidates.length > 0 ? ["+"] : []),
  ].toSorted();
  const sameIndexes = chosen.join() === built.plan.indexes.join();
  return {
    shape,
    base: base.plan.cost / real.cost,
    whatIf: whatIf.plan.cost / built.plan.cost,
    size: proposal.bytes / built.bytes,
    sameIndexes,
    hypopg:
      hypothetical === null
        ? null
        : {
            whatIf: hypothetical.cost / built.plan.cost,
            size: hypothetical.bytes / built.bytes,
          },
    note: sameIndexes
      ? chosen.join(", ") || "none"
      : `${chosen.join(", ")} instead of ${built.plan.indexes.join(", ")}`,
  };
}

async function queryOf(engine: Engine, { catalog }: Snapshot, sql: string): Promise<Query> {
  const parsed = await engine.parse(sql);
  if (parsed.kind !== "query") throw new Error(`not a query: ${sql}`);
  const { fingerprint } = parsed;
  return {
    fingerprint,
    sql,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [],
    sources: [],
    callSites: [],
    statement: parsed.describe(catalog),
  };
}

/** A table of 200 GB that nobody has: the same statistics with the sizes multiplied. */
async function planHuge(engine: Engine, snapshot: Snapshot): Promise<string> {
  const grown = snapshot.catalog.tables.map((one) => {
    if (one.name !== "orders") return one;
    const factor = HUGE_PAGES / one.currentPages;
    const indexes = one.indexes.map((index) => ({
      ...index,
      pages: Math.round(index.pages * factor),
      rows: index.rows * factor,
    }));
    return {
      ...one,
      indexes,
      currentPages: HUGE_PAGES,
      pages: HUGE_PAGES,
      rows: one.rows * factor,
      allVisiblePages: HUGE_PAGES,
    };
  });
  const huge: Snapshot = { ...snapshot, catalog: { ...snapshot.catalog, tables: grown } };
  const planner = await engine.createPlanner(huge, () => undefined);
  const [shape] = SHAPES;
  if (shape === undefined) throw new Error("no shapes");
  const query = await queryOf(engine, huge, shape.sql);
  const started = performance.now();
  const before = await planner.plan(query, { add: [], hide: [] });
  const [proposal] = await planner.propose([shape.index]);
  const after = await planner.plan(query, { add: [shape.index], hide: [] });
  const milliseconds = performance.now() - started;
  await planner.close();
  if (!before.ok || !after.ok || proposal?.accepted !== true)
    throw new Error("the 200 GB table can't be planned");
  const gigabytes = Math.round(proposal.bytes / 2 ** 30);
  return `A table of 200 GB (statistics only): planned without and with a new index of ${gigabytes} GB in ${milliseconds.toFixed(0)} ms; cost ${Math.round(before.plan.cost)} and ${Math.round(after.plan.cost)}.`;
}

function isWithin({ base, whatIf, size, sameIndexes, shape }: Measured): boolean {
  // Bars for sizes hold for btrees; of another method's only the cost is asked.
  const sized = shape.index.method !== "btree" || Math.abs(size - 1) <= BARS.size;
  return (
    sameIndexes && sized && Math.abs(base - 1) <= BARS.base && Math.abs(whatIf - 1) <= BARS.whatIf
  );
}

function table(results: readonly Measured[], hypopg: boolean): readonly string[] {
  const beside = hypopg ? " HypoPG: cost | HypoPG: size |" : "";
  const answer = (one: Measured): string => {
    if (!hypopg) return "";
    return one.hypopg === null
      ? " - | - |"
      : ` ${one.hypopg.whatIf.toFixed(4)} | ${one.hypopg.size.toFixed(3)} |`;
  };
  return [
    `| Query | Base cost | What-if cost | Index size | Indexes in the plan | Within |${beside}`,
    `|-|-|-|-|-|-|${hypopg ? "-|-|" : ""}`,
    ...results.map(
      (one) =>
        `| ${one.shape.name} | ${one.base.toFixed(4)} | ${one.whatIf.toFixed(4)} | ${one.size.toFixed(3)} | ${one.note} | ${isWithin(one) ? "yes" : "NO"} |${answer(one)}`,
    ),
  ];
}

function summary(results: readonly Measured[], hypopg: boolean): readonly string[] {
  const within = (bar: number, of: (one: Measured) => number, among = results): string =>
    `${among.filter((one) => Math.abs(of(one) - 1) <= bar).length} of ${among.length} (farthest ${Math.max(...among.map((one) => Math.abs(of(one) - 1) * 100)).toFixed(2)} %)`;
  const btrees = results.filter((one) => one.shape.index.method === "btree");
  const others = results.filter((one) => one.shape.index.method !== "btree");
  const beside = results.filter((one) => one.hypopg !== null);
  return [
    `${results.filter(isWithin).length} of ${results.length} shapes within all bars (base 1 %, what-if 5 %, btree size 15 %, same indexes). By bar:`,
    "",
    `- Base cost within 1 %: ${within(BARS.base, (one) => one.base)}.`,
    `- What-if cost within 5 %: ${within(BARS.whatIf, (one) => one.whatIf)}.`,
    `- Same indexes: ${results.filter((one) => one.sameIndexes).length} of ${results.length}.`,
    `- Size within 15 %: btrees ${within(BARS.size, (one) => one.size, btrees)}; others ${within(BARS.size, (one) => one.size, others)}.`,
    ...(hypopg
      ? [
          `- HypoPG on the ${beside.length} shapes that it can do: what-if cost within 5 % ${within(BARS.whatIf, (one) => one.hypopg?.whatIf ?? 0, beside)}, size within 15 % ${within(BARS.size, (one) => one.hypopg?.size ?? 0, beside)}; the sandbox on the same: ${within(BARS.whatIf, (one) => one.whatIf, beside)} and ${within(BARS.size, (one) => one.size, beside)}.`,
        ]
      : []),
  ];
}

function record(lines: readonly string[], options: FidelityOptions): void {
  const date = new Date().toISOString().slice(0, 10);
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const server = /PostgreSQL (\d+)/.exec(lines[0] ?? "")?.[1] ?? "";
  const head = [
    `# Fidelity of the sandbox, ${date}, PostgreSQL ${server}`,
    "",
    "Each ratio is the sandbox's number by the real server's: 1 is right.",
    `Command: \`pnpm bench:fidelity --seed ${options.seed} --record${options.loaded === "" ? "" : " --loaded URL"}\`. Node ${process.version}, ${cpus().length} cores.`,
    "",
  ];
  writeFileSync(
    new URL(`fidelity-${date}-postgresql-${server}.md`, folder),
    [...head, ...lines, ""].join("\n"),
  );
}
