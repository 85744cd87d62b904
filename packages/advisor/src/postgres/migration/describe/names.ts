import type { Node, RangeVar } from "libpg-query";
import type { TableName } from "../../../catalog/catalog.ts";
import { nameParts } from "../../describe/node-parts.ts";

/**
 * A relation of a statement. Temporary ones count as being in the schema of unqualified names: that is how they are
 * named from then on.
 */
export function relationName(range: RangeVar | undefined, schema: string): TableName {
  return resolved(range?.schemaname, range?.relname ?? "", schema);
}

/** A name in parts: `schema.name`, a catalog before it left out. */
export function partsName(parts: readonly string[], schema: string): TableName {
  return resolved(parts.at(-2), parts.at(-1) ?? "", schema);
}

/** The name that an item of DROP is. */
export function objectName(node: Node, schema: string): TableName {
  if ("List" in node) return partsName(nameParts(node.List.items), schema);
  if ("TypeName" in node) return partsName(nameParts(node.TypeName.names), schema);
  return partsName(nameParts([node]), schema);
}

function resolved(qualifier: string | undefined, name: string, schema: string): TableName {
  const temporary = qualifier === "pg_temp" || qualifier === "";
  return { schema: qualifier === undefined || temporary ? schema : qualifier, name };
}
