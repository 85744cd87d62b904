import { DbadviseError } from "@dbadvise/advisor";
import type { Command } from "commander";
import { describeSnapshot, snapshotCommand } from "../commands/snapshot.ts";
import { loadConfig } from "../load-config.ts";
import { resolveSettings } from "../resolve-settings.ts";
import { collect, flagsOf, print, type Surroundings } from "./surroundings.ts";

export function addSnapshot(program: Command, around: Surroundings): void {
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
    .option(
      "--no-statements",
      "leave the server's statement statistics (pg_stat_statements, performance_schema) out",
    )
    .addHelpText(
      "after",
      `
The file holds structure, planner statistics, settings, usage counters and normalised statements; no rows.

Examples:
  $ dbadvise snapshot --url postgres://me@db.example.com/shop -o shop.snapshot.json
  $ dbadvise snapshot --url mysql://me@db.example.com/shop -o shop.snapshot.json
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
