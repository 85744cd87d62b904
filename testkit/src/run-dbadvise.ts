import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface DbadviseRun {
  /** Exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BIN = fileURLToPath(new URL("../../packages/cli/src/bin.ts", import.meta.url));

/** Runs the real command line in a process of its own, in a folder, with nothing of the environment but the path. */
export function runDbadvise(args: readonly string[], folder: string): Promise<DbadviseRun> {
  const env = { PATH: process.env["PATH"], TZ: "UTC" };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [BIN, ...args],
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") resolve({ code, stdout, stderr });
        else reject(error ?? new Error("dbadvise was ended by a signal"));
      },
    );
  });
}
