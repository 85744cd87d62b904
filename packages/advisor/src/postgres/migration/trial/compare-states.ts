import { type TableName, tableKey } from "../../../catalog/catalog.ts";
import type { Observation, TableLock } from "../../../migration/trial.ts";
import type { StatementTraits } from "./statement-traits.ts";
import type { Relation, TableState } from "./table-state.ts";

/** From the weakest to the strongest: https://www.postgresql.org/docs/current/explicit-locking.html, table 13.2. */
const MODES = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
];
const NONE = -1;
/** Any SELECT takes the two before it; which of them a statement takes differs between versions. */
const WEAKEST_TOLD = MODES.indexOf("RowExclusiveLock");
const BLOCKS_WRITES = MODES.indexOf("ShareLock");
const BLOCKS_READS = MODES.indexOf("AccessExclusiveLock");

/**
 * What happened between two states of one transaction to tables that were there when it began (`existing`), by their names.
 * Of a table's locks the strongest one is told, from ROW EXCLUSIVE on.
 */
export function compareStates(
  before: TableState,
  after: TableState,
  existing: ReadonlySet<number>,
  traits: Pick<StatementTraits, "planned" | "truncates">,
): Omit<Observation, "unseen"> {
  const locked = lockedTables(before, after);
  const tables = [...before.relations.values()]
    .filter((one) => one.kind !== "i" && one.kind !== "I" && existing.has(one.oid))
    .filter((one) => locked.has(one.oid) || isChanged(one, after))
    .toSorted((a, b) => (tableKey(a) < tableKey(b) ? -1 : 1));
  return {
    locks: tables.flatMap((table) => {
      const held = strength(before, table.oid);
      const taken = strength(after, table.oid);
      return [
        ...(taken > held && taken >= WEAKEST_TOLD ? [tableLock(table, taken)] : []),
        ...indexLock(table, before, after, existing),
      ].slice(-1);
    }),
    held: tables.flatMap((table) => {
      const held = strength(before, table.oid);
      return held < WEAKEST_TOLD ? [] : [tableLock(table, held)];
    }),
    rewritten: traits.truncates
      ? []
      : tables.filter((table) => isRewritten(table, after)).map(nameOf),
    scanned: traits.truncates || traits.planned ? [] : scanned(tables, before, after).map(nameOf),
  };
}

/** Those that are locked, or have an index that is: few of many. */
function lockedTables(before: TableState, after: TableState): ReadonlySet<number> {
  const locked = [...before.locks.keys(), ...after.locks.keys()];
  return new Set(locked.flatMap((oid) => [oid, before.relations.get(oid)?.table ?? oid]));
}

function isChanged(relation: Relation, after: TableState): boolean {
  const now = after.relations.get(relation.oid);
  return now?.file !== relation.file || now.scans !== relation.scans;
}

function strength({ locks }: TableState, oid: number): number {
  const modes = locks.get(oid) ?? new Set<string>();
  return Math.max(NONE, ...[...modes].map((mode) => MODES.indexOf(mode)));
}

function tableLock(table: TableName, mode: number, on = ""): TableLock {
  const words = (MODES[mode] ?? "").replace(/Lock$/, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  return {
    table: nameOf(table),
    mode: words.toUpperCase() + on,
    blocksReads: mode >= BLOCKS_READS,
    blocksWrites: mode >= BLOCKS_WRITES,
  };
}

/** Every query of a table opens all its indexes: who holds one of them exclusively holds the table. */
function indexLock(
  table: Relation,
  before: TableState,
  after: TableState,
  existing: ReadonlySet<number>,
): readonly TableLock[] {
  if (strength(after, table.oid) >= BLOCKS_READS) return [];
  const index = [...before.relations.values()].find(
    (one) =>
      one.table === table.oid &&
      existing.has(one.oid) &&
      strength(before, one.oid) < BLOCKS_READS &&
      strength(after, one.oid) >= BLOCKS_READS,
  );
  return index === undefined ? [] : [tableLock(table, BLOCKS_READS, ` on its index ${index.name}`)];
}

function isRewritten({ file, oid }: Relation, after: TableState): boolean {
  const now = after.relations.get(oid);
  return now !== undefined && now.file !== file;
}

/**
 * How the check of a foreign key reads the table that it refers to depends on the sizes of both; that table is left out.
 * It is the one of which ROW SHARE is taken.
 */
function scanned(
  tables: readonly Relation[],
  before: TableState,
  after: TableState,
): readonly Relation[] {
  const read = tables.filter(({ oid, scans }) => (after.relations.get(oid)?.scans ?? 0) > scans);
  const others = read.filter(({ oid }) => {
    const looked = (state: TableState): boolean =>
      state.locks.get(oid)?.has("RowShareLock") === true;
    return !looked(after) || looked(before);
  });
  return others.length > 0 ? others : read;
}

function nameOf({ schema, name }: TableName): TableName {
  return { schema, name };
}
