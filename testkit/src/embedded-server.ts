import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { PostgresServer } from "./postgres-server.ts";

/** What the keeper prints once the server accepts connections. */
export interface KeeperAnswer {
  readonly name: string;
  readonly url: string;
}

/** Starts the PostgreSQL binaries from npm. */
export function startEmbeddedServer(): Promise<PostgresServer> {
  return startKeeper([]);
}

/** Starts the PostgreSQL binaries in a folder. */
export function startBinaries(folder: string): Promise<PostgresServer> {
  return startKeeper([folder]);
}

/**
 * Starts a server under a keeper process of its own (embedded-keeper.ts), which stops it as soon as this process has gone,
 * however it ended.
 */
function startKeeper(args: readonly string[]): Promise<PostgresServer> {
  const keeper = spawn(
    process.execPath,
    [fileURLToPath(new URL("embedded-keeper.ts", import.meta.url)), ...args],
    {
      // A session of its own: Ctrl+C and signals to our process group must leave the keeper time to clean up.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  const exited = new Promise<void>((resolve) => keeper.once("exit", () => resolve()));
  let output = "";
  let errors = "";
  keeper.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    keeper.once("error", reject);
    keeper.once("close", () =>
      reject(new Error(`The embedded PostgreSQL did not start:\n${errors}`)),
    );
    keeper.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (!output.endsWith("\n")) return;
      const answer = JSON.parse(output) as KeeperAnswer;
      // Neither the keeper nor its pipes may hold this process back from ending.
      keeper.unref();
      for (const pipe of [keeper.stdin, keeper.stdout, keeper.stderr]) {
        if (pipe instanceof Socket) pipe.unref();
      }
      resolve({
        ...answer,
        stop: () => {
          keeper.ref();
          keeper.stdin.end();
          return exited;
        },
      });
    });
  });
}
