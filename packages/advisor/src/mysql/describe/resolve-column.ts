import {
  lesserReach,
  type Origin,
  type Reach,
  type Relation,
  type RelationColumn,
  sameName,
  type Scope,
} from "./model.ts";

export type Resolved =
  | { readonly kind: "column"; readonly origins: readonly Origin[] }
  /** `t.*`: the FROM item itself. */
  | { readonly kind: "row"; readonly relation: Relation };

/** What a column reference means, looked for from this level outwards; `null` where nothing has that name. */
export function resolveColumn(parts: readonly string[], scope: Scope): Resolved | null {
  const name = parts.at(-1) ?? "";
  const qualifier = parts.slice(0, -1);
  const crossed: Scope[] = [];
  for (let level: Scope | null = scope; level !== null; level = level.parent) {
    const found = resolveHere(qualifier, name, level);
    if (found !== null) return seenFrom(found, crossed);
    crossed.push(level);
  }
  return null;
}

function resolveHere(qualifier: readonly string[], name: string, level: Scope): Resolved | null {
  const relations =
    qualifier.length === 0
      ? level.relations
      : level.relations.filter((relation) => isNamed(relation, qualifier));
  if (name === "*") {
    const relation = qualifier.length === 0 ? undefined : relations[0];
    return relation === undefined ? null : { kind: "row", relation };
  }
  for (const relation of relations) {
    const column = relation.columns.find((candidate) => sameName(candidate.name, name));
    if (column !== undefined) return { kind: "column", origins: column.origins };
  }
  return relations.some((relation) => relation.open) ? { kind: "column", origins: [] } : null;
}

function isNamed(relation: Relation, qualifier: readonly string[]): boolean {
  if (relation.alias === null || !sameName(relation.alias, qualifier.at(-1) ?? "")) return false;
  const schema = qualifier.at(-2);
  return schema === undefined || relation.schema === null || sameName(schema, relation.schema);
}

/** Notes the reference on every level that it crosses. */
function seenFrom(found: Resolved, crossed: readonly Scope[]): Resolved {
  if (crossed.length === 0) return found;
  const columns: readonly RelationColumn[] =
    found.kind === "column" ? [{ name: "", origins: found.origins }] : found.relation.columns;
  const inward = crossed.some((level) => level.correlation === "inward");
  const reach: Reach = inward ? "none" : "all";
  const outer = columns.map((column) => ({
    name: column.name,
    origins: column.origins.map((origin) => {
      if (origin.kind === "column") for (const level of crossed) level.outer.add(origin.use);
      return { ...origin, reach: lesserReach(origin.reach, reach) };
    }),
  }));
  return found.kind === "column"
    ? { kind: "column", origins: outer[0]?.origins ?? [] }
    : { kind: "row", relation: { ...found.relation, columns: outer } };
}
