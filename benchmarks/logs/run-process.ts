import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

export interface ProcessRun {
  /** From its start to its end. */
  readonly seconds: number;
  /** Most resident memory, of all its processes together: each one's own peak while it ran. NaN where there is no /proc. */
  readonly megabytes: number;
  readonly stdout: string;
}

/** Milliseconds between two looks at a process's memory. The kernel keeps the peak, so that little is missed. */
const INTERVAL = 20;

/** Runs a program to its end. Throws where it fails, with what it said. */
export async function runProcess(
  command: string,
  args: readonly string[],
  { input, codes = [0] }: { readonly input?: Readable; readonly codes?: readonly number[] } = {},
): Promise<ProcessRun> {
  const begun = performance.now();
  const child = spawn(command, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let bytes = 0;
  const timer = setInterval(() => {
    bytes = Math.max(bytes, peakBytes(child.pid ?? 0));
  }, INTERVAL);
  try {
    const [stdout, stderr] = await Promise.all([
      child.stdout === null ? "" : text(child.stdout),
      child.stderr === null ? "" : text(child.stderr),
      child.exitCode === null ? once(child, "close") : undefined,
      // A reader that ends early says why by its exit code.
      input === undefined || child.stdin === null
        ? undefined
        : pipeline(input, child.stdin).catch(() => {}),
    ]);
    const seconds = (performance.now() - begun) / 1000;
    if (child.exitCode === null || !codes.includes(child.exitCode)) {
      throw new Error(`${command} ${args.join(" ")} ended with ${child.exitCode}: ${stderr}`);
    }
    return { seconds, megabytes: bytes === 0 ? Number.NaN : bytes / 1e6, stdout };
  } finally {
    clearInterval(timer);
    child.kill("SIGKILL");
  }
}

/** Peaks of a process and of those that it started. */
function peakBytes(pid: number): number {
  const own = /^VmHWM:\s*(\d+) kB/m.exec(contents(`/proc/${pid}/status`));
  const children = contents(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return (
    Number(own?.[1] ?? 0) * 1024 +
    children.reduce((sum, child) => sum + peakBytes(Number(child)), 0)
  );
}

function contents(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended, or this system has no /proc.
    return "";
  }
}
