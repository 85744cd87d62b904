import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { VariedFormat } from "./varied-log.ts";

/** Who reads a log. */
export interface Program {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

const COUNT_LINES = fileURLToPath(new URL("count-lines.ts", import.meta.url));
const BIN = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));
const LIBRARY = new URL("../../packages/advisor/dist/index.js", import.meta.url);

const LIBRARIES = {
  "@dbadvise/advisor": LIBRARY.href,
  "@dbadvise/advisor/logs": new URL("logs.js", LIBRARY).href,
};

/** The command as it is published: in this workspace the library's names lead to its sources. */
const PUBLISHED = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from "node:module";
   const libraries = ${JSON.stringify(LIBRARIES)};
   registerHooks({ resolve: (name, context, next) => Object.hasOwn(libraries, name)
     ? { url: libraries[name], shortCircuit: true } : next(name, context) });`,
)}`;

/** Throws where the packages have not been built. */
export function dbadvise(title: string, ...args: readonly string[]): Program {
  if (!existsSync(BIN) || !existsSync(LIBRARY))
    throw new Error("The packages have to be built first: pnpm build");
  return { title, command: process.execPath, args: ["--import", PUBLISHED, BIN, ...args] };
}

export function ourselves(file: string, workers: number): Program {
  const title = `dbadvise digest, ${workers} worker${workers === 1 ? "" : "s"}`;
  return dbadvise(title, "digest", file, "--workers", String(workers), "--format", "json");
}

/** Reading a file and finding its lines, which is the least that any program in Node has to do. */
export function floor(file: string): Program {
  return {
    title: "floor: readSync of 4 MB, indexOf of line breaks",
    command: process.execPath,
    args: [COUNT_LINES, file],
  };
}

interface Peer {
  readonly command: string;
  readonly runs: readonly {
    readonly title: string;
    args(file: string): readonly string[];
  }[];
}

function pgbadger(format: string, jobs: readonly number[]): Peer {
  return {
    command: "pgbadger",
    runs: jobs.map((count) => ({
      title: `pgbadger, ${count} process${count === 1 ? "" : "es"}`,
      args: (file) => [
        "--quiet",
        `--format=${format}`,
        `--jobs=${count}`,
        ...(format === "stderr" ? ["--prefix=%m [%p] %q%u@%d "] : []),
        "--extension=json",
        // Its standard output. Never /dev/null: it replaces the file, and as root the device itself.
        "--outfile=-",
        file,
      ],
    })),
  };
}

/** It reads csvlog in one process only. */
const PEERS: Readonly<Record<VariedFormat, Peer>> = {
  stderr: pgbadger("stderr", [1, 2]),
  csvlog: pgbadger("csv", [1]),
  jsonlog: pgbadger("jsonlog", [1, 2]),
  "mysql-slow": {
    command: "pt-query-digest",
    runs: [{ title: "pt-query-digest", args: (file) => ["--type", "slowlog", file] }],
  },
};

/** What reads this format today, by name and version; `null`: it isn't installed here. */
export function peersOf(
  format: VariedFormat,
  file: string,
): { readonly name: string; readonly programs: readonly Program[] | null } {
  const { command, runs } = PEERS[format];
  if (!isOnPath(command)) return { name: command, programs: null };
  const name = execFileSync(command, ["--version"], { encoding: "utf8" }).trim();
  return { name, programs: runs.map(({ title, args }) => ({ title, command, args: args(file) })) };
}

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Executions in a digest's report as JSON. */
export function digestedCalls(json: string): number {
  const digest: { readonly total: { readonly calls: number } } = JSON.parse(json);
  return digest.total.calls;
}
