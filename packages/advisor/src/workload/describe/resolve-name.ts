import {
  lesserReach,
  type Origin,
  type Reach,
  type Relation,
  type RelationColumn,
  type Scope,
  type Syntax,
} from "./model.ts";

/** What an engine's names mean. */
export interface NameRules {
  /** Whether two names are one. */
  same(one: string, other: string): boolean;
  /** Whether a table's name alone stands for its whole row. */
  readonly rowByName: boolean;
  /** Columns that every table has, and no index does. */
  readonly systemColumns: ReadonlySet<string>;
}

export type Resolved<S extends Syntax> =
  | { readonly kind: "column"; readonly origins: readonly Origin<S>[] }
  /** `t` or `t.*`: the FROM item itself. */
  | { readonly kind: "row"; readonly relation: Relation<S> };

/** What a column reference means, looked for from this level outwards; `null` where nothing has that name. */
export function resolveName<S extends Syntax>(
  parts: readonly string[],
  scope: Scope<S>,
  rules: NameRules,
): Resolved<S> | null {
  const crossed: Scope<S>[] = [];
  for (let level: Scope<S> | null = scope; level !== null; level = level.parent) {
    const found = resolveHere(parts, level, rules);
    if (found !== null) return seenFrom(found, crossed);
    crossed.push(level);
  }
  return null;
}

function resolveHere<S extends Syntax>(
  parts: readonly string[],
  level: Scope<S>,
  rules: NameRules,
): Resolved<S> | null {
  const name = parts.at(-1) ?? "";
  const qualifier = parts.slice(0, -1);
  const relations =
    qualifier.length === 0
      ? level.relations
      : level.relations.filter((relation) => isNamed(relation, qualifier, rules));
  if (name === "*") {
    const relation = qualifier.length === 0 ? undefined : relations[0];
    return relation === undefined ? null : { kind: "row", relation };
  }
  for (const relation of relations) {
    const column = relation.columns.find((candidate) => rules.same(candidate.name, name));
    if (column !== undefined) return { kind: "column", origins: column.origins };
  }
  if (rules.rowByName && qualifier.length === 0) {
    const row = relations.find(({ alias }) => alias !== null && rules.same(alias, name));
    if (row !== undefined) return { kind: "row", relation: row };
  }
  const opaque =
    relations.some((relation) => relation.open) ||
    (relations.length > 0 && rules.systemColumns.has(name));
  return opaque ? { kind: "column", origins: [] } : null;
}

function isNamed<S extends Syntax>(
  { alias, schema: own }: Relation<S>,
  qualifier: readonly string[],
  { same }: NameRules,
): boolean {
  if (alias === null || !same(alias, qualifier.at(-1) ?? "")) return false;
  const schema = qualifier.at(-2);
  return schema === undefined || (own !== null && same(schema, own));
}

/** Notes the reference on every level that it crosses. */
function seenFrom<S extends Syntax>(found: Resolved<S>, crossed: readonly Scope<S>[]): Resolved<S> {
  if (crossed.length === 0) return found;
  const columns: readonly RelationColumn<S>[] =
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
