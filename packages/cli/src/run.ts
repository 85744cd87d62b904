import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { printError } from "./print-error.ts";
import { createProgram } from "./program.ts";
import type { Surroundings } from "./program/surroundings.ts";
import { createProgress } from "./progress.ts";

/** Runs the command line given, without `node` and the script. Prints everything, throws nothing. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const progress = createProgress(process.stderr);
  // A reader that went away (`| head`) ends the output, not the work: the exit code stays true.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  const interruption = new AbortController();
  let isHeard = false;
  // Leaving closes every connection; a second Ctrl-C ends the process at once.
  process.once("SIGINT", () => {
    progress.done();
    if (isHeard) interruption.abort();
    else process.exit(EXIT.interrupted);
  });

  let code: ExitCode = EXIT.clean;
  try {
    const around: Surroundings = {
      env: process.env,
      folder: process.cwd(),
      output: process.stdout,
      progress,
      interruption: () => {
        isHeard = true;
        return interruption.signal;
      },
      exitWith: (chosen) => {
        code = chosen;
      },
    };
    const program = await createProgram(around, args[0]);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    progress.done();
    // Commander has printed its own message: help and version end with 0, wrong usage does not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.error;
    printError(error, process.stderr, process.env);
    return EXIT.error;
  }
  progress.done();
  return code;
}
