/**
 * How the whole analysis grows with the workload: `pnpm bench:scale [--record]`.
 * Generated query shapes over 100 generated tables, analysed offline as from a snapshot file. Each size runs in a process of
 * its own. Exits 1 where a bar is missed.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { analyze, engineNamed } from "@dbadvise/advisor";
import { generatedSnapshot, generatedWorkload } from "./selection/generated.ts";
import { recordResults } from "./record-results.ts";

const SIZES = [50, 150, 500] as const;
const TABLES = 100;
const SEED = 1;
/** `growth`: milliseconds per query of the largest size over those of the smallest. */
const BARS = { seconds: 60, megabytes: 1024, growth: 1.25 } as const;

interface Run {
  readonly queries: number;
  readonly seconds: number;
  readonly megabytes: number;
  readonly findings: number;
  readonly indexes: number;
}

const { values: options } = parseArgs({
  options: { record: { type: "boolean", default: false }, only: { type: "string" } },
});
if (options.only === undefined) compareSizes();
else process.stdout.write(JSON.stringify(await run(Number(options.only))));

async function run(queries: number): Promise<Run> {
  const snapshot = generatedSnapshot({ seed: SEED, tables: TABLES });
  const sources = [generatedWorkload({ seed: SEED, tables: TABLES, queries })];
  const started = performance.now();
  const { findings } = await analyze({ engine: engineNamed("PostgreSQL"), snapshot, sources });
  const seconds = (performance.now() - started) / 1000;
  const indexes = findings.filter(({ code }) => code === "missing-index").length;
  // Kilobytes, on every system.
  const megabytes = process.resourceUsage().maxRSS / 1024;
  return { queries, seconds, megabytes, findings: findings.length, indexes };
}

function compareSizes(): void {
  const lines = [
    "| Queries | Seconds | ms per query | Most memory, MB | Findings | Missing indexes |",
    "|-|-|-|-|-|-|",
  ];
  const runs: Run[] = [];
  for (const size of SIZES) {
    process.stderr.write(`${size} queries\n`);
    // V8's optimiser stays off, as in `dbadvise analyze`.
    const own = ["--wasm-tier-up-filter=1", fileURLToPath(import.meta.url), "--only", String(size)];
    const result: Run = JSON.parse(execFileSync(process.execPath, own, { encoding: "utf8" }));
    runs.push(result);
    const { seconds, megabytes, findings, indexes } = result;
    lines.push(
      `| ${size} | ${seconds.toFixed(1)} | ${perQuery(result).toFixed(0)} | ${megabytes.toFixed(0)} | ${findings} | ${indexes} |`,
    );
  }
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return;
  const growth = perQuery(last) / perQuery(first);
  const passed =
    last.seconds < BARS.seconds && last.megabytes < BARS.megabytes && growth < BARS.growth;
  lines.push(
    "",
    `From ${first.queries} to ${last.queries} queries the time per query grows ${growth.toFixed(2)} times. Bar: under ${BARS.seconds} s and ${BARS.megabytes} MB, under ${BARS.growth} times: ${passed ? "met" : "MISSED"}.`,
  );
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (options.record)
    recordResults({
      name: "scale",
      title: "Analysis by size of the workload",
      command: "pnpm bench:scale --record",
      about: `Generated shapes of one and two tables over ${TABLES} tables of 10,000 to 3,000,000 rows, PostgreSQL 18; one process per size.`,
      lines,
    });
  process.exitCode = passed ? 0 : 1;
}

function perQuery({ seconds, queries }: Run): number {
  return (seconds * 1000) / queries;
}
