import type { IndexForms } from "../candidates/index-forms.ts";

/** https://www.postgresql.org/docs/current/sql-createindex.html */
export function postgresIndexForms(): IndexForms {
  return {
    nulls: "last",
    descending: true,
    expressions: true,
    include: true,
    partial: true,
    blockRange: true,
    primaryKeySuffix: false,
    prefixOf: () => null,
  };
}
