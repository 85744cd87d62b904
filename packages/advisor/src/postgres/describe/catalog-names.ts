import { type Node, parseSync } from "libpg-query";
import { type Catalog, type Table, tableKey, type View } from "../../catalog/catalog.ts";

export type NamedRelation =
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "view"; readonly view: View; readonly query: Node | null }
  /** A relation of the server itself: `pg_catalog.pg_class`. */
  | { readonly kind: "system" }
  | { readonly kind: "unknown" };

export interface CatalogNames {
  find(schema: string | undefined, name: string): NamedRelation;
}

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  "information_schema",
  "pg_catalog",
  "pg_toast",
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

function indexNames(catalog: Catalog): CatalogNames {
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const views = new Map(catalog.views.map((view) => [tableKey(view), view]));
  const queries = new Map<View, Node | null>();

  const at = (schema: string, name: string): NamedRelation | null => {
    const key = tableKey({ schema, name });
    const table = tables.get(key);
    if (table !== undefined) return { kind: "table", table };
    const view = views.get(key);
    if (view === undefined) return null;
    const query = queries.get(view) ?? viewQuery(view);
    queries.set(view, query);
    return { kind: "view", view, query };
  };

  return {
    find(schema, name) {
      const schemas = schema === undefined ? catalog.searchPath : [schema];
      for (const candidate of schemas) {
        const found = at(candidate, name);
        if (found !== null) return found;
      }
      // The server's own relations all start so, and pg_catalog is searched without being named.
      const system = schema === undefined ? name.startsWith("pg_") : SYSTEM_SCHEMAS.has(schema);
      return { kind: system ? "system" : "unknown" };
    },
  };
}

function viewQuery(view: View): Node | null {
  try {
    return parseSync(view.definition).stmts?.[0]?.stmt ?? null;
  } catch {
    return null;
  }
}
