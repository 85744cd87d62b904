import {
  appendUsage,
  captureUsage,
  DbadviseError,
  readUsage,
  usageRecord,
} from "@dbadvise/advisor";
import type { Command } from "commander";
import { describeRecorded, describeUsage } from "../commands/usage.ts";
import { loadConfig } from "../load-config.ts";
import { checkOutputFile } from "../output-file.ts";
import { resolveSettings } from "../resolve-settings.ts";
import { collect, flagsOf, print, type Surroundings } from "./surroundings.ts";

export function addUsage(program: Command, around: Surroundings): void {
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
  $ dbadvise usage --record shop.usage --url mariadb://me@db.example.com/shop
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
