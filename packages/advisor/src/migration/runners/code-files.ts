import { dirname, extname, join } from "node:path";
import { readFile } from "node:fs/promises";
import { isFile } from "./list-files.ts";

/** Names of code among some files: no declarations, no tests. */
export function codeFiles(names: readonly string[], endings: readonly string[]): readonly string[] {
  return names.filter(
    (name) => endings.includes(extname(name)) && !/\.(?:d|test|spec)\.[cm]?[jt]s$/.test(name),
  );
}

/** How files of this name export, by the ending or by the nearest package.json. */
export async function exportsOfFile(path: string): Promise<"commonjs" | "esm"> {
  const ending = extname(path);
  if (ending !== ".js") return ending === ".cjs" || ending === ".cts" ? "commonjs" : "esm";
  for (let at = dirname(path); ; at = dirname(at)) {
    const manifest = join(at, "package.json");
    if (await isFile(manifest)) {
      const { type } = JSON.parse(await readFile(manifest, "utf8")) as { readonly type?: string };
      return type === "module" ? "esm" : "commonjs";
    }
    if (dirname(at) === at) return "commonjs";
  }
}

/** The first of some files that is in a folder or in one above it, with its text; `null` where there is none. */
export async function configAbove(
  folder: string,
  names: readonly string[],
): Promise<{ readonly name: string; readonly text: string } | null> {
  for (let at = folder, left = 6; left > 0; at = dirname(at), left--)
    for (const name of names) {
      const path = join(at, name);
      if (await isFile(path)) return { name, text: await readFile(path, "utf8") };
    }
  return null;
}
