import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type Catalog, type Table, type TableName, tableKey } from "../catalog/catalog.ts";
import {
  attachedIndexes,
  findIndex,
  findTable,
  indexTableName,
  partitionsOf,
  storageTables,
  type TableIndex,
} from "../catalog/partitions.ts";
import type { DdlWriter } from "../engine.ts";
import { chooseIndexName, chooseName, nameNumber, takenNames } from "./index-name.ts";
import { indexSql } from "./index-sql.ts";
import { quoteIdent } from "./quote-ident.ts";

/** Combinations of values that statistics hold one by one, at the usual `default_statistics_target`. */
const LISTED_COMBINATIONS = 100;

/** PostgreSQL's statements for index changes. None of them blocks reads or writes for longer than a moment. */
export const postgresDdl: DdlWriter = {
  quote: quoteIdent,
  planEachExecution: "SET plan_cache_mode = force_custom_plan;",

  indexName(candidate, catalog, taken) {
    const mine = takenNames(candidate.table.schema, catalog).union(taken);
    for (let number = 0; ; number += 1) {
      const name = chooseIndexName(candidate, mine, number);
      const others = partitionNames(candidate, name, catalog).values();
      if (![...others].some((other) => taken.has(other))) return name;
    }
  },

  indexNames: (candidate, name, catalog) => [
    name,
    ...partitionNames(candidate, name, catalog).values(),
  ],

  createIndex(candidate, name, catalog) {
    const table = findTable(candidate.table, catalog);
    // Only ANALYZE tells the planner what an expression's values are like.
    const analyze = candidate.keys.some((key) => key.column === null)
      ? [`ANALYZE ${qualified(candidate.table)};`]
      : [];
    if (table?.kind !== "partitioned") {
      return {
        apply: [createStatement(candidate, name, "CONCURRENTLY"), ...analyze],
        undo: [`DROP INDEX CONCURRENTLY ${qualified({ schema: candidate.table.schema, name })};`],
      };
    }
    return {
      apply: [...createPartitioned(candidate, table, name, catalog), ...analyze],
      undo: [`DROP INDEX ${qualified({ schema: table.schema, name })};`],
    };
  },

  dropIndex(name, catalog) {
    const found = existing(name, catalog);
    if (found.index.constraint !== null) {
      throw new Error(
        `index ${name.schema}.${name.name} implements constraint ${found.index.constraint}`,
      );
    }
    if (found.index.parent !== null) {
      throw new Error(
        `index ${name.schema}.${name.name} is attached to ${found.index.parent.name}: only that can go`,
      );
    }
    const concurrently = found.table.kind === "partitioned" ? "" : "CONCURRENTLY ";
    return {
      apply: [`DROP INDEX ${concurrently}${qualified(name)};`],
      undo: restore(found, catalog),
    };
  },

  rebuildIndex: (name) => ({ apply: [`REINDEX INDEX CONCURRENTLY ${qualified(name)};`], undo: [] }),

  refreshStatistics(table, share) {
    const analyze = `ANALYZE ${qualified(table)};`;
    if (share === null) return { apply: [analyze], undo: [] };
    const alter = `ALTER TABLE ${qualified(table)}`;
    return {
      apply: [analyze, `${alter} SET (autovacuum_analyze_scale_factor = ${share});`],
      undo: [`${alter} RESET (autovacuum_analyze_scale_factor);`],
    };
  },

  createStatistics(table, columns, combinations, taken) {
    const name = { schema: table.schema, name: chooseName(table.name, columns, "stat", taken) };
    const list = columns.map(quoteIdent).join(", ");
    // A list of common combinations goes before dependencies, also for combinations that it has no room for.
    const listed = combinations === null || combinations <= LISTED_COMBINATIONS;
    const kinds = listed ? "dependencies, ndistinct, mcv" : "dependencies, ndistinct";
    return {
      name,
      apply: [
        `CREATE STATISTICS ${qualified(name)} (${kinds}) ON ${list} FROM ${qualified(table)};`,
        `ANALYZE ${qualified(table)};`,
      ],
      undo: [`DROP STATISTICS ${qualified(name)};`],
    };
  },

  promoteToPrimaryKey(name, catalog) {
    const found = existing(name, catalog);
    const table = `ALTER TABLE ${qualified(found.table)}`;
    return {
      apply: [`${table} ADD PRIMARY KEY USING INDEX ${quoteIdent(name.name)};`],
      // Dropping the constraint drops its index too.
      undo: [`${table} DROP CONSTRAINT ${quoteIdent(name.name)};`, ...restore(found, catalog)],
    };
  },
};

function existing(name: TableName, catalog: Catalog): TableIndex {
  const found = findIndex(name, catalog);
  if (!found) throw new Error(`no index ${name.schema}.${name.name} in the catalog`);
  return found;
}

function qualified(name: TableName): string {
  return `${quoteIdent(name.schema)}.${quoteIdent(name.name)}`;
}

function createStatement(
  candidate: CandidateIndex,
  name: string,
  how: "CONCURRENTLY" | "ON ONLY" | "ON ALL",
): string {
  const head = how === "CONCURRENTLY" ? "CREATE INDEX CONCURRENTLY" : "CREATE INDEX";
  const on = how === "ON ONLY" ? "ON ONLY" : "ON";
  return `${head} ${quoteIdent(name)} ${on} ${qualified(candidate.table)} ${indexSql(candidate)};`;
}

/**
 * A partitioned index can't be built concurrently in one statement. Its parts can: an empty parent, an index per
 * partition, then each attached; the parent becomes valid with the last.
 * A foreign table can't have an index, which would leave that parent invalid for ever. There the partitions' indexes
 * come first and a plain CREATE INDEX then adopts them, building nothing.
 */
function createPartitioned(
  candidate: CandidateIndex,
  root: Table,
  name: string,
  catalog: Catalog,
): readonly string[] {
  const names = partitionNames(candidate, name, catalog);
  const nameOn = (table: TableName): string => names.get(tableKey(table)) ?? name;

  if (storageTables(root, catalog).some((leaf) => leaf.kind === "foreign")) {
    const leaves = storageTables(root, catalog).filter((leaf) => leaf.kind !== "foreign");
    const builds = leaves.map((leaf) => {
      return createStatement({ ...candidate, table: leaf }, nameOn(leaf), "CONCURRENTLY");
    });
    return [...builds, createStatement(candidate, name, "ON ALL")];
  }

  const build = (table: Table, indexName: string): readonly string[] => {
    const part = { ...candidate, table };
    if (table.kind !== "partitioned") return [createStatement(part, indexName, "CONCURRENTLY")];
    const children = partitionsOf(table, catalog).flatMap((child) => {
      const childName = nameOn(child);
      return [
        ...build(child, childName),
        attach(
          { schema: table.schema, name: indexName },
          { schema: child.schema, name: childName },
        ),
      ];
    });
    return [createStatement(part, indexName, "ON ONLY"), ...children];
  };
  return build(root, name);
}

/**
 * Names of the indexes on a partitioned table's partitions, by {@link tableKey}: numbered like the whole index's name, so
 * that another number gives other names throughout.
 */
function partitionNames(
  candidate: CandidateIndex,
  name: string,
  catalog: Catalog,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Map<string, Set<string>>();
  const takenIn = (schema: string): Set<string> => {
    const known = taken.get(schema) ?? takenNames(schema, catalog);
    taken.set(schema, known);
    return known;
  };
  takenIn(candidate.table.schema).add(name);
  const visit = (parent: TableName): void => {
    for (const table of partitionsOf(parent, catalog)) {
      if (table.kind === "foreign") continue;
      const others = takenIn(table.schema);
      const own = chooseIndexName({ ...candidate, table }, others, nameNumber(name));
      others.add(own);
      names.set(tableKey(table), own);
      visit(table);
    }
  };
  visit(candidate.table);
  return names;
}

function attach(parent: TableName, child: TableName): string {
  return `ALTER INDEX ${qualified(parent)} ATTACH PARTITION ${qualified(child)};`;
}

/** The statements that bring an index back as the server described it, with the indexes attached to it. */
function restore(root: TableIndex, catalog: Catalog): readonly string[] {
  if (root.table.kind !== "partitioned") {
    return [
      `${root.index.definition.replace(/^(CREATE (?:UNIQUE )?INDEX) /, "$1 CONCURRENTLY ")};`,
    ];
  }
  const name = indexTableName(root);
  const children = attachedIndexes(name, catalog).flatMap((child) => [
    ...restore(child, catalog),
    attach(name, indexTableName(child)),
  ]);
  return [`${root.index.definition};`, ...children];
}
