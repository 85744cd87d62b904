import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { chooseName as chooseAnyName } from "../candidates/choose-name.ts";
import type { Catalog } from "../catalog/catalog.ts";

/** PostgreSQL cuts longer names without asking (NAMEDATALEN - 1). */
const MAX_NAME_BYTES = 63;

/** Names of a schema that an index can't take: tables, views and indexes share one namespace. */
export function takenNames(schema: string, catalog: Catalog): Set<string> {
  const tables = catalog.tables.filter((table) => table.schema === schema);
  const views = catalog.views.filter((view) => view.schema === schema);
  return new Set([
    ...tables.map((table) => table.name),
    ...tables.flatMap((table) => table.indexes.map((index) => index.name)),
    ...views.map((view) => view.name),
  ]);
}

/**
 * `table_column_column_idx`, numbered where that is taken, cut to 63 bytes. Function calls keep their words.
 * @param first number of the first attempt; default 0, which is no number
 */
export function chooseIndexName(
  candidate: CandidateIndex,
  taken: ReadonlySet<string>,
  first = 0,
): string {
  const keys = candidate.keys.map((key) => key.column ?? withoutCasts(key.expression));
  return chooseName(candidate.table.name, keys, "idx", taken, first);
}

/** The number at the end of an index's name; 0 for none. */
export function nameNumber(name: string): number {
  return Number(/_idx(\d{1,6})$/.exec(name)?.[1] ?? 0);
}

/** `table_part_part_suffix`, numbered where that is taken, cut to 63 bytes. */
export function chooseName(
  table: string,
  parts: readonly string[],
  suffix: string,
  taken: ReadonlySet<string>,
  first = 0,
): string {
  return chooseAnyName(table, parts, suffix, {
    isTaken: (name) => taken.has(name),
    fits: (name) => Buffer.byteLength(name) <= MAX_NAME_BYTES,
    first,
  });
}

function withoutCasts(expression: string): string {
  return expression.replace(/::\s*(?:"(?:[^"]|"")*"|\w+)(?:\s*\([\d, ]*\))?(?:\[\])?/gu, "");
}
