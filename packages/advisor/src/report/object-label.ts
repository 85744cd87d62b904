import type { FindingObject } from "../findings/finding.ts";
import { printable } from "./printable.ts";

/** A finding of any stage: what it says, and what about. */
interface AboutObject {
  readonly code: string;
  readonly object: FindingObject;
}

/** What a finding is about, for people: `public.orders (customer_id)`, `public.orders_idx on public.orders (customer_id)`. */
export function objectLabel({ code, object }: AboutObject): string {
  const table = dotted(object.schema, object.table);
  const columns = object.columns.map(part);
  const keys = columns.length === 0 ? "" : ` (${columns.join(", ")})`;
  switch (object.type) {
    case "table":
    case "sequence":
      return table;
    case "column":
      return [table, ...columns].join(".");
    case "constraint":
      return object.name === null ? table + keys : `${part(object.name)} on ${table}${keys}`;
    case "index":
      // The name of an index that does not exist yet tells less than its columns, and stands in the DDL.
      return object.name === null || code === "missing-index"
        ? table + keys
        : `${dotted(object.schema, object.name)} on ${table}${keys}`;
  }
}

/** Dotted name, unique in its database and stable from run to run: `schema.table.name`. */
export function qualifiedName({ object }: Pick<AboutObject, "object">): string {
  const names =
    object.type === "column" ? object.columns : object.name === null ? [] : [object.name];
  return dotted(object.schema, object.table, ...names);
}

/** Objects of the connection's own database have no schema. */
function dotted(schema: string, ...names: readonly string[]): string {
  return [...(schema === "" ? [] : [schema]), ...names].map(part).join(".");
}

/** In quotes where a bare name would read as something else: with dots, blanks or brackets in it. */
function part(name: string): string {
  const safe = printable(name);
  // Keys may be expressions, which are SQL already.
  if (/^[\p{L}\p{M}\p{N}_$]+$/u.test(safe) || /^[\w.]*\(.*\)$/s.test(safe)) return safe;
  return `"${safe.replaceAll('"', '""')}"`;
}
