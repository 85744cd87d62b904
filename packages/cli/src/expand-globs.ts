import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { DbadviseError } from "@dbadvise/advisor/logs";

/** Folders that hold no sources of the project's own. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/**
 * Files that the patterns name, sorted, each once; paths are below `folder`, with `/`. `*` and `?` are of one name, `**` is
 * any number of folders, `{a,b}` is either. A pattern without any of these is a file's name.
 * Throws `DbadviseError` `bad-option` for a pattern that names no file: nothing was read by it.
 */
export async function expandGlobs(
  patterns: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const files = await filesOf(pattern.replaceAll("\\", "/"), folder);
    if (files.length === 0) {
      throw new DbadviseError(
        "bad-option",
        `No file matches ${pattern}.`,
        `It is looked up below ${folder}; quote it, so that the shell leaves it as it is: 'src/**/*.sql'`,
      );
    }
    for (const file of files) found.add(file);
  }
  return [...found].toSorted();
}

async function filesOf(pattern: string, folder: string): Promise<readonly string[]> {
  const magic = pattern.search(/[*?{]/);
  if (magic === -1) {
    const isFile = (await stat(resolve(folder, pattern)).catch(() => null))?.isFile() === true;
    return isFile ? [pattern] : [];
  }
  // What stands before the first name with a wildcard is one folder.
  const start = pattern.slice(0, pattern.lastIndexOf("/", magic) + 1);
  const matcher = new RegExp(`^${patternSource(pattern.slice(start.length))}$`, "u");
  const root = resolve(folder, start === "" ? "." : start);
  const below = await filesBelow(root);
  return below
    .filter((path) => matcher.test(relative(root, path).replaceAll(sep, "/")))
    .map((path) => `${start}${relative(root, path).replaceAll(sep, "/")}`);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

function patternSource(pattern: string): string {
  return pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^\w/]/gu, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{"))
      return `(?:${part.slice(1, -1).split(",").map(patternSource).join("|")})`;
    // Only what has a meaning may be escaped under the flag `u`.
    return /[\^$\\.+()[\]{}|-]/.test(part) ? `\\${part}` : part;
  });
}
