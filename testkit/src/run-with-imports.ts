import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/**
 * Runs a program with some of its imports from elsewhere and nothing else changed, and gives what it printed. Throws where
 * the program has no such import.
 */
export async function runWithImports(
  program: string,
  changes: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  let text = await readFile(program, "utf8");
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(`from "${from}"`))
      throw new Error(`${program} imports nothing from ${from}`);
    text = text.replace(`from "${from}"`, `from "${to}"`);
  }
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-program-"));
  try {
    // What it imports is found as it is from its own folder.
    await symlink(join(dirname(program), "node_modules"), join(folder, "node_modules"));
    const file = join(folder, "main.mts");
    await writeFile(file, text);
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
