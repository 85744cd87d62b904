import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Version of a package as a project above the folder has it: the installed one, or else the lowest that its package.json
 * asks for. Numbers of it, `[7, 4, 0]`; `null` where nothing names one.
 */
export async function packageVersion(
  name: string,
  folder: string,
): Promise<readonly number[] | null> {
  for (let at = folder; ; at = dirname(at)) {
    const installed = await readManifest(join(at, "node_modules", name, "package.json"));
    if (installed?.version !== undefined) return numbersOf(installed.version);
    const project = await readManifest(join(at, "package.json"));
    const asked = project?.devDependencies?.[name] ?? project?.dependencies?.[name];
    if (asked !== undefined && /\d/.test(asked)) return numbersOf(asked);
    if (dirname(at) === at) return null;
  }
}

async function readManifest(path: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Manifest;
  } catch {
    return null;
  }
}

function numbersOf(version: string): readonly number[] {
  const [found = ""] = /\d+(?:\.\d+)*/.exec(version) ?? [];
  return found.split(".").map(Number);
}
