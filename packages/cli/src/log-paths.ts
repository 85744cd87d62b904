import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { expandGlobs } from "./expand-globs.ts";

/**
 * Paths of logs with patterns (`logs/*.log.gz`) in place of which stand the files that they name, sorted. What is a file's name as it
 * is, and `-` for the standard input, stays. Throws `DbadviseError` `bad-option` for a pattern that names no file.
 */
export async function logPaths(
  given: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const lists = await Promise.all(
    given.map(async (path) => {
      const isPattern =
        /[*?{]/.test(path) && (await stat(resolve(folder, path)).catch(() => null)) === null;
      return isPattern ? expandGlobs([path], folder) : [path];
    }),
  );
  return lists.flat();
}
