import type { TableName } from "../../catalog/catalog.ts";
import type { SchemaChange } from "../../catalog/changed-snapshot.ts";
import type { Identities, Identity } from "./read-structure.ts";

/**
 * What one statement did, by comparing the objects before and after it. An index that ALTER TABLE builds anew under its name
 * counts as the same.
 */
export function schemaChanges(
  before: Identities,
  after: Identities,
  position: number,
): readonly SchemaChange[] {
  const gone = [...before.values()].filter(({ id }) => !after.has(id));
  const added = [...after.values()].filter(({ id }) => !before.has(id));
  const goneNames = new Set(gone.map(nameKey));
  const addedNames = new Set(added.map(nameKey));
  const changes: SchemaChange[] = [];
  for (const identity of gone) {
    if (identity.kind === "index" && addedNames.has(nameKey(identity))) continue;
    changes.push({ ...about(identity, before), position, change: "dropped", to: null });
  }
  for (const identity of before.values()) {
    const now = after.get(identity.id);
    if (now === undefined) continue;
    const renamed =
      identity.column === null
        ? newName(identity.name, now.name)
        : otherText(identity.column, now.column);
    if (renamed !== null)
      changes.push({ ...about(identity, before), position, change: "renamed", to: renamed });
    const type = otherText(identity.type, now.type);
    if (type !== null)
      changes.push({ ...about(identity, before), position, change: "retyped", to: type });
  }
  for (const identity of added) {
    if (identity.kind === "index" && goneNames.has(nameKey(identity))) continue;
    changes.push({ ...about(identity, after), position, change: "created", to: null });
  }
  return changes;
}

function about(
  { kind, name, column, parent }: Identity,
  identities: Identities,
): Pick<SchemaChange, "kind" | "name" | "column" | "table"> {
  return { kind, name, column, table: identities.get(parent ?? "")?.name ?? null };
}

function nameKey({ kind, name, column, parent }: Identity): string {
  return JSON.stringify([kind, name.schema, name.name, column, parent]);
}

function newName(before: TableName, after: TableName): string | null {
  if (before.schema !== after.schema) return `${after.schema}.${after.name}`;
  return otherText(before.name, after.name);
}

function otherText(before: string | null, after: string | null): string | null {
  return before === after ? null : after;
}
