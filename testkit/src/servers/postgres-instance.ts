import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeDataDirectory } from "./data-directory.ts";
import type { Instance } from "./instance.ts";
import type { Place } from "./place.ts";
import { localeFlags, SERVER_SETTINGS } from "./postgres-settings.ts";
import type { ServerProgram } from "./start-keeper.ts";

const PASSWORD_FILE = "password";

/** Makes a PostgreSQL data directory whose superuser is `postgres`. */
export function makePostgresInstance(program: ServerProgram, place: Place): Instance {
  const binaries = reachable(program.binaries, place);
  const file = join(binaries, "postgres");
  const version = place.run(file, ["--version"]).trim().replace("postgres (PostgreSQL) ", "");
  const { member } = program;
  const isCopy = typeof member === "object";
  const password = isCopy
    ? place.run("cat", [join(member.copyOf, PASSWORD_FILE)])
    : randomBytes(12).toString("hex");
  const data = makeDataDirectory(program, place, (directory) =>
    place.run(join(binaries, "initdb"), [
      `--pgdata=${directory}`,
      "--username=postgres",
      `--pwfile=${place.writeFile(PASSWORD_FILE, password)}`,
      "--auth=scram-sha-256",
      ...localeFlags(Number.parseInt(version, 10)),
      "--no-sync",
    ]),
  );
  if (isCopy) place.writeFile("data/standby.signal", "");
  return {
    version: `PostgreSQL ${version}`,
    file,
    arguments: (port) => {
      const settings = {
        ...SERVER_SETTINGS,
        listen_addresses: "127.0.0.1",
        port: String(port),
        unix_socket_directories: "",
        lc_messages: "C",
        ...program.settings,
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return ["-D", data, ...flags];
    },
    // "connections", or "read-only connections" of a standby.
    ready: "system is ready to accept",
    // With a logging collector the line goes to its file.
    isReady: (pid) => isReadyBy(join(data, "postmaster.pid"), pid),
    url: (port) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    // Fast shutdown: sessions are ended.
    stop: "SIGINT",
    // Immediate shutdown. SIGKILL would leave shared memory behind, which forbids the next start.
    crash: "SIGQUIT",
  };
}

/** The file that a server keeps for pg_ctl: its process first, last what it is doing. */
function isReadyBy(file: string, pid: number): boolean {
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  return lines[0] === String(pid) && lines.at(-1)?.trim() === "ready";
}

/** The folder of binaries, or a copy when they lie where the server's account can't go, below root's home for instance. */
function reachable(binaries: string, place: Place): string {
  try {
    place.run(join(binaries, "postgres"), ["--version"]);
    return binaries;
  } catch {
    return join(place.copyFolder("native", dirname(binaries)), "bin");
  }
}
