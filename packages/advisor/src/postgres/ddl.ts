import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type Catalog, type IndexKey, type Table, type TableName } from "../catalog/catalog.ts";
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
import { chooseIndexName, chooseName, takenNames } from "./index-name.ts";
import { quoteIdent } from "./quote-ident.ts";

/** Combinations of values that statistics hold one by one, at the usual `default_statistics_target`. */
const LISTED_COMBINATIONS = 100;

/** PostgreSQL's statements for index changes. None of them blocks reads or writes for longer than a moment. */
export const postgresDdl: DdlWriter = {
  quote: quoteIdent,
  planEachExecution: "SET plan_cache_mode = force_custom_plan;",

  indexName: (candidate, catalog, taken) =>
    chooseIndexName(candidate, takenNames(candidate.table.schema, catalog).union(taken)),

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
  const include =
    candidate.include.length > 0
      ? ` INCLUDE (${candidate.include.map(quoteIdent).join(", ")})`
      : "";
  const where = candidate.predicate === null ? "" : ` WHERE ${candidate.predicate}`;
  const using = candidate.method === "btree" ? "" : ` USING ${quoteIdent(candidate.method)}`;
  const keys = candidate.keys.map(keySql).join(", ");
  return `${head} ${quoteIdent(name)} ${on} ${qualified(candidate.table)}${using} (${keys})${include}${where};`;
}

function keySql(key: IndexKey): string {
  const parts = [key.column === null ? key.expression : quoteIdent(key.column)];
  if (key.collation !== null) parts.push(`COLLATE ${key.collation}`);
  if (key.operatorClass !== null) parts.push(key.operatorClass);
  if (key.direction === "desc") parts.push("DESC");
  if (key.nulls !== (key.direction === "desc" ? "first" : "last"))
    parts.push(`NULLS ${key.nulls.toUpperCase()}`);
  return parts.join(" ");
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
  const taken = new Map<string, Set<string>>();
  const reserve = (schema: string, of: CandidateIndex | string): string => {
    const names = taken.get(schema) ?? takenNames(schema, catalog);
    taken.set(schema, names);
    const chosen = typeof of === "string" ? of : chooseIndexName(of, names);
    names.add(chosen);
    return chosen;
  };
  reserve(root.schema, name);

  if (storageTables(root, catalog).some((leaf) => leaf.kind === "foreign")) {
    const leaves = storageTables(root, catalog).filter((leaf) => leaf.kind !== "foreign");
    const builds = leaves.map((leaf) => {
      const part = { ...candidate, table: leaf };
      return createStatement(part, reserve(leaf.schema, part), "CONCURRENTLY");
    });
    return [...builds, createStatement(candidate, name, "ON ALL")];
  }

  const build = (table: Table, indexName: string): readonly string[] => {
    const part = { ...candidate, table };
    if (table.kind !== "partitioned") return [createStatement(part, indexName, "CONCURRENTLY")];
    const children = partitionsOf(table, catalog).flatMap((child) => {
      const childName = reserve(child.schema, { ...candidate, table: child });
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
