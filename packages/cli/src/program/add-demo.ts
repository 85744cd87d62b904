import { render } from "@dbadvise/advisor";
import type { Command } from "commander";
import { demoCommand } from "../commands/demo.ts";
import { renderDemo } from "../render-demo.ts";
import { look, print, type Surroundings } from "./surroundings.ts";

export function addDemo(program: Command, around: Surroundings): void {
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
