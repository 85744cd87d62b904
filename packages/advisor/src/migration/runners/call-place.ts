import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { SourcePlace } from "../migration.ts";

/** What follows a file's name in a frame. Loaders put a query behind the name of what they have loaded anew. */
const POSITION = /^(?:\?[^:\s]*)?:(\d+)(?::(\d+))?\)?$/;

/** The innermost frame of a stack that is in a file; awaiting callers count too. `null` where there is none. */
export function placeInStack(stack: string, path: string, file: string): SourcePlace | null {
  const names = namesOf(path);
  for (const frame of stack.split("\n")) {
    for (const name of names) {
      const start = frame.indexOf(name);
      if (start === -1 || !/^$|[\s(]$/.test(frame.slice(0, start))) continue;
      const found = POSITION.exec(frame.slice(start + name.length).trimEnd());
      if (found === null) continue;
      const [, line = "1", column = "1"] = found;
      return { file, line: Number(line), column: Number(column), endLine: Number(line) };
    }
  }
  return null;
}

/** How stacks may call a file. */
function namesOf(path: string): ReadonlySet<string> {
  const real = realpathSync(path);
  return new Set([path, real, pathToFileURL(path).href, pathToFileURL(real).href]);
}
