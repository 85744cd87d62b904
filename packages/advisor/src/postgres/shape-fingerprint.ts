import { createHash } from "node:crypto";

/**
 * The parser's fingerprint, told apart by tables: it takes no notice of schemas, nor of digits in a table's name, so that
 * `a.orders` and `b.orders`, or `orders_2024` and `orders_2025`, would be one shape. 16 hexadecimal digits.
 */
export function shapeFingerprint(fingerprint: string, tree: unknown): string {
  const tables = [...tableNames(tree)].toSorted();
  return createHash("sha256")
    .update(JSON.stringify([fingerprint, tables]))
    .digest("hex")
    .slice(0, 16);
}

/** Tables of the whole tree as they are written: the schema where there is one, and the name. */
function tableNames(tree: unknown, names: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(tree)) for (const part of tree) tableNames(part, names);
  else if (typeof tree === "object" && tree !== null) {
    if ("relname" in tree && typeof tree.relname === "string") {
      const schema = "schemaname" in tree ? tree.schemaname : null;
      names.add(JSON.stringify([schema ?? null, tree.relname]));
    }
    for (const part of Object.values(tree)) tableNames(part, names);
  }
  return names;
}
