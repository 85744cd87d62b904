import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/**
 * Runs a program with one of its imports changed and nothing else, and gives what it printed. Throws where the program has
 * no such import.
 */
export async function runWithImport(
  program: string,
  change: { readonly from: string; readonly to: string },
  ...args: readonly string[]
): Promise<string> {
  const text = await readFile(program, "utf8");
  const changed = text.replace(`from "${change.from}"`, `from "${change.to}"`);
  if (!text.includes(`from "${change.from}"`)) throw new Error(`No import from ${change.from}`);
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-program-"));
  try {
    // What it imports is found as it is from its own folder.
    await symlink(join(dirname(program), "node_modules"), join(folder, "node_modules"));
    const file = join(folder, "main.mts");
    await writeFile(file, changed);
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
