import type { IndexKey, Table } from "../catalog/catalog.ts";

/** An index as far as writing to it goes: existing or not. */
export interface WrittenIndex {
  readonly table: Table;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly predicate: string | null;
  readonly bytes: number;
}

/** What an engine's indexes cost to keep up to date. */
export interface IndexWrites {
  /** Cost of one row's new entry, and of taking its old one away later, in the planner's unit. */
  entryCost(index: WrittenIndex): number;
  /** Whether an update that sets a column of the index has to write new entries into every index of the table. */
  blocksInPlaceUpdates(index: WrittenIndex): boolean;
}
