import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { chooseName } from "../candidates/choose-name.ts";
import type { Catalog, Index, Table, TableName } from "../catalog/catalog.ts";
import { findIndex, findTable, type TableIndex } from "../catalog/partitions.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { DdlChange, DdlWriter } from "../engine.ts";
import { type Rung, withRung } from "./migration/alter-ladder.ts";
import { indexSql, keySql } from "./index-sql.ts";
import { quoteIdent } from "./quote-ident.ts";
import { serverTraits } from "./server-traits.ts";

const MAX_NAME_LENGTH = 64;

const ONLINE: Rung = { algorithm: "INPLACE", lock: "NONE" };
const READ_ONLY: Rung = { algorithm: "INPLACE", lock: "SHARED" };
const COPIED: Rung = { algorithm: "COPY", lock: "SHARED" };

/**
 * Statements of MySQL and MariaDB for index changes, each with the ALGORITHM and LOCK that disturb least: a server that can't
 * do it so refuses before it does anything.
 */
export function mysqlDdl({ server }: Pick<Snapshot, "server">): DdlWriter {
  const { hideIndex, showIndex } = serverTraits(server);
  const setVisible = (found: TableIndex, word: string): string =>
    statement(found.table, [`ALTER INDEX ${quoteIdent(found.index.name)} ${word}`], null);
  return {
    quote: quoteIdent,

    indexName({ table, keys }, catalog, taken) {
      const used = new Set(
        [...(findTable(table, catalog)?.indexes ?? []).map(({ name }) => name), ...taken].map(
          (name) => name.toLowerCase(),
        ),
      );
      const parts = keys.map((key) => key.column ?? key.expression);
      return chooseName(table.name, parts, "idx", {
        isTaken: (name) => used.has(name.toLowerCase()),
        fits: (name) => Array.from(name).length <= MAX_NAME_LENGTH,
      });
    },

    indexNames: (_candidate, name) => [name],

    createIndex(candidate, name, catalog) {
      const table = findTable(candidate.table, catalog);
      const added = `ADD ${indexSql(candidate, name)}`;
      const rung = rungOf(candidate, table);
      // An index that the server made for a foreign key goes without a word when another can do its work, and with it the way
      // back. One that was renamed, if to its own name, counts as made by hand.
      const kept = madeForKeys(table, candidate).map(
        ({ name: own }) => `RENAME INDEX ${quoteIdent(own)} TO ${quoteIdent(own)}`,
      );
      return {
        apply: [statement(candidate.table, [...kept, added], rung)],
        undo: [
          statement(
            candidate.table,
            [`DROP INDEX ${quoteIdent(name)}`],
            rung === COPIED ? COPIED : ONLINE,
          ),
        ],
      };
    },

    dropIndex(name, catalog): DdlChange {
      const found = existing(name, catalog);
      const { table, index } = found;
      if (index.primary) throw new Error(`index ${name.schema}.${name.name} is the primary key`);
      const rung = rungOf(index, table);
      const drop: DdlChange = {
        apply: [
          statement(
            table,
            [`DROP INDEX ${quoteIdent(index.name)}`],
            rung === COPIED ? COPIED : ONLINE,
          ),
        ],
        undo: [`${withRung(index.definition, rung) ?? index.definition};`],
      };
      if (index.visible === false) return drop;
      return {
        apply: [setVisible(found, hideIndex)],
        undo: [setVisible(found, showIndex)],
        later: {
          when: "when nothing has missed it for as long as the rarest job takes to come round",
          ...drop,
        },
      };
    },

    showIndex(name, catalog) {
      const found = existing(name, catalog);
      return { apply: [setVisible(found, showIndex)], undo: [setVisible(found, hideIndex)] };
    },

    refreshStatistics: (table) => ({ apply: [`ANALYZE TABLE ${qualified(table)};`], undo: [] }),

    promoteToPrimaryKey(name, catalog) {
      const { table, index } = existing(name, catalog);
      const keys = `(${index.keys.map(keySql).join(", ")})`;
      const quoted = quoteIdent(index.name);
      // No rebuild in place has been able to carry a FULLTEXT index along.
      const rung = table.indexes.some(({ method }) => method === "fulltext")
        ? COPIED
        : rungOf(index, table);
      return {
        apply: [statement(table, [`DROP INDEX ${quoted}`, `ADD PRIMARY KEY ${keys}`], rung)],
        undo: [statement(table, ["DROP PRIMARY KEY", `ADD UNIQUE INDEX ${quoted} ${keys}`], rung)],
      };
    },
  };
}

function existing(name: TableName, catalog: Catalog): TableIndex {
  const found = findIndex(name, catalog);
  if (!found) throw new Error(`no index ${name.schema}.${name.name} in the catalog`);
  return found;
}

function qualified(name: TableName): string {
  return `${quoteIdent(name.schema)}.${quoteIdent(name.name)}`;
}

function statement(table: TableName, actions: readonly string[], rung: Rung | null): string {
  const how =
    rung === null
      ? []
      : [`ALGORITHM=${rung.algorithm}`, ...(rung.lock === null ? [] : [`LOCK=${rung.lock}`])];
  return `ALTER TABLE ${qualified(table)} ${[...actions, ...how].join(", ")};`;
}

/** Indexes that the server may have made for a foreign key, and that the candidate begins with. */
function madeForKeys(table: Table | undefined, candidate: CandidateIndex): readonly Index[] {
  const columnsOf = ({ keys }: Pick<Index, "keys">): readonly (string | null)[] =>
    keys.map(({ column }) => column);
  const own = columnsOf(candidate);
  return (table?.indexes ?? []).filter((index) => {
    const columns = columnsOf(index);
    return (
      !index.unique &&
      index.method === "btree" &&
      columns.every((column, at) => column === own[at]) &&
      table?.foreignKeys.some((key) => key.columns.join("\0") === columns.join("\0"))
    );
  });
}

/**
 * How an index can be built. Expressions become hidden columns, which come with a lock; full texts and shapes are read under
 * one; only InnoDB builds in place.
 */
function rungOf({ method, keys }: Pick<Index, "method" | "keys">, table: Table | undefined): Rung {
  const engine = table?.storageParameters
    ?.find((option) => option.startsWith("engine="))
    ?.slice("engine=".length);
  if (engine !== undefined && engine.toLowerCase() !== "innodb") return COPIED;
  const plain = method === "btree" && keys.every(({ column }) => column !== null);
  return plain ? ONLINE : READ_ONLY;
}
