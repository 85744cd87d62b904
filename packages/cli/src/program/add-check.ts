import {
  CHECK_FORMATS,
  type CheckRenderOptions,
  renderCheck,
  RUNNER_NAMES,
} from "@dbadvise/advisor";
import { type Command, Option } from "commander";
import { TRIALS } from "../check-config.ts";
import { checkSettings } from "../check-settings.ts";
import { checkCommand, checkExitCode } from "../commands/check.ts";
import { loadConfig } from "../load-config.ts";
import { writeOutputFile } from "../output-file.ts";
import { failOnOption } from "./fail-on-option.ts";
import { logFormatOption } from "./log-format-option.ts";
import { collect, FILE_WIDTH, flagsOf, look, print, type Surroundings } from "./surroundings.ts";

const EXIT_HELP =
  "Exit code: 0 nothing at or above --fail-on, 1 findings, 2 something could not be read, replayed or checked.";

export function addCheck(program: Command, around: Surroundings): void {
  program
    .command("check")
    .description(
      "say what migrations lock, rewrite and break, and what they do to the queries of production",
    )
    .argument("[paths...]", "folders or files of migrations (default: the usual places)")
    .addOption(
      new Option("--runner <tool>", "who runs the migrations (default: found out)").choices(
        RUNNER_NAMES,
      ),
    )
    .option(
      "--engine <engine>",
      "database that they are for (default: by the URL or snapshot, else postgres)",
    )
    .option(
      "--base <ref>",
      "check what has changed since this revision (default: the target branch in CI, else everything)",
    )
    .addOption(
      new Option(
        "--trial <trial>",
        "where migrations are tried: an embedded database, or nowhere (default: embedded)",
      ).choices(TRIALS),
    )
    .option("--trial-url <url>", "try them on this server, in a database of its own")
    .option("--snapshot <file>", "snapshot of production: sizes of tables, and its workload")
    .option("--log <file>", "log or pattern to read more of the workload from; repeatable", collect)
    .addOption(logFormatOption())
    .option("--prefix <prefix>", "log_line_prefix of stderr logs (default: found out from the log)")
    .option("--capture <file...>", "workload captured by the application")
    .option("--sql <file>", "file of SQL statements to count as workload; repeatable", collect)
    .option(
      "--queries <pattern...>",
      "queries that this change brings: files of SQL, and captures of its test run",
    )
    .option("--server-version <version>", "oldest server that the migrations run on: 15")
    .option("--lock-timeout <time>", "lock_timeout that the migrations' session has: 5s")
    .option("--baseline <file>", "findings that were there before, which are not told again")
    .option("--update-baseline", "write all that is found now to the baseline")
    .addOption(
      new Option("--format <format>", "form of the report (default: text)").choices(CHECK_FORMATS),
    )
    .option(
      "-o, --output <file>",
      "write the report to a file; FORMAT=FILE writes one more, of that form; repeatable",
      collect,
    )
    .option("--link <url>", "where the whole report is, for a comment that has to be cut")
    .addOption(failOnOption())
    .addHelpText(
      "after",
      `
Nothing is executed on production: migrations run in an empty trial database, which is dropped.
A comment silences a finding, with its reason: -- dbadvise-ignore drop-table: nobody reads it since March

Examples:
  $ dbadvise check --base origin/main
  $ dbadvise check db/migrations --runner dbmate --snapshot shop.snapshot.json
  $ dbadvise check --trial-url postgres://postgres@localhost/postgres --server-version 15
  $ dbadvise check --base origin/main --queries 'src/**/*.sql' test-run.ndjson
  $ dbadvise check --format github -o sarif=dbadvise.sarif -o markdown=comment.md
  $ dbadvise check --baseline dbadvise-baseline.json --update-baseline

${EXIT_HELP}`,
    )
    .action(async (paths: readonly string[], _: unknown, command: Command) => {
      const settings = checkSettings(
        paths,
        flagsOf(command),
        around.env,
        await loadConfig(around.folder),
      );
      const { report, prefix } = await checkCommand(settings, {
        env: around.env,
        folder: around.folder,
        progress: around.progress.report,
      });
      around.progress.done();
      const options: Omit<CheckRenderOptions, "color" | "width"> = {
        failOn: settings.failOn,
        prefix,
        link: settings.link,
      };
      for (const { format, path } of settings.outputs) {
        await writeOutputFile(
          path,
          renderCheck(report, format, { ...options, color: false, width: FILE_WIDTH }),
        );
      }
      if (settings.format !== null)
        await print(around, renderCheck(report, settings.format, { ...options, ...look(around) }));
      around.exitWith(checkExitCode(report, settings));
    });
}
