import { DefaultConnectionProvider, Kysely } from "kysely";
import { coalescingDialect } from "./coalescing-dialect.ts";
import { CoalescingExecutor } from "./coalescing-executor.ts";
import { mysqlEngine } from "./mysql/mysql-engine.ts";
import { type CoalescingReport, createShapes } from "./shapes.ts";
import { postgresEngine } from "./postgres/postgres-engine.ts";
import type { CoalescingEngine } from "./coalescing-engine.ts";

const ENGINES: readonly CoalescingEngine[] = [postgresEngine, mysqlEngine];

/** A Kysely instance whose concurrent reads are merged, with an account of it. */
export type CoalescingKysely<Database> = Kysely<Database> & {
  readonly coalescing: { report(): CoalescingReport };
};

/**
 * Merges concurrent `.execute()` calls of one shape into one statement. Each caller gets the rows that it would have got by
 * itself. What is not provably safe goes out as it is; `db.coalescing.report()` says why. Destroying it destroys `db`.
 *
 * Throws where the dialect of `db` is neither PostgreSQL's nor MySQL's.
 */
export function withCoalescing<Database>(db: Kysely<Database>): CoalescingKysely<Database> {
  const { adapter, plugins } = db.getExecutor();
  const engine = ENGINES.find((one) => one.accepts(adapter));
  if (engine === undefined) {
    throw new Error(
      `withCoalescing knows PostgreSQL, MySQL and MariaDB, not ${adapter.constructor.name}`,
    );
  }
  const shapes = createShapes(engine);
  const dialect = coalescingDialect(db.withoutPlugins() as Kysely<unknown>, engine, shapes);
  const { driver, compiler } = dialect;
  const provider = new DefaultConnectionProvider(driver);
  const executor = new CoalescingExecutor(compiler, adapter, provider, plugins);
  const coalescing = new Kysely<Database>({ config: { dialect }, dialect, driver, executor });
  return Object.assign(coalescing, { coalescing: { report: shapes.report } });
}
