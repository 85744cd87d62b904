import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Installs MariaDB's server with apt. Resolves to the reason where this machine can't. */
export async function installMariadb(): Promise<string | null> {
  const reason = whyNot();
  if (reason === null) await runScript("install-mariadb.sh", []);
  return reason;
}

/**
 * Builds a root directory that holds Debian's MySQL, which its stable releases don't have, once per machine; or finds the
 * reason where this machine can't.
 */
export async function buildMysqlRoot(): Promise<
  { readonly root: string } | { readonly reason: string }
> {
  const cache = process.env["XDG_CACHE_HOME"];
  const root = join(
    cache === undefined || cache === "" ? join(homedir(), ".cache") : cache,
    "dbadvise-testkit/mysql",
  );
  const reason = whyNot();
  if (reason !== null) return { reason };
  if (!existsSync(root)) {
    process.stderr.write(
      `Installing MySQL from Debian's packages into ${root}: about a minute, once\n`,
    );
    await runScript("build-mysql-root.sh", [root]);
  }
  return { root };
}

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  return existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get")
    ? null
    : "not Debian: there is no apt-get";
}

/** Runs a script beside this file, whose own time limits end it; throws with the end of its output where it fails. */
async function runScript(name: string, args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  try {
    await promisify(execFile)("bash", [script, ...args], { maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const end = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new Error(`${name} failed:\n${end}`, { cause: error });
  }
}
