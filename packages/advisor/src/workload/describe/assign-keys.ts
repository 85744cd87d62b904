import type { SortKey } from "../statement.ts";
import type { Reach, UseDraft } from "./model.ts";

/** What an expression comes from, as far as an order or a group by it asks. */
interface TracedKey {
  readonly column: string | null;
  readonly uses: ReadonlySet<UseDraft>;
  readonly reach: Reach;
}

/**
 * Gives the leading keys to the table that could deliver them in order: all of one table, the first key's.
 * @param sortKey `null` for what no index can hold in order
 */
export function assignSortKeys<Key, Traced extends TracedKey>(
  keys: readonly Key[],
  trace: (key: Key) => readonly Traced[],
  sortKey: (traced: Traced, key: Key) => SortKey | null,
): void {
  const [first, ...rest] = keys;
  if (first === undefined) return;
  for (const leading of trace(first)) {
    const [use] = leading.uses;
    const key = sortKey(leading, first);
    if (use === undefined || key === null || use.order.length > 0) continue;
    const order = [key];
    for (const next of rest) {
      const same = trace(next).find((traced) => traced.uses.has(use));
      const nextKey = same === undefined ? null : sortKey(same, next);
      if (nextKey === null) break;
      order.push(nextKey);
    }
    use.order = order;
  }
}

/** GROUP BY or DISTINCT, where all keys are columns of one table. */
export function assignGroupColumns(keys: readonly (readonly TracedKey[])[]): void {
  const columns: string[] = [];
  let only: UseDraft | undefined;
  for (const [traced, ...more] of keys) {
    const [use] = traced?.uses ?? [];
    if (traced === undefined || traced.column === null || use === undefined || more.length > 0)
      return;
    if (traced.reach !== "all" || (only !== undefined && only !== use)) return;
    only = use;
    if (!columns.includes(traced.column)) columns.push(traced.column);
  }
  if (only !== undefined) only.group = columns;
}
