import { text as readAll } from "node:stream/consumers";
import {
  appendUsage,
  captureUsage,
  DbadviseError,
  readUsage,
  render,
  REPORT_FORMATS,
  type ReportFormat,
  usageRecord,
} from "@dbadvise/advisor";
import { Command, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { analyzeCommand, exitCodeOf } from "./commands/analyze.ts";
import { demoCommand } from "./commands/demo.ts";
import { explainCommand } from "./commands/explain.ts";
import { describeSnapshot, snapshotCommand } from "./commands/snapshot.ts";
import { describeRecorded, describeUsage } from "./commands/usage.ts";
import { FAIL_ON, PLANNERS } from "./config.ts";
import type { ExitCode } from "./exit-code.ts";
import { loadConfig } from "./load-config.ts";
import { checkOutputFile, writeOutputFile } from "./output-file.ts";
import type { Progress } from "./progress.ts";
import { renderDemo } from "./render-demo.ts";
import { renderExplanation } from "./render-explanation.ts";
import { type Flags, resolveSettings } from "./resolve-settings.ts";
import { wantsColor } from "./wants-color.ts";

/** What the commands have of the world around them. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory: where the configuration file is. */
  readonly folder: string;
  readonly output: NodeJS.WriteStream;
  readonly progress: Progress;
  exitWith(code: ExitCode): void;
}

const EXIT_HELP =
  "Exit code: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or the work could not be done.";

/** The command line. Parsing runs the command; wrong usage throws `CommanderError`, all else `DbadviseError`. */
export function createProgram(around: Surroundings): Command {
  const program = new Command("dbadvise")
    .description(
      "Index and query advice for SQL databases, verified by the database's own planner.",
    )
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError("Run it with --help to see the options.")
    .addHelpText(
      "after",
      `
Start with one of:
  $ dbadvise demo                                        nothing needed: a database in memory, advised and measured
  $ dbadvise analyze --url postgres://localhost/shop     a live database, read only
  $ dbadvise snapshot --url postgres://localhost/shop -o shop.snapshot.json
  $ dbadvise analyze --snapshot shop.snapshot.json       the same analysis, anywhere, without a connection
  $ dbadvise usage --record shop.usage --url postgres://localhost/shop   daily: proof that an index is unused
  $ dbadvise explain "SELECT * FROM orders WHERE status = 'open'" --url postgres://localhost/shop

Options come from, strongest first: the command line, the environment (DATABASE_URL),
dbadvise.config.ts, .js or .json in the working directory.
Colours: NO_COLOR, FORCE_COLOR. DBADVISE_DEBUG=1 prints the stack of an error.
${EXIT_HELP}`,
    );

  addAnalyze(program, around);
  addSnapshot(program, around);
  addUsage(program, around);
  addExplain(program, around);
  addDemo(program, around);
  return program;
}

function addAnalyze(program: Command, around: Surroundings): void {
  program
    .command("analyze")
    .description(
      "find indexes that are missing, unused, duplicate, redundant or broken, with proof",
    )
    .option(
      "--url <url>",
      "database to read; repeat it for each replica, primary first (default: DATABASE_URL)",
      collect,
    )
    .option("--snapshot <file>", "analyse a snapshot instead of a server")
    .option(
      "--log <file>",
      "log file to read the workload from, .gz too, - for standard input; repeatable",
      collect,
    )
    .option("--prefix <prefix>", "log_line_prefix of stderr logs (default: found out from the log)")
    .option(
      "--capture <file...>",
      "workload captured by the application (capture of @dbadvise/observe): findings name its lines of code; several files, or repeatable",
      collect,
    )
    .option("--sql <file>", "file of SQL statements to count as workload; repeatable", collect)
    .option("--usage <file>", "history of usage counters, as `dbadvise usage --record` writes it")
    .option("--no-statements", "leave the server's statement statistics (pg_stat_statements) out")
    .addOption(
      new Option(
        "--planner <planner>",
        "who plans: the embedded PostgreSQL, or the live server with its extension HypoPG (default: sandbox)",
      ).choices(PLANNERS),
    )
    .option("--budget <size>", "storage that all advised indexes may take together: 2GB")
    .option("--max-indexes <number>", "indexes that may be advised")
    .option(
      "--time-limit <time>",
      "end the search for indexes after 30s or 5min (default: when nothing better is found)",
    )
    .addOption(
      new Option("--format <format>", "form of the report (default: text)").choices(REPORT_FORMATS),
    )
    .option("-o, --output <file>", "write the report to a file, whole or not at all")
    .addOption(
      new Option(
        "--fail-on <severity>",
        "exit with 1 from this severity on (default: warning)",
      ).choices(FAIL_ON),
    )
    .addHelpText(
      "after",
      `
Only reads: sessions are read-only with time limits, and statements are planned, never executed.

Examples:
  $ dbadvise analyze --url postgres://me@db.example.com/shop
  $ dbadvise analyze --url postgres://primary/shop --url postgres://replica/shop
  $ dbadvise analyze --log /var/log/postgresql/postgresql.log --log older.log.gz
  $ dbadvise analyze --url postgres://localhost/shop --no-statements --capture shop.ndjson*
  $ zcat *.gz | dbadvise analyze --snapshot shop.snapshot.json --log -
  $ dbadvise analyze --snapshot shop.snapshot.json --format sarif -o dbadvise.sarif --fail-on error

${EXIT_HELP}`,
    )
    .action(async (_: unknown, command: Command) => {
      const settings = resolveSettings(
        flagsOf(command),
        around.env,
        await loadConfig(around.folder),
      );
      if (settings.output !== undefined) await checkOutputFile(settings.output);
      const report = await analyzeCommand(settings, around.progress.report);
      around.progress.done();
      if (settings.output === undefined) {
        await print(around, render(report, settings.format, look(around)));
      } else {
        await writeOutputFile(
          settings.output,
          render(report, settings.format, { color: false, width: FILE_WIDTH }),
        );
      }
      around.exitWith(exitCodeOf(report, settings.failOn));
    });
}

function addSnapshot(program: Command, around: Surroundings): void {
  program
    .command("snapshot")
    .description("write what analysis needs of a database into one file, for analysis elsewhere")
    .option(
      "--url <url>",
      "database to read; repeat it for each replica, primary first (default: DATABASE_URL)",
      collect,
    )
    .requiredOption("-o, --output <file>", "the file to write")
    .option("--no-values", "leave sampled values of text columns out (plans become less exact)")
    .option("--no-statements", "leave the server's statement statistics (pg_stat_statements) out")
    .addHelpText(
      "after",
      `
The file holds structure, planner statistics, settings, usage counters and normalised statements; no rows.

Examples:
  $ dbadvise snapshot --url postgres://me@db.example.com/shop -o shop.snapshot.json
  $ dbadvise snapshot --no-values -o shop.snapshot.json
  $ dbadvise analyze --snapshot shop.snapshot.json --log postgresql.log`,
    )
    .action(async (_: unknown, command: Command) => {
      const options: { output: string; values: boolean } = command.opts();
      const config = await loadConfig(around.folder);
      const { snapshot: _file, ...servers } = config;
      const settings = resolveSettings(flagsOf(command), around.env, servers);
      if (settings.target.kind !== "servers")
        throw new DbadviseError("bad-option", "No server was given.", "Give --url.");
      const snapshot = await snapshotCommand({
        urls: settings.target.urls,
        output: options.output,
        values: options.values,
        statements: settings.statements,
        progress: around.progress.report,
      });
      around.progress.done();
      await print(around, describeSnapshot(snapshot, options.output));
    });
}

function addUsage(program: Command, around: Surroundings): void {
  program
    .command("usage")
    .description("keep a history of index usage counters, or print one")
    .argument("[file]", "the history to print")
    .option("--record <file>", "read the counters now and add them to this history")
    .option(
      "--url <url>",
      "database to read with --record; repeat it for each replica, primary first (default: DATABASE_URL)",
      collect,
    )
    .addHelpText(
      "after",
      `
Counters start at zero after a reset, a crash or a failover. A history, recorded daily, still knows what they
counted, and \`analyze --usage FILE\` takes it as evidence. It holds names of servers and indexes, and counters.

Each day, by cron:
  15 3 * * *  dbadvise usage --record /var/lib/dbadvise/shop.usage --url postgres://primary/shop --url postgres://replica/shop

Examples:
  $ dbadvise usage --record shop.usage --url postgres://me@db.example.com/shop
  $ dbadvise usage shop.usage
  $ dbadvise analyze --url postgres://me@db.example.com/shop --usage shop.usage`,
    )
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      const { record }: { record?: string } = command.opts();
      if ((file === undefined) === (record === undefined)) {
        throw new DbadviseError(
          "bad-option",
          file === undefined ? "No history was given." : "Two histories were given.",
          "Give --record FILE to add to a history, or only FILE to print one.",
        );
      }
      if (file !== undefined) {
        await print(around, describeUsage(await readUsage(file)));
        return;
      }
      const { snapshot: _file, ...servers } = await loadConfig(around.folder);
      const { target } = resolveSettings(flagsOf(command), around.env, servers);
      if (target.kind !== "servers" || record === undefined)
        throw new DbadviseError("bad-option", "No server was given.", "Give --url.");
      await checkOutputFile(record);
      const nodes = await captureUsage(target.urls, around.progress.report);
      await appendUsage(record, nodes.map(usageRecord));
      around.progress.done();
      await print(around, describeRecorded(record, nodes));
    });
}

function addExplain(program: Command, around: Surroundings): void {
  program
    .command("explain")
    .description("advise on one statement: its plan now, and with the index it would profit from")
    .argument(
      "<sql>",
      "the statement; placeholders such as $1 are fine. - reads it from standard input",
    )
    .option("--url <url>", "database to read (default: DATABASE_URL)", collect)
    .option("--snapshot <file>", "take the database from a snapshot")
    .addHelpText(
      "after",
      `
The statement is planned, never executed. Exit code: 0, or 2 when it could not be planned.

Examples:
  $ dbadvise explain "SELECT * FROM orders WHERE customer_id = 42" --url postgres://localhost/shop
  $ dbadvise explain 'SELECT * FROM orders WHERE customer_id = $1' --snapshot shop.snapshot.json`,
    )
    .action(async (sql: string, _: unknown, command: Command) => {
      const { target } = resolveSettings(
        flagsOf(command),
        around.env,
        await loadConfig(around.folder),
      );
      const explanation = await explainCommand(
        sql === "-" ? await readAll(process.stdin) : sql,
        target,
        around.progress.report,
      );
      around.progress.done();
      await print(around, renderExplanation(explanation, look(around)));
    });
}

function addDemo(program: Command, around: Surroundings): void {
  program
    .command("demo")
    .description(
      "a shop of a million rows in memory: analysed, then each advised index is built and measured",
    )
    .addHelpText("after", "\nNeeds no database and no network; takes under a minute.")
    .action(async () => {
      const result = await demoCommand(around.progress.report);
      around.progress.done();
      await print(around, render(result.report, "text", look(around)));
      await print(around, renderDemo(result, look(around)));
    });
}

/** Columns of a text report in a file, and on a terminal that does not know its own. */
const FILE_WIDTH = 100;

function look(around: Surroundings): { readonly color: boolean; readonly width: number } {
  return {
    color: wantsColor(around.output.isTTY, around.env),
    width: (around.output.isTTY && around.output.columns) || FILE_WIDTH,
  };
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Only what the command line itself gave: a default here would hide the environment and the configuration. */
function flagsOf(command: Command): Flags {
  const given = Object.entries(command.opts<Flags>()).filter(
    ([name]) => command.getOptionValueSource(name) === "cli",
  );
  return Object.fromEntries(given) as { -readonly [K in keyof Flags]: Flags[K] } & {
    format?: ReportFormat;
  };
}

function print(around: Surroundings, text: string): Promise<void> {
  return new Promise((resolve) => {
    // An error (a reader that went away) also ends the wait.
    around.output.write(text.endsWith("\n") ? text : `${text}\n`, () => resolve());
  });
}
