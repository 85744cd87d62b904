import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { expandGlobs } from "./expand-globs.ts";

/**
 * Paths of logs, each once, with patterns (`logs/*.log.gz`) in place of which stand the files that they name, the oldest
 * first as far as names tell. What is a file's name as it is, and `-` for the standard input, stays. Throws `DbadviseError`
 * `bad-option` for a pattern that names no file.
 */
export async function logPaths(
  given: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const lists = await Promise.all(
    given.map(async (path) => {
      const isPattern =
        /[*?{]/.test(path) && (await stat(resolve(folder, path)).catch(() => null)) === null;
      if (!isPattern) return [path];
      return (await expandGlobs([path], folder)).toSorted(byAge);
    }),
  );
  // A log that two patterns name, or a link and a name, would be counted twice.
  const paths = new Map<string, string>();
  for (const path of lists.flat()) {
    const file = path === "-" ? path : await realpath(resolve(folder, path)).catch(() => path);
    if (!paths.has(file)) paths.set(file, path);
  }
  return [...paths.values()];
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** By dates and numbers in the names; of logs that were rotated, `log.2.gz` is before `log.1` and that before `log`. */
function byAge(one: string, other: string): number {
  const [a, b] = [rotationOf(one), rotationOf(other)];
  return NAMES.compare(a.name, b.name) || b.number - a.number || (one < other ? -1 : 1);
}

function rotationOf(path: string): { readonly name: string; readonly number: number } {
  const [, name = path, number = "0"] =
    /^(.*?)(?:\.(\d{1,4}))?(?:\.(?:gz|zst|zstd))?$/.exec(path) ?? [];
  return { name, number: Number(number) };
}
