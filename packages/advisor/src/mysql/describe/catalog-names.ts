import type { Catalog, Table, View } from "../../catalog/catalog.ts";
import { parseStatement } from "../syntax/parse-statement.ts";
import type { Query } from "../syntax/tree.ts";

export type NamedRelation =
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "view"; readonly view: View; readonly query: Query | null }
  /** A table of the server itself: `information_schema.tables`. */
  | { readonly kind: "system" }
  | { readonly kind: "unknown" };

export interface CatalogNames {
  find(schema: string | null, name: string): NamedRelation;
}

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  "information_schema",
  "mysql",
  "performance_schema",
  "sys",
]);

const known = new WeakMap<Catalog, CatalogNames>();

/** The catalog's relations by name; built once per catalog, each view's definition parsed once. */
export function catalogNames(catalog: Catalog): CatalogNames {
  const existing = known.get(catalog);
  if (existing !== undefined) return existing;
  const names = indexNames(catalog);
  known.set(catalog, names);
  return names;
}

type Entry = Table | View;

function indexNames(catalog: Catalog): CatalogNames {
  const exact = new Map<string, Entry>();
  /** By lower case; several where names differ in nothing else. */
  const folded = new Map<string, Entry[]>();
  for (const entry of [...catalog.tables, ...catalog.views]) {
    const key = `${entry.schema}\0${entry.name}`;
    exact.set(key, entry);
    folded.set(key.toLowerCase(), [...(folded.get(key.toLowerCase()) ?? []), entry]);
  }
  const queries = new Map<View, Query | null>();

  /** Whether case counts depends on the server (`lower_case_table_names`): a name that only one table can mean is that table's. */
  const at = (schema: string, name: string): Entry | undefined => {
    const key = `${schema}\0${name}`;
    const alike = folded.get(key.toLowerCase()) ?? [];
    return exact.get(key) ?? (alike.length === 1 ? alike[0] : undefined);
  };
  return {
    find(schema, name) {
      for (const candidate of schema === null ? catalog.searchPath : [schema]) {
        const found = at(candidate, name);
        if (found === undefined) continue;
        if ("columns" in found) return { kind: "table", table: found };
        if (!queries.has(found)) queries.set(found, viewQuery(found));
        return { kind: "view", view: found, query: queries.get(found) ?? null };
      }
      const system = schema !== null && SYSTEM_SCHEMAS.has(schema.toLowerCase());
      return { kind: system ? "system" : "unknown" };
    },
  };
}

function viewQuery(view: View): Query | null {
  try {
    const tree = parseStatement(view.definition)?.tree;
    return tree?.kind === "query" ? tree : null;
  } catch {
    return null;
  }
}
