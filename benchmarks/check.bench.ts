/**
 * How long `dbadvise check` takes on a long history: `pnpm bench:check [--record] [--rounds 3]`. The command itself, in a
 * process of its own, from its start to its end; medians. Exits 1 where a bar is missed.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generatedHistory } from "./check/generated-history.ts";
import { type Form, writeHistory } from "./check/history-folder.ts";
import { median } from "./median.ts";
import { recordResults } from "./record-results.ts";

const SEED = 7;
const MIGRATIONS = 200;
/** Seconds. */
const BARS = { trial: 20, text: 1 } as const;
const BIN = fileURLToPath(new URL("../packages/cli/src/bin.ts", import.meta.url));

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
  },
});
const rounds = Number(options.rounds);

interface Way {
  readonly title: string;
  readonly form: Form;
  readonly args: readonly string[];
  /** Seconds that it may take. */
  readonly bar: number | null;
}

const WAYS: readonly Way[] = [
  { title: "plain SQL, every migration checked", form: "sql", args: [], bar: BARS.trial },
  {
    title: "plain SQL, the last one checked",
    form: "sql",
    args: ["--base", "HEAD~1"],
    bar: BARS.trial,
  },
  {
    title: "plain SQL, every migration, `--trial none`",
    form: "sql",
    args: ["--trial", "none"],
    bar: BARS.text,
  },
  {
    title: "plain SQL, the last one, `--trial none`",
    form: "sql",
    args: ["--trial", "none", "--base", "HEAD~1"],
    bar: BARS.text,
  },
  {
    title: "Kysely in TypeScript, every migration checked",
    form: "kysely",
    args: [],
    bar: BARS.trial,
  },
  {
    title: "Kysely in TypeScript, the last one checked",
    form: "kysely",
    args: ["--base", "HEAD~1"],
    bar: BARS.trial,
  },
];

const history = generatedHistory({ seed: SEED, migrations: MIGRATIONS });
const statements = history.flat().length;
const folders: Readonly<Record<Form, string>> = {
  sql: writeHistory(history, "sql"),
  kysely: writeHistory(history, "kysely"),
};
const lines: string[] = [
  `${MIGRATIONS} migrations of ${statements} statements, seed ${SEED}. Whole processes, Node's start included; medians of ${rounds}.`,
  "",
  "| What | Seconds | Statements per second | Findings | Bar |",
  "|-|-|-|-|-|",
];
let passed = true;
try {
  for (const way of WAYS) {
    process.stderr.write(`${way.title}\n`);
    const runs = Array.from({ length: rounds }, () => check(way));
    const seconds = median(runs.map((run) => run.seconds));
    const met = way.bar === null || seconds <= way.bar;
    passed &&= met;
    const findings = runs[0]?.findings ?? 0;
    lines.push(
      `| ${way.title} | ${seconds.toFixed(2)} | ${(statements / seconds).toFixed(0)} | ${findings} | ${way.bar ?? "none"}${met ? "" : ": MISSED"} |`,
    );
  }
} finally {
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true });
}
lines.push(
  "",
  "Squawk is not beside it: it reads texts and executes nothing, and its npm package brings a native binary for each platform.",
  "",
  `Load of the machine at the end: ${loadavg()
    .map((load) => load.toFixed(2))
    .join(" ")}.`,
);
process.stdout.write(`${lines.join("\n")}\n`);
if (options.record) record();
process.exit(passed ? 0 : 1);

function check({ form, args }: Way): { readonly seconds: number; readonly findings: number } {
  const all = [BIN, "check", ...args, "--format", "json"];
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, all, {
    cwd: folders[form],
    env: { PATH: process.env["PATH"] },
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const seconds = (performance.now() - begun) / 1000;
  if (status === 2 || status === null) throw new Error(`dbadvise check failed: ${stderr}${stdout}`);
  const report: { readonly findings: readonly unknown[] } = JSON.parse(stdout);
  return { seconds, findings: report.findings.length };
}

function record(): void {
  recordResults({
    name: "check",
    title: "Checking migrations",
    command: `pnpm bench:check --record --rounds ${rounds}`,
    lines,
  });
}
