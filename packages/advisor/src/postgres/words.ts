import type { EngineWords } from "../engine.ts";

export const postgresWords: EngineWords = {
  equalIndexes:
    "access method, keys, order, operator classes, collations, INCLUDE columns and condition",
  dropChecks: new Set(["replica-identity", "clustered", "partition", "expression-statistics"]),
  promotion: "without a rebuild",
  keylessReplication({ replicaIdentity }) {
    const check = "logical-replication";
    switch (replicaIdentity) {
      case "full":
        return {
          check,
          verdict: "for",
          detail:
            "its replica identity is FULL: a subscriber compares whole rows, slowly on a large table",
        };
      case "index":
        return {
          check,
          verdict: "against",
          detail: "its replica identity is a unique index: logical replication finds its rows",
        };
      case "default":
      case "nothing":
        return {
          check,
          verdict: "for",
          detail: "it has no replica identity: once it is published, UPDATE and DELETE on it fail",
        };
    }
  },
  typeChange: ({ schema, name }, column, type, size) =>
    `ALTER TABLE ... ALTER COLUMN ${column} TYPE ${type} writes ${schema}.${name} anew (${size}) with all its indexes, and nobody can read or write the table meanwhile (ACCESS EXCLUSIVE); a new column that is filled in steps takes no such lock`,
  analyzer: "autovacuum",
};
