import type { AccessPath } from "../../workload/statement.ts";

const FULLTEXT: AccessPath = { method: "fulltext", operatorClass: null };
const SPATIAL: AccessPath = { method: "spatial", operatorClass: null };

/** What may find the rows for a LIKE pattern that no btree can: words inside it are what a fulltext index holds. */
export function patternAccess(pattern: string): readonly AccessPath[] {
  return /^%.*[\p{L}\p{N}]/su.test(pattern) ? [FULLTEXT] : [];
}

const SPATIAL_FUNCTIONS: ReadonlySet<string> = new Set(
  `mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin st_contains
  st_crosses st_equals st_intersects st_overlaps st_touches st_within`.split(/\s+/),
);

/** What finds the rows for `function(column, shape)`. */
export function spatialAccess(name: string): readonly AccessPath[] {
  return SPATIAL_FUNCTIONS.has(name) ? [SPATIAL] : [];
}
