import type { DatabaseConnection, DialectAdapter, Kysely } from "kysely";
import type { KeyedQuery } from "./keyed-query.ts";
import { NotMergeable } from "../coalescing/coalescing-engine.ts";
import { readStatement } from "./read-statement.ts";
import type { RelationEngine, RelationPlan } from "./relation-engine.ts";

/** Texts that are remembered for one database, of queries whose `args` write SQL: then all are learned anew. */
const MAX_PLANS = 1000;

/** By the adapter, which a Kysely instance shares with its transactions. */
const plansOf = new WeakMap<DialectAdapter, Map<string, Promise<RelationPlan>>>();

/** How a query is sent for many keys: asked once for each text and database. */
export function planOf(
  query: KeyedQuery,
  db: Kysely<unknown>,
  engine: RelationEngine,
): Promise<RelationPlan> {
  const { adapter } = db.getExecutor();
  const plans = plansOf.get(adapter) ?? new Map<string, Promise<RelationPlan>>();
  plansOf.set(adapter, plans);
  const known = plans.get(query.sql);
  if (known !== undefined) return known;
  if (plans.size >= MAX_PLANS) plans.clear();
  const prepareOn = (one: Kysely<unknown>): Promise<RelationPlan> =>
    engine.prepare(query, readingOn(one.withoutPlugins()), db.isTransaction);
  const plan = (db.isTransaction ? prepareOn(db) : db.connection().execute(prepareOn)).catch(
    (error: unknown): RelationPlan => {
      if (error instanceof NotMergeable) return () => undefined;
      throw error;
    },
  );
  plans.set(query.sql, plan);
  plan.catch(() => plans.delete(query.sql));
  return plan;
}

/** A connection whose statements are taken for what they are here: none of them changes a row. */
function readingOn(db: Kysely<unknown>): DatabaseConnection {
  return {
    executeQuery: ({ sql, parameters }, options) =>
      db.executeQuery(readStatement<never>(sql, parameters), options),
    streamQuery: ({ sql, parameters }, chunkSize, options) =>
      db.getExecutor().stream(readStatement<never>(sql, parameters), chunkSize, options),
  };
}
