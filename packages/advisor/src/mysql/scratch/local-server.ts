import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Product } from "../server-traits.ts";
import { installer, type ServerProgram } from "./local-programs.ts";
import { type ScratchServer, scratchServer } from "./scratch-server.ts";

/** Small, and without care for a crash: nothing on it outlives the planner. */
const SETTINGS: readonly string[] = [
  "--skip-networking",
  "--skip-log-bin",
  "--innodb-buffer-pool-size=256M",
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-doublewrite=0",
  "--innodb-stats-auto-recalc=0",
  "--performance-schema=OFF",
  "--max-allowed-packet=64M",
  "--character-set-server=utf8mb4",
];

const ONLY_MYSQL: readonly string[] = [
  "--mysqlx=OFF",
  // Statements read and write no files: the folder that packages name for that may be missing.
  "--secure-file-priv=NULL",
];

/** How long it may take to come up. */
const START_SECONDS = 90;

/**
 * Runs the server and removes its files when standard input ends: that happens however this process comes to its end.
 * Arguments: the directory, the account's numbers (-1 for our own), then the server's command. Prints the log of a server
 * that ends by itself.
 */
const KEEPER = `
const { spawn } = require("node:child_process");
const { readFileSync, rmSync } = require("node:fs");
const [directory, uid, gid, file, ...args] = process.argv.slice(1);
const account = Number(uid) < 0 ? {} : { uid: Number(uid), gid: Number(gid) };
const server = spawn(file, args, { ...account, cwd: directory, stdio: "ignore" });
const end = () => {
  try { process.stderr.write(readFileSync(directory + "/error.log")); } catch {}
  rmSync(directory, { recursive: true, force: true });
  process.exitCode = 0;
  process.stdin.destroy();
};
server.once("error", end);
server.once("exit", end);
process.stdin.resume().once("close", () => server.kill("SIGKILL"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill("SIGKILL"));
`;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Starts a server of its own in a temporary directory, which only a socket in that directory leads to. It ends with `close`, or
 * with this process. `nameCase` is production's `lower_case_table_names`. Throws what the server wrote where it does not start.
 */
export async function startLocalServer(
  program: ServerProgram,
  product: Product,
  nameCase: string | undefined,
  statements: readonly string[] = [],
): Promise<ScratchServer> {
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : null;
  // As root the files belong to another account, which may not reach a TMPDIR of root's.
  const directory = await mkdtemp(join(account === null ? tmpdir() : "/tmp", "dbadvise-scratch-"));
  const own =
    account === null
      ? async () => undefined
      : (path: string) => chown(path, account.uid, account.gid);
  let keeper: ChildProcess | undefined;
  /** Once the keeper and its pipes have ended. */
  let closed: Promise<unknown> | undefined;
  let log = "";
  const stop = async (): Promise<void> => {
    keeper?.ref();
    if (keeper?.stderr instanceof Socket) keeper.stderr.ref();
    keeper?.stdin?.end();
    await closed;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await own(directory);
    const data = join(directory, "data");
    const names =
      nameCase === undefined || product === "MariaDB"
        ? []
        : [`--lower-case-table-names=${nameCase}`];
    await initialize(program, product, data, names, account);
    const password = randomBytes(18).toString("base64url");
    const accounts = join(directory, "accounts.sql");
    // Read at the start, one statement a line.
    const first = [`alter user root@localhost identified by '${password}'`, ...statements];
    await writeFile(accounts, first.map((one) => `${one};\n`).join(""), { mode: 0o600 });
    await own(accounts);
    const socket = join(directory, "socket");
    keeper = startKeeper(directory, account, [
      program.file,
      "--no-defaults",
      ...SETTINGS,
      ...(product === "MySQL" ? ONLY_MYSQL : []),
      ...(nameCase === undefined ? [] : [`--lower-case-table-names=${nameCase}`]),
      `--datadir=${data}`,
      `--tmpdir=${directory}`,
      `--socket=${socket}`,
      `--pid-file=${join(directory, "pid")}`,
      `--log-error=${join(directory, "error.log")}`,
      `--init-file=${accounts}`,
    ]);
    closed = once(keeper, "close").catch(() => undefined);
    keeper.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
    return await connectTo(socket, password, keeper, stop);
  } catch (error) {
    await stop();
    const errors = lastErrors(log);
    throw errors === "" ? error : new Error(errors, { cause: error });
  }
}

async function initialize(
  program: ServerProgram,
  product: Product,
  data: string,
  names: readonly string[],
  account: Account | null,
): Promise<void> {
  const run = (file: string, args: readonly string[]): Promise<unknown> =>
    promisify(execFile)(file, args, { ...account, cwd: "/", maxBuffer: 1 << 24 });
  if (product === "MySQL") {
    await run(program.file, [
      "--no-defaults",
      "--initialize-insecure",
      ...names,
      `--datadir=${data}`,
    ]);
    return;
  }
  const file = installer(program);
  if (file === null) throw new Error(`there is no mariadb-install-db near ${program.file}`);
  await run(file, [
    "--no-defaults",
    `--datadir=${data}`,
    // A server that starts removes what others keep in the same directory for temporary tables.
    `--tmpdir=${dirname(data)}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
}

function startKeeper(
  directory: string,
  account: Account | null,
  command: readonly string[],
): ChildProcess {
  const { uid, gid } = account ?? { uid: -1, gid: -1 };
  const keeper = spawn(
    process.execPath,
    ["-e", KEEPER, "--", directory, String(uid), String(gid), ...command],
    // A session of its own: Ctrl+C must leave it time to clean up.
    { detached: true, stdio: ["pipe", "ignore", "pipe"] },
  );
  keeper.on("error", () => undefined);
  keeper.stdin?.on("error", () => undefined);
  // Neither may hold this process back from its end.
  keeper.unref();
  for (const pipe of [keeper.stdin, keeper.stderr]) if (pipe instanceof Socket) pipe.unref();
  return keeper;
}

async function connectTo(
  socketPath: string,
  password: string,
  keeper: ChildProcess,
  stop: () => Promise<void>,
): Promise<ScratchServer> {
  const { createConnection } = await import("mysql2/promise");
  for (const until = Date.now() + START_SECONDS * 1000; ;) {
    try {
      const connection = await createConnection({
        socketPath,
        user: "root",
        password,
        charset: "utf8mb4",
        typeCast: (field) => field.string("utf8"),
      });
      connection.on("error", () => undefined);
      return await scratchServer(connection, true, stop);
    } catch (error) {
      if (keeper.exitCode !== null || keeper.signalCode !== null)
        throw new Error("the server ended as soon as it was started", { cause: error });
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}

/** What a server says of its end, without the dates before. */
function lastErrors(log: string): string {
  const errors = log.split("\n").filter((line) => /\bERROR\b/i.test(line));
  return errors
    .slice(-3)
    .map((line) => line.replace(/^.*\[ERROR\]\s*/i, ""))
    .join(" ");
}

/** Database servers refuse to run as root. Every Unix has the user `nobody`. */
function unprivilegedAccount(): Account {
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
