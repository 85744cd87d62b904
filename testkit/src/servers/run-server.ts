import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Instance } from "./instance.ts";
import type { Place } from "./place.ts";

/** A server as a child of this process. */
export interface ServerRunner {
  /** Port of 127.0.0.1; 0 before the first start. */
  port(): number;
  /** Process id of the server, or of the last one; 0 before the first start. */
  pid(): number;
  /**
   * Starts it, first on any free port, then always on that one; resolves once it accepts connections. Throws what the
   * server wrote where it ends instead.
   */
  start(): Promise<void>;
  /** Stops all its processes where they are. */
  pause(): void;
  resume(): void;
  /** Sends the signal, paused or not, and waits until it has ended; after ten seconds it is killed. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export function makeRunner(instance: Instance, place: Place): ServerRunner {
  let child: ChildProcess | undefined;
  let port = 0;
  let paused: readonly number[] = [];

  const pid = (): number => child?.pid ?? 0;
  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null;
  const resume = (): void => {
    for (const one of paused) signalProcess(one, "SIGCONT");
    paused = [];
  };
  const startOn = (chosen: number): Promise<void> => {
    const started = place.spawn(instance.file, instance.arguments(chosen));
    child = started;
    let log = "";
    let asking: NodeJS.Timeout | undefined;
    return new Promise<void>((resolve, reject) => {
      asking = setInterval(() => {
        if (instance.isReady?.(started.pid ?? 0) === true) resolve();
      }, 50);
      started.once("error", reject);
      started.once("close", () => reject(new Error(log)));
      started.stderr?.setEncoding("utf8").on("data", (text: string) => {
        log = (log + text).slice(-10_000);
        if (log.includes(instance.ready)) resolve();
      });
    }).finally(() => clearInterval(asking));
  };

  return {
    port: () => port,
    pid,
    resume,
    start: async () => {
      if (isRunning()) throw new Error("The server runs already");
      if (port !== 0) return startOn(port);
      // Another process may take the free port before the server does.
      for (let attempt = 1; port === 0; attempt += 1) {
        const free = await freePort();
        try {
          await startOn(free);
          port = free;
        } catch (error) {
          if (attempt === 5) throw error;
        }
      }
    },
    pause: () => {
      // The server itself first: it can then start no further children.
      signalProcess(pid(), "SIGSTOP");
      paused = [pid(), ...childrenOf(pid())];
      for (const one of paused) signalProcess(one, "SIGSTOP");
    },
    end: async (signal) => {
      if (child === undefined || !isRunning()) return;
      const exit = once(child, "exit");
      const running = child;
      const impatience = setTimeout(() => running.kill("SIGKILL"), 10_000);
      running.kill(signal);
      resume();
      // One of its children alone may have been paused.
      for (const one of childrenOf(pid())) signalProcess(one, "SIGCONT");
      await exit;
      clearTimeout(impatience);
    },
  };
}

/** PostgreSQL serves each session in a process of its own, in its own process group. */
function childrenOf(parent: number): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const address = socket.address();
  socket.close();
  await once(socket, "close");
  if (address === null || typeof address === "string")
    throw new Error("No free TCP port on 127.0.0.1");
  return address.port;
}
