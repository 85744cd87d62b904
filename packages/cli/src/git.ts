import { execFile } from "node:child_process";

/** A git command's answer; `null` where it ended with another code than 0. */
export type Git = (...args: readonly string[]) => Promise<string | null>;

/** Longest output of git that is read, in bytes: a file of a whole schema. */
const MAX_OUTPUT = 256 * 1024 ** 2;

/** Git in a folder. Where there is no git, every command answers `null`. */
export function gitIn(folder: string): Git {
  return (...args) =>
    new Promise((resolve) => {
      execFile(
        "git",
        args,
        // Git never asks for a password here, and takes no locks that another git may wait for.
        {
          cwd: folder,
          maxBuffer: MAX_OUTPUT,
          env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
        },
        (error, stdout) => resolve(error === null ? stdout : null),
      );
    });
}
