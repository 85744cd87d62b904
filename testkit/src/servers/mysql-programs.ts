import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { buildMysqlRoot, installMariadb } from "./debian-packages.ts";
import type { Way } from "./find-server.ts";
import type { ServerProgram } from "./start-keeper.ts";

/** Where `mysqld` may be: on PATH, then as Debian packages it for a root directory of its own. */
export const MYSQL_PROGRAMS: readonly Way<ServerProgram>[] = [
  {
    name: "mysqld on PATH",
    find: () => {
      const file = findProgram("mysqld");
      if (file === undefined) return Promise.resolve("none");
      // MariaDB installs itself under this name too.
      if (versionOf(file).includes("MariaDB")) return Promise.resolve(`${file} is MariaDB`);
      return Promise.resolve(installed("mysql", file));
    },
  },
  {
    name: "Debian's packages of MySQL",
    find: async () => {
      const built = await buildMysqlRoot();
      return "reason" in built
        ? built.reason
        : {
            engine: "mysql",
            binaries: "/usr/sbin",
            root: built.root,
            origin: "of Debian's packages",
          };
    },
  },
];

/** Where `mariadbd` may be: on PATH, else installed there from Debian's packages. */
export const MARIADB_PROGRAMS: readonly Way<ServerProgram>[] = [
  {
    name: "mariadbd on PATH",
    find: () => {
      const file = findProgram("mariadbd");
      return Promise.resolve(file === undefined ? "none" : installed("mariadb", file));
    },
  },
  {
    name: "Debian's packages of MariaDB",
    find: async () => {
      const reason = await installMariadb();
      if (reason !== null) return reason;
      const file = findProgram("mariadbd");
      if (file === undefined)
        throw new Error("the packages were installed, but there is no mariadbd");
      return installed("mariadb", file);
    },
  },
];

function installed(engine: "mysql" | "mariadb", file: string): ServerProgram {
  return { engine, binaries: dirname(file), origin: `binaries in ${dirname(file)}` };
}

/** Servers are often installed where only root's PATH leads. */
function findProgram(name: string): string | undefined {
  return [
    ...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    "/usr/local/sbin",
    "/usr/sbin",
    "/usr/libexec",
  ]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

function versionOf(file: string): string {
  return execFileSync(file, ["--version"], { encoding: "utf8" });
}
