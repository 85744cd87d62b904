import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { EXIT_HELP, type Surroundings } from "./program/surroundings.ts";

type AddCommand = (program: Command, around: Surroundings) => void;

/** Each with what it needs, which is loaded for it alone: a planner takes longer to load than a small log to be read. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  analyze: async () => (await import("./program/add-analyze.ts")).addAnalyze,
  check: async () => (await import("./program/add-check.ts")).addCheck,
  digest: async () => (await import("./program/add-digest.ts")).addDigest,
  snapshot: async () => (await import("./program/add-snapshot.ts")).addSnapshot,
  usage: async () => (await import("./program/add-usage.ts")).addUsage,
  explain: async () => (await import("./program/add-explain.ts")).addExplain,
  demo: async () => (await import("./program/add-demo.ts")).addDemo,
};

/**
 * The command line for arguments that begin with `first`: with the command of that name alone, with all where there is
 * none. Parsing runs the command; wrong usage throws `CommanderError`, all else `DbadviseError`.
 */
export async function createProgram(
  around: Surroundings,
  first: string | undefined,
): Promise<Command> {
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
  $ dbadvise analyze --url postgres://localhost/shop     a live database, read only; also mysql://, mariadb://
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

  for (const [name, load] of Object.entries(COMMANDS)) {
    if (name === first || !Object.hasOwn(COMMANDS, first ?? "")) (await load())(program, around);
  }
  return program;
}
