import { DbadviseError, render } from "@dbadvise/advisor";
import { type Command, Option } from "commander";
import { demoCommand } from "../commands/demo.ts";
import { SHOPS } from "../demo/shops.ts";
import { renderDemo } from "../render-demo.ts";
import { look, print, type Surroundings } from "./surroundings.ts";

export function addDemo(program: Command, around: Surroundings): void {
  program
    .command("demo")
    .description(
      "a shop of a million rows: analysed, then each advised index is built and measured",
    )
    .addOption(
      new Option("--engine <engine>", "whose shop it is")
        .choices(Object.keys(SHOPS))
        .default("postgres"),
    )
    .option(
      "--scratch-url <url>",
      "server of MySQL or MariaDB that holds nothing else, for a database that is dropped again (default: one is started, if its program is on this machine)",
    )
    .addHelpText(
      "after",
      `
On PostgreSQL it needs no database and no network, and takes under a minute: the shop is in memory.
On MySQL and MariaDB it needs a server, or the program of one.

Examples:
  $ dbadvise demo
  $ dbadvise demo --engine mariadb
  $ dbadvise demo --engine mysql --scratch-url mysql://root:secret@127.0.0.1:3306/`,
    )
    .action(async ({ engine, scratchUrl }: { engine: string; scratchUrl?: string }) => {
      const shop = SHOPS[engine];
      if (shop === undefined || (scratchUrl !== undefined && !shop.takesScratchServer)) {
        throw new DbadviseError(
          "bad-option",
          `The demo on ${engine} takes no scratch server.`,
          "Leave --scratch-url out: the shop is in memory. Or name the server's engine: --engine mysql.",
        );
      }
      const result = await demoCommand(await shop.load(), scratchUrl, around.progress.report);
      around.progress.done();
      await print(around, render(result.report, "text", look(around)));
      await print(around, renderDemo(result, look(around)));
    });
}
