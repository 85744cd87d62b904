import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import { type TableName, tableKey } from "../../catalog/catalog.ts";
import type { IndexConfiguration } from "../../whatif/planner.ts";
import { quoteIdent } from "../quote-ident.ts";
import { serverTraits } from "../server-traits.ts";
import { indexSql } from "../index-sql.ts";
import type { LoadedTable } from "./load-tables.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** Indexes that a table may have beside its primary key. */
const MOST_INDEXES = 64;
/** Candidates that are built in one go: the rows are read once for all. */
const BATCH = 12;

/** A candidate under its name on the copy. */
export interface NamedCandidate {
  readonly candidate: CandidateIndex;
  readonly name: string;
}

/** The indexes of the copy's tables: which there are, and which its planner sees. */
export interface CandidateIndexes {
  /** Makes a candidate known. Throws what the server says against it. */
  add(candidate: CandidateIndex): Promise<void>;
  has(candidate: CandidateIndex): boolean;
  /** A configuration's part on some tables, as a key of caches. */
  keyOf(configuration: IndexConfiguration, tables: readonly LoadedTable[]): string;
  /**
   * Shows and hides indexes on `tables` as the configuration says; the others stay as they are. Throws for one that can't be
   * hidden, and for more than a table can have.
   */
  apply(configuration: IndexConfiguration, tables: readonly LoadedTable[]): Promise<void>;
  /** Candidates by their names in plans of these tables. */
  named(tables: readonly LoadedTable[]): readonly NamedCandidate[];
}

interface TableState {
  readonly loaded: LoadedTable;
  /** By `candidateId`. */
  readonly known: Map<string, NamedCandidate>;
  /** Ids of those that are built, the one that was used last at the end. */
  readonly built: Set<string>;
  /** Names of the indexes that plans may not use now. */
  readonly hidden: Set<string>;
  readonly probe: string;
  probed: boolean;
}

/** `altered` is told of a table that was altered, and of the candidates that were built with that. */
export function candidateIndexes(
  server: ScratchServer,
  tables: ReadonlyMap<string, LoadedTable>,
  altered: (table: LoadedTable, built: readonly NamedCandidate[]) => Promise<void>,
): CandidateIndexes {
  const traits = serverTraits({
    versionNumber: server.versionNumber,
    ...(server.product === "MariaDB" && { product: "MariaDB" }),
  });
  let number = 0;
  const states = new Map(
    [...tables].map(([key, loaded], position): [string, TableState] => [
      key,
      {
        loaded,
        known: new Map(),
        built: new Set(),
        hidden: new Set(
          loaded.table.indexes.filter(({ visible }) => visible === false).map(({ name }) => name),
        ),
        probe: `${loaded.name.slice(0, loaded.name.indexOf(".`"))}.\`dbadvise_probe_${position}\``,
        probed: false,
      },
    ]),
  );
  const stateOf = (table: TableName): TableState | undefined => states.get(tableKey(table));

  /** Makes room for candidates, and builds them where plans don't see them. Those that were built are returned. */
  async function build(
    state: TableState,
    wanted: readonly string[],
  ): Promise<readonly NamedCandidate[]> {
    const { loaded, known, built } = state;
    const missing = wanted.filter((id) => !built.has(id));
    if (missing.length === 0) return [];
    const room = MOST_INDEXES - loaded.table.indexes.filter(({ primary }) => !primary).length;
    if (wanted.length > room)
      throw new Error(
        `a table can have ${MOST_INDEXES} indexes: ${wanted.length} more are too many`,
      );
    // Those that nobody asked for yet will be asked for.
    const further = [...known.keys()]
      .filter((id) => !built.has(id) && !missing.includes(id))
      .slice(0, Math.max(0, Math.min(BATCH - missing.length, room - built.size - missing.length)));
    const added = [...missing, ...further];
    const surplus = Math.max(0, built.size + added.length - room);
    const dropped = [...built].filter((id) => !wanted.includes(id)).slice(0, surplus);
    const name = (id: string): string => quoteIdent(known.get(id)?.name ?? "");
    for (const id of dropped) {
      built.delete(id);
      state.hidden.delete(known.get(id)?.name ?? "");
    }
    const candidates = added.flatMap((id) => known.get(id) ?? []);
    await server.query(
      `ALTER TABLE ${loaded.name} ${[
        ...dropped.map((id) => `DROP INDEX ${name(id)}`),
        ...candidates.map((one) => `ADD ${indexSql(one.candidate, one.name)} ${traits.hideIndex}`),
      ].join(", ")}`,
    );
    for (const one of candidates) {
      built.add(candidateId(one.candidate));
      state.hidden.add(one.name);
    }
    return candidates;
  }

  /** Names of the table's indexes that the configuration hides and shows. */
  function wantedOn(
    state: TableState,
    { add, hide }: IndexConfiguration,
  ): { readonly added: readonly string[]; readonly hidden: ReadonlySet<string> } {
    const added = [...new Set(add.map(candidateId))].filter((id) => state.known.has(id));
    const { schema, indexes } = state.loaded.table;
    const gone = new Set(hide.map(tableKey));
    const isGone = (name: string): boolean => gone.has(tableKey({ schema, name }));
    const hidden = indexes
      .filter(({ name, nameInSchema }) => isGone(nameInSchema ?? name))
      .map(({ name }) => name);
    return { added, hidden: new Set(hidden) };
  }

  return {
    async add(candidate) {
      const state = stateOf(candidate.table);
      if (state === undefined) throw new Error("the table is not on the scratch server");
      const id = candidateId(candidate);
      if (state.known.has(id)) return;
      number += 1;
      const name = `dbadvise_candidate_${number}`;
      // The server's word on it, without the rows.
      if (!state.probed) {
        await server.query(`CREATE TABLE ${state.probe} LIKE ${state.loaded.name}`);
        state.probed = true;
      }
      await server.query(`ALTER TABLE ${state.probe} ADD ${indexSql(candidate, name)}`);
      await server.query(`ALTER TABLE ${state.probe} DROP INDEX ${quoteIdent(name)}`);
      state.known.set(id, { candidate, name });
    },
    has: (candidate) => stateOf(candidate.table)?.known.has(candidateId(candidate)) === true,
    keyOf: (configuration, on) =>
      on
        .flatMap((loaded) => {
          const state = stateOf(loaded.table);
          if (state === undefined) return [];
          const { added, hidden } = wantedOn(state, configuration);
          return [...added, ...[...hidden].map((name) => `-${loaded.name} ${name}`)];
        })
        .toSorted()
        .join("\u0002"),
    async apply(configuration, on) {
      for (const loaded of on) {
        const state = stateOf(loaded.table);
        if (state === undefined) continue;
        const { added, hidden } = wantedOn(state, configuration);
        const primary = loaded.table.indexes.find(
          (index) => index.primary && hidden.has(index.name),
        );
        if (primary !== undefined)
          throw new Error(`${server.product} can't plan as if a primary key were not there`);
        const made = await build(state, added);
        for (const id of added) {
          state.built.delete(id);
          state.built.add(id);
        }
        const shown = await show(state, new Set(added), hidden);
        if (made.length > 0 || shown) await altered(loaded, made);
      }
    },
    named: (on) => on.flatMap(({ table }) => [...(stateOf(table)?.known.values() ?? [])]),
  };

  async function show(
    state: TableState,
    added: ReadonlySet<string>,
    hidden: ReadonlySet<string>,
  ): Promise<boolean> {
    const changes: string[] = [];
    const nowHidden = new Set(state.hidden);
    const change = (name: string, hide: boolean): void => {
      if (state.hidden.has(name) === hide) return;
      changes.push(`ALTER INDEX ${quoteIdent(name)} ${hide ? traits.hideIndex : traits.showIndex}`);
      if (hide) nowHidden.add(name);
      else nowHidden.delete(name);
    };
    for (const id of state.built) {
      const name = state.known.get(id)?.name;
      if (name !== undefined) change(name, !added.has(id));
    }
    for (const index of state.loaded.table.indexes) {
      if (!index.primary) change(index.name, hidden.has(index.name) || index.visible === false);
    }
    if (changes.length === 0) return false;
    await server.query(`ALTER TABLE ${state.loaded.name} ${changes.join(", ")}`);
    state.hidden.clear();
    for (const name of nowHidden) state.hidden.add(name);
    return true;
  }
}
