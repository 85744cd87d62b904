import { render, REPORT_FORMATS } from "@dbadvise/advisor";
import { type Command, Option } from "commander";
import { analyzeCommand, exitCodeOf } from "../commands/analyze.ts";
import { loadConfig } from "../load-config.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { resolveSettings } from "../resolve-settings.ts";
import { failOnOption } from "./fail-on-option.ts";
import { logFormatOption } from "./log-format-option.ts";
import { plannerOption, scratchUrlOption } from "./planner-options.ts";
import {
  collect,
  EXIT_HELP,
  FILE_WIDTH,
  flagsOf,
  look,
  print,
  type Surroundings,
} from "./surroundings.ts";

export function addAnalyze(program: Command, around: Surroundings): void {
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
      "log to read the workload from: a file or pattern, .gz and .zst too, - for standard input; repeatable",
      collect,
    )
    .addOption(logFormatOption())
    .option("--prefix <prefix>", "log_line_prefix of stderr logs (default: found out from the log)")
    .option(
      "--capture <file...>",
      "workload captured by the application (capture of @dbadvise/observe): findings name its lines of code; several files, or repeatable",
      collect,
    )
    .option("--sql <file>", "file of SQL statements to count as workload; repeatable", collect)
    .option("--usage <file>", "history of usage counters, as `dbadvise usage --record` writes it")
    .option(
      "--no-statements",
      "leave the server's statement statistics (pg_stat_statements, performance_schema) out",
    )
    .addOption(plannerOption())
    .addOption(scratchUrlOption())
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
    .addOption(failOnOption())
    .addHelpText(
      "after",
      `
Only reads: sessions are read-only with time limits, and statements are planned, never executed.

Examples:
  $ dbadvise analyze --url postgres://me@db.example.com/shop
  $ dbadvise analyze --url postgres://primary/shop --url postgres://replica/shop
  $ dbadvise analyze --url mysql://me@db.example.com/shop --scratch-url mysql://root@127.0.0.1:3307/
  $ dbadvise analyze --url mariadb://me@db.example.com/shop --log /var/log/mysql/slow.log
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
      const report = await analyzeCommand(settings, around.folder, around.progress.report);
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
