import { COMMERCE } from "./commerce.ts";
import { CONTENT } from "./content.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { OPERATIONS } from "./operations.ts";
import type { WellIndexedDatabase } from "./well-indexed-database.ts";

export type { WellIndexedDatabase };

/** Databases for which no index advice is the right advice. */
export const WELL_INDEXED: readonly WellIndexedDatabase[] = [
  ...COMMERCE,
  ...CONTENT,
  ...OPERATIONS,
  ...MEASUREMENTS,
];
