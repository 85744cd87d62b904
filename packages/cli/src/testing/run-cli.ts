import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to the environment, which has no DATABASE_URL and no colour settings otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. Default: one without a configuration. */
  readonly folder?: string;
  /** Text of the standard input. */
  readonly input?: string;
}

const BIN = fileURLToPath(new URL("../bin.ts", import.meta.url));

/** Runs the real command line in a process of its own, and waits for its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = startCli(args, options);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(options.input ?? "");
  await once(child, "close");
  return { code: child.exitCode, stdout, stderr };
}

/** Starts the real command line; its streams are pipes. */
export function startCli(
  args: readonly string[],
  { env = {}, folder }: CliOptions = {},
): ChildProcessWithoutNullStreams {
  const {
    DATABASE_URL: _url,
    NO_COLOR: _no,
    FORCE_COLOR: _force,
    DBADVISE_DEBUG: _debug,
    NODE_OPTIONS: _options,
    ...inherited
  } = process.env;
  return spawnPiped(args, folder ?? import.meta.dirname, { ...inherited, ...env });
}

function spawnPiped(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
}
