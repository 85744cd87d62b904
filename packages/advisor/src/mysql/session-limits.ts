import type { Product } from "./server-traits.ts";

/**
 * What every session of this tool is held to, by the server itself: it can't write, and none of its queries waits or runs
 * long, so that the application never waits for it. It reads the newest rows, so that it keeps no old ones from being purged.
 */
export const READ_ONLY = "set session transaction isolation level read uncommitted, read only";

const SECONDS = 60;

const LOCK_LIMITS: Readonly<Record<string, number>> = {
  lock_wait_timeout: 2,
  innodb_lock_wait_timeout: 2,
};

/** Session variables. MySQL counts a statement's time in milliseconds, MariaDB in seconds. */
export const SESSION_LIMITS: Readonly<Record<Product, Readonly<Record<string, number>>>> = {
  // Sizes and counts are then read where they are, and not written down for a day: the dictionary stays as it is.
  MySQL: {
    ...LOCK_LIMITS,
    max_execution_time: SECONDS * 1000,
    information_schema_stats_expiry: 0,
  },
  MariaDB: { ...LOCK_LIMITS, max_statement_time: SECONDS },
};

/** A variable that no query of one moment may exceed: for short looks at rows. */
export function statementLimit(product: Product, milliseconds: number): string {
  return product === "MySQL"
    ? `max_execution_time = ${milliseconds}`
    : `max_statement_time = ${milliseconds / 1000}`;
}
