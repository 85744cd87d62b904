/** Keys that lead from a tree to one of its parts (the very object); `null` where it has no such part. */
export function pathTo(from: unknown, target: object): readonly string[] | null {
  if (from === target) return [];
  if (typeof from !== "object" || from === null) return null;
  for (const [key, part] of Object.entries(from)) {
    const rest = pathTo(part, target);
    if (rest !== null) return [key, ...rest];
  }
  return null;
}

/** What stands at a path of another tree; `undefined` where that ends before. */
export function partAt(tree: unknown, path: readonly string[]): unknown {
  let part = tree;
  for (const key of path) {
    part =
      typeof part === "object" && part !== null
        ? (part as Readonly<Record<string, unknown>>)[key]
        : undefined;
  }
  return part;
}
