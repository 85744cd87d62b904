import { estimatedRows, type Index, type Table, tableKey } from "../catalog/catalog.ts";
import { type FindStatistics, statisticsFinder } from "../catalog/find-statistics.ts";
import { storageTables } from "../catalog/partitions.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { DdlWriter } from "../engine.ts";
import type { Query } from "../workload/workload.ts";
import { brin } from "./brin.ts";
import { btreeKeys } from "./btree-keys.ts";
import { byOperator, missingExtensions } from "./by-operator.ts";
import { type CandidateIndex, candidateId } from "./candidate-index.ts";
import { covering } from "./covering.ts";
import { foundAlready } from "./found-already.ts";
import { inForm } from "./in-form.ts";
import type { IndexForms } from "./index-forms.ts";
import { isServedOn } from "./is-served-by.ts";
import { mayBeServedBy } from "./may-be-served.ts";
import { merged } from "./merged.ts";
import { partial } from "./partial.ts";
import { newIndex, type ProposedIndex, type TableAccess } from "./table-access.ts";

/** Candidates of one query; one that uses many tables has room for {@link MAX_PER_USE} on each. */
const MAX_PER_QUERY = 40;
const MAX_PER_USE = 8;
/** Candidates on one table: the heaviest queries' come first. */
const MAX_PER_TABLE = 400;

export interface CandidateSet {
  /** Each candidate once, with the fingerprints of the queries it was made for. */
  readonly candidates: readonly (ProposedIndex & {
    readonly queries: readonly string[];
    /** Fingerprints of queries that a partial index may serve already: nothing is decided for these. Default none. */
    readonly undecided?: readonly string[];
    /**
     * By fingerprint: existing indexes (`schema.name`) that find the same rows or fewer. Where the query's plan uses one of
     * them, the candidate is not judged by that query. Default none.
     */
    readonly rivals?: ReadonlyMap<string, readonly string[]>;
  })[];
  /** Why a table got no candidates although queries filter it, or not all; what an extension could do. */
  readonly notes: readonly string[];
}

/** What candidates are made from, beside the queries. */
export type CandidateFacts = Pick<Snapshot, "catalog" | "statistics" | "prelude" | "server">;

/** What indexes can be on the snapshot's server, and how it is spoken to. */
export interface IndexServer {
  readonly forms: IndexForms;
  readonly ddl: Pick<DdlWriter, "quote" | "refreshStatistics">;
}

/**
 * Indexes that could serve the workload, of every kind: btrees by role of the columns, partial and covering ones, those that
 * an operator asks for, and block ranges. Which of them are worth it is the planner's to say.
 * Leaves out what an index serves already, and tables too small to matter. Queries come heaviest first.
 */
export function generateCandidates(
  queries: readonly Query[],
  facts: CandidateFacts,
  server: IndexServer,
): CandidateSet {
  const { catalog } = facts;
  const accessOf = tableAccess(facts, server);
  const mayServe = (query: Query, access: TableAccess, candidate: CandidateIndex): boolean => {
    if (query.samples.length > 0) return true;
    const other = mayBeServedBy(candidate, access.table, access.use);
    if (other !== undefined) notes.add(unknownValues(access.table, other));
    return other === undefined;
  };
  const found = new Map<string, ProposedIndex & { queries: Set<string> }>();
  const notes = new Set<string>();
  const onTable = new Map<string, { taken: number; left: number }>();
  for (const query of queries) {
    const lists: (readonly ProposedIndex[])[] = [];
    for (const access of accessOf(query)) {
      const kinds = kindsOf(access);
      const extensions = missingExtensions(access);
      if (extensions.length === 0 && kinds.every((kind) => kind.length === 0)) continue;
      const tooSmall = whyTooSmall(access.table, catalog, server);
      if (tooSmall !== null) {
        notes.add(tooSmall);
        continue;
      }
      for (const note of extensions) notes.add(note);
      lists.push(
        ...kinds.map((kind) =>
          kind
            .flatMap((proposed) => inForm(proposed, access) ?? [])
            .filter(
              (proposed) =>
                !needsVirtualColumn(proposed.candidate, access) &&
                !isServedOn(proposed, access.table, catalog) &&
                mayServe(query, access, proposed.candidate),
            ),
        ),
      );
    }
    const most = Math.max(MAX_PER_QUERY, query.statement.tables.length * MAX_PER_USE);
    for (const proposed of inTurn(lists, most)) {
      const id = candidateId(proposed.candidate);
      const known = found.get(id);
      if (known !== undefined) {
        known.queries.add(query.fingerprint);
        const reorderable = Math.min(known.reorderable, proposed.reorderable);
        // A key that one query only reads another may search.
        const stored = Math.min(known.stored ?? 0, proposed.stored ?? 0);
        found.set(id, { ...known, reorderable, ...(stored === known.stored ? {} : { stored }) });
        continue;
      }
      const key = tableKey(proposed.candidate.table);
      const count = onTable.get(key) ?? { taken: 0, left: 0 };
      onTable.set(key, count);
      if (count.taken < MAX_PER_TABLE) {
        count.taken += 1;
        const { implied: _, ...rest } = proposed;
        found.set(id, { ...rest, queries: new Set([query.fingerprint]) });
      } else count.left += 1;
    }
  }
  for (const [key, { taken, left }] of onTable) {
    if (left === 0) continue;
    notes.add(
      `${key.replace("\0", ".")}: ${taken} possible indexes were tried, those of the heaviest queries; ${left} more were not`,
    );
  }
  const single = [...found.values()];
  const all = [...single, ...merged(single)].map((entry) => ({
    ...entry,
    queries: [...entry.queries],
  }));
  const byTable = Map.groupBy(all, ({ candidate }) => tableKey(candidate.table));
  const undecided = new Map<string, string[]>();
  const rivals = new Map<string, Map<string, readonly string[]>>();
  for (const query of queries) {
    const accesses = accessOf(query);
    for (const access of accesses) {
      // A plan does not tell by which of its appearances a table's index is used.
      const once = accesses.filter((other) => other.table === access.table).length === 1;
      for (const { candidate } of byTable.get(tableKey(access.table)) ?? []) {
        const id = candidateId(candidate);
        if (!mayServe(query, access, candidate))
          undecided.set(id, [...(undecided.get(id) ?? []), query.fingerprint]);
        const rival = once ? foundAlready(candidate, access) : [];
        if (rival.length === 0) continue;
        const own = rivals.get(id) ?? new Map<string, readonly string[]>();
        rivals.set(id, own.set(query.fingerprint, rival));
      }
    }
  }
  return {
    candidates: all.map((entry) => {
      const id = candidateId(entry.candidate);
      return { ...entry, undecided: undecided.get(id) ?? [], rivals: rivals.get(id) ?? new Map() };
    }),
    notes: [...notes].toSorted(),
  };
}

/** A virtual generated column is not stored, and no index can be on it, nor on an expression or a condition with it. */
function needsVirtualColumn(
  { keys, include, predicate }: CandidateIndex,
  { table, quote, forms }: TableAccess,
): boolean {
  if (forms.virtualColumns) return false;
  const virtual = table.columns.filter((column) => column.virtual === true);
  if (virtual.length === 0) return false;
  const texts = [...keys.map(({ expression }) => expression), ...include.map(quote), predicate];
  const names = new Set(
    texts.flatMap((text) => text?.match(/"(?:[^"]|"")+"|[\w$\u0080-\uffff]+/g) ?? []),
  );
  return virtual.some(({ name }) => names.has(quote(name)));
}

function unknownValues(table: Table, { name }: Index): string {
  return `${table.schema}.${table.name}: no index was tried for queries that the partial index ${name} may serve; their values, which a log holds, would tell`;
}

/** Each kind's candidates, the best first. */
function kindsOf(access: TableAccess): readonly (readonly ProposedIndex[])[] {
  const btrees = btreeKeys(access).map(({ keys, reorderable }) => ({
    candidate: newIndex(access, { method: "btree", keys }),
    reorderable,
  }));
  const partials = partial(access);
  return [
    btrees,
    byOperator(access),
    partials,
    covering(access, btrees),
    covering(access, partials),
    brin(access),
  ];
}

/** One of each list in turn, until there are enough: every kind's best before any kind's second. */
function inTurn(
  lists: readonly (readonly ProposedIndex[])[],
  most: number,
): readonly ProposedIndex[] {
  const chosen = new Map<string, ProposedIndex>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const proposed = list[rank];
      if (proposed === undefined) continue;
      if (chosen.size >= most) return [...chosen.values()];
      const id = candidateId(proposed.candidate);
      if (!chosen.has(id)) chosen.set(id, proposed);
    }
  }
  return [...chosen.values()];
}

/** Says of each query how it uses the tables that can have indexes. */
function tableAccess(
  facts: CandidateFacts,
  { forms, ddl: { quote } }: IndexServer,
): (query: Query) => readonly TableAccess[] {
  const { catalog, server } = facts;
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const find: FindStatistics = statisticsFinder(facts);
  const extensions = installedExtensions(facts);
  const byteOrder = ["C", "POSIX"].includes(server.collation ?? "");
  return ({ statement }) =>
    statement.tables.flatMap((use): readonly TableAccess[] => {
      const table = tables.get(tableKey(use.table));
      if (table === undefined || table.kind === "foreign") return [];
      const reads = statement.kind === "select" || statement.kind === "insert";
      return [
        {
          use,
          table,
          storage: storageTables(table, catalog),
          reads,
          statistics: (column) => find(table, column),
          byteOrder,
          extensions,
          quote,
          forms,
        },
      ];
    });
}

/** Schemas by extension, read from the statements that make them. */
function installedExtensions({ prelude }: CandidateFacts): ReadonlyMap<string, string> {
  return new Map(
    prelude.flatMap(({ kind, name, ddl }) => {
      const [, schema] = / WITH SCHEMA ("(?:[^"]|"")+"|[^\s;]+)/i.exec(ddl) ?? [];
      return kind === "extension" && schema !== undefined ? [[name, schema] as const] : [];
    }),
  );
}

function whyTooSmall(
  table: Table,
  catalog: CandidateFacts["catalog"],
  { ddl }: IndexServer,
): string | null {
  const name = `${table.schema}.${table.name}`;
  if (isSmallTable(table, catalog))
    return `${name} has ${Math.max(0, Math.round(estimatedRows(table)))} rows: too small for an index to matter`;
  if (storageTables(table, catalog).every((part) => part.rows < 0))
    return `${name} was never analysed: no index was tried on it (run ${ddl.refreshStatistics(table, null).apply.join(" ").replace(/;$/, "")})`;
  return null;
}
