import type { Rows } from "./runners/run-code.ts";

/** A column's line of a dumped CREATE TABLE. */
export interface ColumnLine {
  /** As written, with its quotes. */
  readonly name: string;
  /** The whole line, name first, without its comma. */
  readonly definition: string;
}

/** What readers of migration tools must know of the database that a tool is told to talk to. */
export interface MigrationDialect {
  /** As users write it in an option: `postgres`. */
  readonly name: string;
  /** Whether a transaction takes DDL back. */
  readonly transactionalDdl: boolean;
  /** Whether several statements sent as one text are one transaction. */
  readonly oneTextIsOneTransaction: boolean;
  /** With what the names of Kysely's classes for it begin: `Postgres`. */
  readonly kyselyPrefix: string;
  readonly knex: {
    /** Name of knex's client. */
    readonly client: string;
    /** Rows in the form of the client's driver. */
    answer(rows: Rows, sql: string): unknown;
  };
  /** Clauses of ALTER TABLE that make one column of the other; `null` where it can't be said. */
  alterColumn(was: ColumnLine, now: ColumnLine): readonly string[] | null;
}
