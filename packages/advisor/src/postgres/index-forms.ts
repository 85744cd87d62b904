import type { IndexForms } from "../candidates/index-forms.ts";

/** https://www.postgresql.org/docs/current/sql-createindex.html */
export function postgresIndexForms(): IndexForms {
  return {
    nulls: "last",
    descending: true,
    expressions: true,
    include: true,
    partial: true,
    virtualColumns: false,
    blockRange: true,
    prefixOf: () => null,
    // INDEX_MAX_KEYS; a value too wide is refused when it comes.
    fits: (keys) => keys.length <= 32,
  };
}
