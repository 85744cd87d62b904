import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Engine, TestServer } from "./test-server.ts";

/** What the keeper is asked to run. */
export interface ServerProgram {
  readonly engine: Engine;
  /** Folder of the server's binaries, as seen inside `root`. */
  readonly binaries: string;
  /** Folder that becomes the server's root directory (chroot), for binaries that need libraries of their own. */
  readonly root?: string;
  /** Where the binaries come from, for people: `binaries from npm`. */
  readonly origin: string;
  /** Settings on top of those of every test server. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * What it is in a cluster. An `origin` keeps a copy of its data directory as it was before the first start; the others begin
   * with that copy, and know where it is by the origin's `directory`. A PostgreSQL server of a copy is a standby.
   */
  readonly member?: "origin" | { readonly copyOf: string };
}

/** What the keeper can be told once the server runs. */
export type KeeperCommand = "pause" | "resume" | "kill" | "start";

/** One line of JSON that the keeper prints: once the server runs, and after each command. */
export interface KeeperAnswer {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Where the server keeps its files, as it sees it. */
  readonly directory: string;
  /** Why the command failed. */
  readonly error?: string;
}

/** A server under a keeper process of its own. */
export interface KeptServer extends TestServer {
  /** Process id of the running server, or of the last one. */
  pid(): number;
  /** Where it keeps its files, as it sees it itself. */
  readonly directory: string;
  tell(command: KeeperCommand): Promise<void>;
}

/**
 * Starts a server under a keeper process of its own (keeper.ts), which stops it as soon as this process has gone,
 * however it ended.
 */
export async function startKeeper(program: ServerProgram): Promise<KeptServer> {
  const keeper = spawn(
    process.execPath,
    [fileURLToPath(new URL("keeper.ts", import.meta.url)), JSON.stringify(program)],
    {
      // A session of its own: Ctrl+C and signals to our process group must leave the keeper time to clean up.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  const pipes = [keeper.stdin, keeper.stdout, keeper.stderr].filter(
    (pipe) => pipe instanceof Socket,
  );
  // Neither the keeper nor its pipes may hold this process back from ending, but while it is waited for.
  const hold = (held: boolean): void => {
    for (const one of [keeper, ...pipes]) {
      if (held) one.ref();
      else one.unref();
    }
  };
  const waiting: PromiseWithResolvers<KeeperAnswer>[] = [];
  let gone: Error | undefined;
  let errors = "";
  keeper.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  // The keeper may be gone already when it is told something: `close` reports that.
  keeper.stdin.on("error", () => {});
  createInterface({ input: keeper.stdout }).on("line", (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as KeeperAnswer);
  });
  const ended = new Promise<void>((resolve) => {
    const end = (error: Error): void => {
      gone = error;
      for (const answer of waiting.splice(0)) answer.reject(error);
      resolve();
    };
    keeper.once("error", end);
    keeper.once("close", () =>
      end(new Error(`The ${program.engine} server has ended:\n${errors}`)),
    );
  });

  const answer = async (): Promise<KeeperAnswer> => {
    if (gone !== undefined) throw gone;
    const next = Promise.withResolvers<KeeperAnswer>();
    waiting.push(next);
    hold(true);
    const answered = await next.promise;
    if (waiting.length === 0) hold(false);
    if (answered.error !== undefined) throw new Error(answered.error);
    return answered;
  };

  const first = await answer();
  let pid = first.pid;
  return {
    name: first.name,
    url: first.url,
    pid: () => pid,
    directory: first.directory,
    tell: async (command) => {
      keeper.stdin.write(`${command}\n`);
      ({ pid } = await answer());
    },
    stop: () => {
      hold(true);
      keeper.stdin.end();
      return ended;
    },
  };
}
