import type { EngineWords } from "../engine.ts";

export const mysqlWords: EngineWords = {
  equalIndexes: "access method, keys, lengths and directions",
  dropChecks: new Set(["foreign-key-rule"]),
  promotion: "by writing the table anew",
  keylessReplication: ({ rowIndex }) =>
    rowIndex === undefined
      ? {
          check: "replication",
          verdict: "for",
          detail:
            "a replica finds each changed row of it by reading the table or a secondary index, and clusters (Group Replication, Galera) want a primary key; the server stores its rows by a number of its own, which every index repeats and no query can use",
        }
      : {
          check: "replication",
          verdict: "against",
          detail: `rows are stored by the unique index ${rowIndex}, and replicas find them by it`,
        },
  typeChange: ({ schema, name }, column, type, size) =>
    `ALTER TABLE ... MODIFY COLUMN ${column} ${type} copies ${schema}.${name} (${size}) with all its indexes, and nobody can write to the table meanwhile (ALGORITHM=COPY); a tool that fills a copy beside it (gh-ost, pt-online-schema-change) blocks nobody`,
  analyzer: "the server",
};
