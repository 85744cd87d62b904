import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addAnalyze } from "./program/add-analyze.ts";
import { addCheck } from "./program/add-check.ts";
import { addDemo } from "./program/add-demo.ts";
import { addDigest } from "./program/add-digest.ts";
import { addExplain } from "./program/add-explain.ts";
import { addSnapshot } from "./program/add-snapshot.ts";
import { addUsage } from "./program/add-usage.ts";
import { EXIT_HELP, type Surroundings } from "./program/surroundings.ts";

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
  $ dbadvise digest /var/log/postgresql/*.log            what logs of any size hold: top queries, times, errors
  $ dbadvise check                                       migrations of this change: what they lock, rewrite and break
  $ dbadvise usage --record shop.usage --url postgres://localhost/shop   daily: proof that an index is unused
  $ dbadvise explain "SELECT * FROM orders WHERE status = 'open'" --url postgres://localhost/shop

Options come from, strongest first: the command line, the environment (DATABASE_URL),
dbadvise.config.ts, .js or .json in the working directory.
Colours: NO_COLOR, FORCE_COLOR. DBADVISE_DEBUG=1 prints the stack of an error.
${EXIT_HELP}`,
    );

  addAnalyze(program, around);
  addCheck(program, around);
  addDigest(program, around);
  addSnapshot(program, around);
  addUsage(program, around);
  addExplain(program, around);
  addDemo(program, around);
  return program;
}
