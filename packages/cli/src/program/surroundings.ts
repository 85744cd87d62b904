import type { Command, OptionValues } from "commander";
import type { ExitCode } from "../exit-code.ts";
import type { Progress } from "../progress.ts";
import { wantsColor } from "../wants-color.ts";

/** What the commands have of the world around them. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory: where the configuration file is. */
  readonly folder: string;
  readonly output: NodeJS.WriteStream;
  readonly progress: Progress;
  /** Aborts at Ctrl-C, which from then on doesn't end the process by itself; a second one does. */
  interruption(): AbortSignal;
  exitWith(code: ExitCode): void;
}

export const EXIT_HELP: string =
  "Exit code: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or the work could not be done.";

/** Columns of a text report in a file, and on a terminal that does not know its own. */
export const FILE_WIDTH = 100;

/** How a text report looks on the standard output. */
export function look(around: Surroundings): { readonly color: boolean; readonly width: number } {
  return {
    color: wantsColor(around.output.isTTY, around.env),
    width: (around.output.isTTY && around.output.columns) || FILE_WIDTH,
  };
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Only what the command line itself gave: a default here would hide the environment and the configuration. */
export function flagsOf(command: Command): OptionValues {
  return Object.fromEntries(
    Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === "cli"),
  );
}

/** Prints a text with a line break at its end, and waits until it is out. */
export function print(around: Surroundings, text: string): Promise<void> {
  return new Promise((resolve) => {
    // An error (a reader that went away) also ends the wait.
    around.output.write(text.endsWith("\n") ? text : `${text}\n`, () => resolve());
  });
}
