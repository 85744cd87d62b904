import type { DatabaseConnection, DialectAdapter } from "kysely";
import type { MergePlan } from "../coalescing/coalescing-engine.ts";
import type { KeyedQuery } from "./keyed-query.ts";

/**
 * How calls that have the text of their query in common, at least two, are sent: each has parameters of its own. `undefined`
 * where each had better go by itself.
 */
export type RelationPlan = (calls: readonly (readonly unknown[])[]) => MergePlan | undefined;

/** What relations need of a database: one for PostgreSQL, one for MySQL and MariaDB. */
export interface RelationEngine {
  /** Whether a Kysely dialect with this adapter speaks to its database. */
  accepts(adapter: DialectAdapter): boolean;
  /**
   * How a query that was compiled for one key is sent for several: asked once for each text.
   *
   * @param isTransaction whether the connection is in a transaction
   */
  prepare(
    query: KeyedQuery,
    connection: DatabaseConnection,
    isTransaction: boolean,
  ): Promise<RelationPlan>;
  /** Whether the error may be of one key alone. */
  mayBeOneKeysError(error: unknown): boolean;
}
