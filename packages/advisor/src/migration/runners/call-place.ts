import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { SourcePlace } from "../migration.ts";

/** The innermost frame of a stack that is in a file; awaiting callers count too. `null` where there is none. */
export function placeInStack(stack: string, path: string, file: string): SourcePlace | null {
  const names = namesOf(path);
  for (const text of stack.split("\n")) {
    const [, at = "", line = "", column = ""] =
      /(?:^|\(|\s)((?:file:\/\/)?\S.*?):(\d+)(?::(\d+))?\)?$/.exec(text) ?? [];
    // Loaders put a query behind the path of what they have loaded anew.
    if (
      !names.has(
        at
          .replace(/^.*\(/, "")
          .replace(/^at (?:async )?/, "")
          .replace(/\?.*$/, ""),
      )
    )
      continue;
    return {
      file,
      line: Number(line),
      column: column === "" ? 1 : Number(column),
      endLine: Number(line),
    };
  }
  return null;
}

/** How stacks may call a file. */
function namesOf(path: string): ReadonlySet<string> {
  const real = realpathSync(path);
  return new Set([path, real, pathToFileURL(path).href, pathToFileURL(real).href]);
}
