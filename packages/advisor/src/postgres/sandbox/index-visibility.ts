import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type Table, type TableName, tableKey } from "../../catalog/catalog.ts";
import type { IndexConfiguration } from "../../whatif/planner.ts";
import type { CreatedCandidate } from "./create-candidates.ts";
import type { SandboxIndex } from "./index-shapes.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";

/** Which indexes the sandbox's planner sees now, and how to change that. */
export interface IndexVisibility {
  addCandidate(candidate: CandidateIndex, created: CreatedCandidate): void;
  has(candidate: CandidateIndex): boolean;
  /** A configuration's part on some tables, as a key of caches. */
  keyOf(configuration: IndexConfiguration, tables: readonly Table[]): string;
  /** Shows and hides indexes on `tables` as the configuration says; the others stay as they are. */
  apply(configuration: IndexConfiguration, tables: readonly Table[]): Promise<void>;
}

export function indexVisibility(
  database: SandboxDatabase,
  existing: readonly {
    readonly index: SandboxIndex;
    readonly parent: TableName | null;
    readonly valid: boolean;
  }[],
): IndexVisibility {
  const candidates = new Map<string, CreatedCandidate>();
  /** By number: true where the planner sees the index now. */
  const visible = new Map(existing.map(({ index, valid }) => [index.oid, valid]));
  const alwaysHidden = new Set(
    existing.filter(({ valid }) => !valid).map(({ index }) => index.oid),
  );
  /** Numbers of all indexes by their table. */
  const byTable = new Map<string, number[]>();
  const attached = new Map<string, SandboxIndex[]>();
  const byName = new Map(existing.map(({ index }) => [tableKey(index.name), index]));
  const candidateOids = new Set<number>();
  for (const { index, parent } of existing) {
    remember(index);
    if (parent !== null)
      attached.set(tableKey(parent), [...(attached.get(tableKey(parent)) ?? []), index]);
  }

  function remember(index: SandboxIndex): void {
    const key = tableKey(index.table);
    byTable.set(key, [...(byTable.get(key) ?? []), index.oid]);
  }

  /** An index and, of a partitioned one, those of the partitions: they come and go together. */
  function withAttached(name: TableName): readonly SandboxIndex[] {
    const index = byName.get(tableKey(name));
    const below = (attached.get(tableKey(name)) ?? []).flatMap((child) => withAttached(child.name));
    return index === undefined ? below : [index, ...below];
  }

  function changed(configuration: IndexConfiguration): {
    readonly added: ReadonlySet<number>;
    readonly hidden: ReadonlySet<number>;
  } {
    const added = configuration.add.flatMap(
      (candidate) => candidates.get(candidateId(candidate))?.indexes ?? [],
    );
    const hidden = configuration.hide.flatMap(withAttached);
    return {
      added: new Set(added.map((index) => index.oid)),
      hidden: new Set(hidden.map((index) => index.oid)),
    };
  }

  function oidsOn(tables: readonly Table[]): readonly number[] {
    // A self-join names its table twice; an index is flipped once.
    return [...new Set(tables.map(tableKey))].flatMap((table) => byTable.get(table) ?? []);
  }

  return {
    addCandidate(candidate, created) {
      candidates.set(candidateId(candidate), created);
      for (const index of created.indexes) {
        remember(index);
        visible.set(index.oid, false);
        candidateOids.add(index.oid);
      }
    },
    has: (candidate) => candidates.has(candidateId(candidate)),
    keyOf(configuration, tables) {
      const { added, hidden } = changed(configuration);
      return oidsOn(tables)
        .filter((oid) => added.has(oid) || hidden.has(oid))
        .toSorted((a, b) => a - b)
        .join(",");
    },
    async apply(configuration, tables) {
      const { added, hidden } = changed(configuration);
      const flips = oidsOn(tables).filter((oid) => {
        const wanted = candidateOids.has(oid)
          ? added.has(oid)
          : !hidden.has(oid) && !alwaysHidden.has(oid);
        return visible.get(oid) !== wanted;
      });
      if (flips.length === 0) return;
      await database.run(
        `update pg_index set indisvalid = not indisvalid where indexrelid in (${flips.join(", ")})`,
      );
      for (const oid of flips) visible.set(oid, visible.get(oid) !== true);
    },
  };
}
