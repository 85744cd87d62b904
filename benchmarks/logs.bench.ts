/**
 * How fast logs are read: `pnpm bench:logs [--record] [--megabytes 1000] [--rounds 3] [--large]`. `dbadvise digest` in
 * processes of its own, as it is published (the packages are built first), beside pgbadger and pt-query-digest where they
 * are installed, and beside what Node needs to find lines at all. `--large` adds 10 GB, and the peers on many shapes.
 * Exits 1 where a bar is missed.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeSnapshot } from "@dbadvise/advisor";
import { hasRoom, repeatedLog, streamOf, writeLog } from "./logs/log-file.ts";
import { manyShapes } from "./logs/many-shapes.ts";
import {
  dbadvise,
  digestedCalls,
  floor,
  ourselves,
  peersOf,
  type Program,
} from "./logs/programs.ts";
import { type ProcessRun, runProcess } from "./logs/run-process.ts";
import { type VariedFormat, variedLog } from "./logs/varied-log.ts";
import { median } from "./median.ts";
import { recordResults } from "./record-results.ts";
import { generatedSnapshot } from "./selection/generated.ts";

const SEED = 8;
const SHAPES = 250_000;
const LARGE_BYTES = 10e9;
/** Bytes of what the peers read: they would take minutes for more. */
const SLICE_BYTES = 12e6;
/** MB/s with one worker and with two; MB of memory; seconds. */
const BARS = {
  one: { stderr: 200, jsonlog: 200, "mysql-slow": 200, csvlog: 150 },
  two: { stderr: 350, jsonlog: 350, "mysql-slow": 350, csvlog: 150 },
  megabytes: 150,
  /** What the parser of PostgreSQL's statements may take besides. */
  parserMegabytes: 130,
  shapesMegabytes: 200,
  analyzeSeconds: 10,
} as const;
const FORMATS: readonly VariedFormat[] = ["stderr", "csvlog", "jsonlog", "mysql-slow"];

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    megabytes: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
    large: { type: "boolean", default: false },
  },
});
const bytes = Number(options.megabytes) * 1e6;
const rounds = Number(options.rounds);
const lines: string[] = [];
const missed: string[] = [];

await measureAll();

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dbadvise-logs-"));
  process.once("SIGINT", () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    say(
      `Logs of real servers, repeated with other times, connections, durations and constants (seed ${SEED}); whole processes,`,
      `Node's start included; medians of ${rounds} rounds, in which all programs take turns. MB are 10^6 bytes; memory is the`,
      `resident peak of all of a program's processes; its bars allow ${BARS.parserMegabytes} MB for the parser of PostgreSQL's statements.`,
    );
    for (const format of FORMATS) await measureFormat(folder, format);
    await measureShapes(folder);
    await measureAnalyze(folder);
    if (options.large) await measureLarge(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say("", missed.length === 0 ? "All bars are met." : `MISSED: ${missed.join("; ")}.`);
  if (options.record) {
    recordResults({
      name: "logs",
      title: "Reading logs",
      command: `pnpm bench:logs --record --megabytes ${options.megabytes} --rounds ${rounds}${options.large ? " --large" : ""}`,
      lines,
    });
  }
  process.exitCode = missed.length === 0 ? 0 : 1;
}

async function measureFormat(folder: string, format: VariedFormat): Promise<void> {
  const [file, slice] = [join(folder, format), join(folder, `${format}-slice`)];
  const log = repeatedLog(variedLog(format, SEED), bytes);
  const small = repeatedLog(variedLog(format, SEED), SLICE_BYTES);
  writeLog(file, log);
  writeLog(slice, small);
  const peers = peersOf(format, slice);
  const own = [ourselves(file, 1), ourselves(file, 2)];
  const runs = await inTurns([
    ...[...own, floor(file)].map((program) => ({ program, bytes: log.bytes })),
    ...(peers.programs ?? []).map((program) => ({ program, bytes: small.bytes })),
  ]);
  rmSync(file);
  rmSync(slice);

  const [one, two, least] = runs;
  if (one === undefined || two === undefined || least === undefined) return;
  for (const { program, stdout } of [one, two])
    expectCalls(`${format}, ${program.title}`, digestedCalls(stdout), log.executions);
  const [oneBar, twoBar] = [BARS.one[format], BARS.two[format]];
  check(`${format} with 1 worker`, one.speed, oneBar, "MB/s");
  check(`${format} with 2 workers`, two.speed, twoBar, "MB/s");
  const memory = BARS.megabytes + (format === "mysql-slow" ? 0 : BARS.parserMegabytes);
  check(`${format}: memory`, -Math.max(one.megabytes, two.megabytes), -memory, "MB");
  say(
    "",
    `## ${format}`,
    "",
    `${megabytes(log.bytes)} MB, ${log.executions} executions${peers.programs === null ? `; ${peers.name} is not installed here` : `; ${peers.name} reads the first ${megabytes(small.bytes)} MB`}.`,
    "",
    "| Program | MB/s | Memory, MB | Times as fast: 1 worker, 2 workers | Bar |",
    "|-|-|-|-|-|",
    ...runs.map(
      (run) =>
        `| ${run.program.title} | ${run.speed.toFixed(run.speed < 20 ? 1 : 0)} | ${run.megabytes.toFixed(0)} | ${ratio(one, run)}, ${ratio(two, run)} | ${run === one ? `${oneBar} MB/s, ${memory} MB` : run === two ? `${twoBar} MB/s, ${memory} MB` : ""} |`,
    ),
  );
}

/** Many shapes: what is kept of each has to be small. */
async function measureShapes(folder: string): Promise<void> {
  const file = join(folder, "shapes");
  const log = manyShapes(SHAPES, 4, SEED);
  writeLog(file, log);
  const { size } = statSync(file);
  const peers = options.large ? (peersOf("stderr", file).programs ?? []).slice(0, 1) : [];
  const runs = await inTurns([{ program: ourselves(file, 1), bytes: size }]);
  for (const program of peers)
    runs.push(result({ program, bytes: size }, [await runProcess(program.command, program.args)]));
  rmSync(file);
  const [own] = runs;
  if (own === undefined) return;
  expectCalls(`${SHAPES} shapes`, digestedCalls(own.stdout), log.executions);
  const memory = BARS.shapesMegabytes + BARS.parserMegabytes;
  check(`${SHAPES} shapes: memory`, -own.megabytes, -memory, "MB");
  say(
    "",
    `## ${SHAPES} shapes`,
    "",
    `stderr, ${megabytes(size)} MB, each shape four times.`,
    "",
    "| Program | MB/s | Memory, MB | Bar |",
    "|-|-|-|-|",
    ...runs.map(
      (run) =>
        `| ${run.program.title} | ${run.speed.toFixed(run.speed < 20 ? 1 : 0)} | ${run.megabytes.toFixed(0)} | ${run === own ? `${memory} MB` : ""} |`,
    ),
  );
}

/** `analyze --log`: how much longer it takes with the whole log than with its first round. */
async function measureAnalyze(folder: string): Promise<void> {
  const [file, short, snapshot] = [
    join(folder, "stderr"),
    join(folder, "short"),
    join(folder, "db.json"),
  ];
  await writeSnapshot(snapshot, generatedSnapshot({ seed: SEED, tables: 1 }));
  const log = repeatedLog(variedLog("stderr", SEED), bytes);
  const start = repeatedLog(variedLog("stderr", SEED), 1);
  writeLog(file, log);
  writeLog(short, start);
  const analysis = (path: string): Program =>
    dbadvise(path, "analyze", "--snapshot", snapshot, "--log", path, "--fail-on", "never");
  const runs = await inTurns([
    { program: analysis(file), bytes: log.bytes },
    { program: analysis(short), bytes: start.bytes },
  ]);
  rmSync(file);
  const [whole, base] = runs;
  if (whole === undefined || base === undefined) return;
  const seconds = whole.seconds - base.seconds;
  // The bar is of 1 GB.
  check(
    "analyze --log",
    -(seconds / (log.bytes - start.bytes)) * 1e9,
    -BARS.analyzeSeconds,
    "s per GB",
  );
  say(
    "",
    "## analyze --log",
    "",
    `stderr, ${megabytes(log.bytes)} MB: ${seconds.toFixed(1)} s more than with its first ${megabytes(start.bytes)} MB (${base.seconds.toFixed(1)} s); ${whole.megabytes.toFixed(0)} MB of memory. Bar: ${BARS.analyzeSeconds} s for 1 GB.`,
  );
}

async function measureLarge(folder: string): Promise<void> {
  const log = repeatedLog(variedLog("stderr", SEED), LARGE_BYTES);
  const file = join(folder, "large");
  const fits = hasRoom(folder, log.bytes);
  if (fits) writeLog(file, log);
  // Without the space for it, it is made while it is read.
  const run = fits
    ? await runProcess(process.execPath, ourselves(file, 2).args)
    : await runProcess(process.execPath, ourselves("-", 2).args, { input: streamOf(log) });
  rmSync(file, { force: true });
  expectCalls("10 GB", digestedCalls(run.stdout), log.executions);
  const memory = BARS.megabytes + BARS.parserMegabytes;
  check("10 GB: memory", -run.megabytes, -memory, "MB");
  say(
    "",
    "## 10 GB",
    "",
    `stderr${fits ? "" : " through a pipe, made while it is read"}, 2 workers: ${run.seconds.toFixed(1)} s, ${(log.bytes / 1e6 / run.seconds).toFixed(0)} MB/s, ${run.megabytes.toFixed(0)} MB of memory. Bar: ${memory} MB.`,
  );
}

interface Task {
  readonly program: Program;
  readonly bytes: number;
}

interface Result extends Task, ProcessRun {
  /** MB/s. */
  readonly speed: number;
}

async function inTurns(tasks: readonly Task[]): Promise<Result[]> {
  const runs = tasks.map((): ProcessRun[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { program }] of tasks.entries()) {
      process.stderr.write(`round ${round}: ${program.title}\n`);
      runs[index]?.push(await runProcess(program.command, program.args));
    }
  }
  return tasks.map((task, index) => result(task, runs[index] ?? []));
}

function result(task: Task, runs: readonly ProcessRun[]): Result {
  const seconds = median(runs.map((run) => run.seconds));
  return {
    ...task,
    seconds,
    megabytes: Math.max(...runs.map((run) => run.megabytes)),
    stdout: runs[0]?.stdout ?? "",
    speed: task.bytes / 1e6 / seconds,
  };
}

function megabytes(count: number): string {
  return (count / 1e6).toFixed(0);
}

function ratio(own: Result, other: Result): string {
  const times = own.speed / other.speed;
  return times.toFixed(times < 10 ? 2 : 0);
}

/** Notes where a value is below its bar; both negative where less is better. NaN, not measured, is no miss. */
function check(what: string, value: number, bar: number, unit: string): void {
  if (value < bar)
    missed.push(`${what}: ${Math.abs(value).toFixed(0)} of ${Math.abs(bar)} ${unit}`);
}

function expectCalls(what: string, calls: number, generated: number): void {
  if (calls !== generated) missed.push(`${what}: ${calls} of ${generated} executions counted`);
}

function say(...more: readonly string[]): void {
  lines.push(...more);
  process.stdout.write(`${more.join("\n")}\n`);
}
