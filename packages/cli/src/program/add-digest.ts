import {
  compareStatements,
  type Digest,
  DIGEST_FORMATS,
  DIGEST_SORTS,
  fingerprintShapes,
  type DigestRenderOptions,
  renderDigest,
} from "@dbadvise/advisor/logs";
import { type Command, Option } from "commander";
import { checkUnread, digestCommand } from "../commands/digest.ts";
import { comparedStatements, digestSettings } from "../digest-settings.ts";
import { loadConfig } from "../load-config.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { readingMessage } from "../reading-progress.ts";
import { renderGrouping } from "../render-grouping.ts";
import { logFormatOption } from "./log-format-option.ts";
import { FILE_WIDTH, flagsOf, look, print, type Surroundings } from "./surroundings.ts";

/** Moves to the upper left corner and clears all below. */
const CLEAR_SCREEN = "\u001B[H\u001B[J";

export function addDigest(program: Command, around: Surroundings): void {
  program
    .command("digest")
    .description("sum up query logs of any size: which queries take the time, when, and what fails")
    .argument(
      "[logs...]",
      "files or patterns, .gz and .zst too, - for standard input (default: log of the configuration)",
    )
    .addOption(logFormatOption())
    .option("--prefix <prefix>", "log_line_prefix of stderr logs (default: found out from the log)")
    .option("--since <time>", "count executions from then on: 2026-11-22, '2026-11-22 10:04', 2h")
    .option("--until <time>", "count executions before then")
    .addOption(
      new Option("--sort <by>", "what the top queries are ordered by (default: total)").choices(
        DIGEST_SORTS,
      ),
    )
    .option("--limit <number>", "queries to show (default: 20)")
    .option("--show-literals", "show samples and plans with the data in them")
    .option("--max-shapes <number>", "shapes that are kept, the rest is summed up (default: 2000)")
    .option("--max-unread <percent>", "exit with 2 where more of the bytes is unread (default: 1)")
    .option("--save <file>", "save what was summed up, to be merged; with data by --show-literals")
    .option("--merge <file...>", "add what was saved: of other hosts, or of earlier logs")
    .option("--why <sql...>", "say why two statements count as one shape, or as two; reads no log")
    .option("--follow", "read a log while it is written, through its rotation, until Ctrl-C")
    .option("--interval <time>", "time between two reports of --follow (default: 10s)")
    .option("--workers <number>", "threads (default: as many as cores, where the logs are large)")
    .addOption(
      new Option("--format <format>", "form of the report (default: text)").choices(DIGEST_FORMATS),
    )
    .option("-o, --output <file>", "write the report to a file, whole or not at all")
    .addHelpText(
      "after",
      `
Reads PostgreSQL's stderr, csvlog, jsonlog and syslog, slow and general logs of MySQL and MariaDB, as they are or as RDS,
Cloud SQL, Azure, Heroku, Kubernetes and Docker wrap them. Nothing is shown of the data in statements unless asked.

Examples:
  $ dbadvise digest /var/log/postgresql/postgresql.log
  $ dbadvise digest '/var/log/postgresql/*.log*' --since 24h --sort p95
  $ dbadvise digest /var/lib/mysql/slow.log --format html -o slow.html
  $ dbadvise digest --follow /var/log/postgresql/postgresql.log --interval 5s
  $ dbadvise digest today.log --merge shop.dbd --save shop.dbd     adds a log to what was saved
  $ dbadvise digest --merge host1.dbd host2.dbd --format html -o hosts.html
  $ dbadvise digest --why "SELECT * FROM t WHERE id IN (1, 2)" "select * from T where id in (3)"
  $ kubectl logs db-1 | dbadvise digest -

Exit code: 0 read, 2 wrong usage, or more unread than --max-unread: the report is printed all the same.`,
    )
    .action(async (logs: readonly string[], _: unknown, command: Command) => {
      const config = await loadConfig(around.folder);
      const compared = comparedStatements(flagsOf(command));
      if (compared !== null) {
        const grouping = await compareStatements(compared.lexis, compared.one, compared.other);
        await print(around, renderGrouping(grouping, look(around)));
        return;
      }
      const settings = digestSettings(logs, flagsOf(command), config, Date.now());
      if (settings.output !== undefined) await checkOutputFile(settings.output);
      const options: Omit<DigestRenderOptions, "color" | "width"> = settings;
      const show = async (digest: Digest): Promise<void> => {
        if (settings.output === undefined) {
          const page = renderDigest(digest, settings.format, { ...options, ...look(around) });
          await print(around, page);
        } else {
          const plain = { ...options, color: false, width: FILE_WIDTH };
          await writeOutputFile(settings.output, renderDigest(digest, settings.format, plain));
        }
      };
      const begun = performance.now();
      const clear = settings.output === undefined && around.output.isTTY ? CLEAR_SCREEN : "";
      const refresh = async (digest: Digest, before: Promise<void>): Promise<void> => {
        await before;
        const merged = await fingerprintShapes(digest);
        around.output.write(clear);
        await show(merged);
      };
      let shown = Promise.resolve();
      const whole = await digestCommand(settings, around.folder, {
        progress: (progress) => {
          const ms = performance.now() - begun;
          around.progress.report(readingMessage(progress, ms, around.progress.rewrites));
        },
        refresh: (digest) => {
          shown = refresh(digest, shown);
          // What failed is told at the end.
          shown.catch(() => {});
        },
        interruption: around.interruption,
      });
      around.progress.done();
      await shown;
      if (settings.followMs !== null) around.output.write(clear);
      await show(whole);
      checkUnread(whole, settings.maxUnread);
    });
}
