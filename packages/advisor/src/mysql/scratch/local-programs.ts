import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Product, readVersion } from "../server-traits.ts";

/** A server program of this machine. */
export interface ServerProgram {
  readonly file: string;
  readonly version: string;
  readonly versionNumber: number;
}

const NAMES: Readonly<Record<Product, readonly string[]>> = {
  // MariaDB installs itself under MySQL's name too.
  MySQL: ["mysqld"],
  MariaDB: ["mariadbd", "mysqld"],
};

/** Where packages put it that only root's PATH, or nobody's, leads to. */
const FOLDERS = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/libexec",
  "/usr/local/mysql/bin",
  "/opt/homebrew/opt/mysql/bin",
  "/opt/homebrew/opt/mariadb/bin",
  "/usr/local/opt/mysql/bin",
  "/usr/local/opt/mariadb/bin",
];

/** The product's program whose version is nearest to the wanted one; `null` without any. */
export async function nearestProgram(
  product: Product,
  versionNumber: number,
  path: string = process.env["PATH"] ?? "",
): Promise<ServerProgram | null> {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ""), ...FOLDERS];
  const files = new Set(
    folders.flatMap((folder) => NAMES[product].map((name) => join(folder, name))),
  );
  const found: ServerProgram[] = [];
  for (const file of files) {
    if (!existsSync(file)) continue;
    const text = await versionText(file);
    const version = /\bVer (\S+)/.exec(text)?.[1] ?? "";
    const read = readVersion(version === "" ? "" : text.slice(text.indexOf(version)));
    if (version !== "" && read.product === product)
      found.push({ file, version, versionNumber: read.versionNumber });
  }
  const distance = (program: ServerProgram): number =>
    Math.abs(program.versionNumber - versionNumber);
  return found.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

async function versionText(file: string): Promise<string> {
  try {
    return (await promisify(execFile)(file, ["--version"], { timeout: 10_000 })).stdout;
  } catch {
    return "";
  }
}

/** The program that makes MariaDB's system tables, which packages put elsewhere; `null` where it is missing. */
export function installer(program: ServerProgram): string | null {
  const folders = ["", "../bin", "../scripts"].map((folder) => join(dirname(program.file), folder));
  const names = ["mariadb-install-db", "mysql_install_db"];
  return (
    folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync) ?? null
  );
}
