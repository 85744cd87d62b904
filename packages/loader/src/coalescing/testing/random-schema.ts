import type { ColumnKind } from "./column-kinds.ts";
import type { Random } from "./random.ts";

export interface RandomColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface RandomTable {
  readonly name: string;
  /** Besides `id`, a key, and `parent`, of values that other tables have as ids. */
  readonly columns: readonly RandomColumn[];
}

/** Some are in all tables, so that a join has two of them. */
const NAMES = ["value", "name", "Order", "größe", "select", "a-b", "created_at", "x"];

/** Every kind is in some table. */
export function randomSchema(kinds: readonly ColumnKind[], random: Random): RandomTable[] {
  const shuffled = kinds
    .map((kind) => ({ kind, place: random.below(1_000_000) }))
    .toSorted((a, b) => a.place - b.place);
  const tables = Math.ceil(kinds.length / NAMES.length);
  return Array.from({ length: tables }, (_, table) => ({
    name: `t${table}`,
    columns: shuffled
      .filter((__, index) => index % tables === table)
      .map(({ kind }, index) => ({ name: NAMES[index] ?? `c${index}`, kind })),
  }));
}

const ROWS = 40;

export function randomRows({ columns }: RandomTable, random: Random): Record<string, unknown>[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    id: index + 1,
    parent: random.once(5) ? null : 1 + random.below(ROWS),
    ...Object.fromEntries(
      columns.map(({ name, kind }) => [name, random.once(5) ? null : kind.value(random)]),
    ),
  }));
}
