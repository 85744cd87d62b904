import type { DialectAdapter } from "kysely";
import { mysqlRelations } from "./mysql/mysql-relations.ts";
import { postgresRelations } from "./postgres/postgres-relations.ts";
import type { RelationEngine } from "./relation-engine.ts";

const ENGINES: readonly RelationEngine[] = [postgresRelations, mysqlRelations];

/** Throws where the adapter is neither PostgreSQL's nor MySQL's. */
export function engineOf(adapter: DialectAdapter): RelationEngine {
  const engine = ENGINES.find((one) => one.accepts(adapter));
  if (engine !== undefined) return engine;
  throw new Error(`Relations know PostgreSQL, MySQL and MariaDB, not ${adapter.constructor.name}`);
}
