import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { explainCommand } from "../commands/explain.ts";
import { loadConfig } from "../load-config.ts";
import { renderExplanation } from "../render-explanation.ts";
import { resolveSettings } from "../resolve-settings.ts";
import { plannerOption, scratchUrlOption } from "./planner-options.ts";
import { collect, flagsOf, look, print, type Surroundings } from "./surroundings.ts";

export function addExplain(program: Command, around: Surroundings): void {
  program
    .command("explain")
    .description("advise on one statement: its plan now, and with the index it would profit from")
    .argument(
      "<sql>",
      "the statement; placeholders such as $1 or ? are fine. - reads it from standard input",
    )
    .option("--url <url>", "database to read (default: DATABASE_URL)", collect)
    .option("--snapshot <file>", "take the database from a snapshot")
    .addOption(plannerOption())
    .addOption(scratchUrlOption())
    .addHelpText(
      "after",
      `
The statement is planned, never executed. Exit code: 0, or 2 when it could not be planned.

Examples:
  $ dbadvise explain "SELECT * FROM orders WHERE customer_id = 42" --url postgres://localhost/shop
  $ dbadvise explain 'SELECT * FROM orders WHERE customer_id = $1' --snapshot shop.snapshot.json
  $ dbadvise explain 'SELECT * FROM orders WHERE customer_id = ?' --url mysql://localhost/shop`,
    )
    .action(async (sql: string, _: unknown, command: Command) => {
      const settings = resolveSettings(
        flagsOf(command),
        around.env,
        await loadConfig(around.folder),
      );
      const explanation = await explainCommand(
        sql === "-" ? await readAll(process.stdin) : sql,
        settings,
        around.progress.report,
      );
      around.progress.done();
      await print(around, renderExplanation(explanation, look(around)));
    });
}
