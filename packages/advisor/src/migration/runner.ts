import type { SplitStatements } from "../log/open-sql-file.ts";
import type { Migration } from "./migration.ts";
import type { MigrationDialect } from "./migration-dialect.ts";

export const RUNNER_NAMES = [
  "dbmate",
  "drizzle",
  "flyway",
  "knex",
  "kysely",
  "node-pg-migrate",
  "prisma",
  "structure-sql",
  "sql",
] as const;
export type RunnerName = (typeof RUNNER_NAMES)[number];

/** What a reader of migration folders is given. */
export interface RunnerInput {
  /** Folder or file that the user named, absolute. */
  readonly path: string;
  /** The working directory, absolute: places are told relative to it. */
  readonly directory: string;
  /** Cuts SQL as the database's engine does. */
  readonly splitStatements: SplitStatements;
  readonly dialect: MigrationDialect;
  /** Told of what had to be assumed, one sentence each: for the report's notes. */
  readonly note?: (text: string) => void;
  /** SQL of the file at the base revision, for tools whose "migration" is a difference (`structure.sql`); `null`: it was not there. */
  readonly atBase: (path: string) => Promise<string | null>;
}

/** A step that has to be cut into files of its own, in words of SQL. */
export interface SafeStep {
  /** For the file's name: `validate orders_customer_fk`. */
  readonly title: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** Whether the statements can't run in a transaction (CONCURRENTLY). */
  readonly outsideTransaction: boolean;
}

/** A file as the user would add it. */
export interface WrittenFile {
  readonly name: string;
  readonly content: string;
}

/** A migration tool: how its folder looks, how it runs a file, and how a file of it is written. */
export interface Runner {
  readonly name: RunnerName;
  /** As its users call it: `Prisma Migrate`. */
  readonly title: string;
  /** How a migration is taken out of its transaction, one sentence; `null` where the tool can't. */
  readonly outsideTransaction: string | null;
  /** What shows that a folder is this tool's, one clause: `migration_lock.toml names it`; `null` where nothing does. */
  detect(path: string): Promise<string | null>;
  /**
   * All migrations in the order in which the tool runs them. Throws `DbadviseError` `bad-option` for a folder that it can't
   * make sense of; what is wrong with one migration's file is thrown by its script, as a `MigrationProblem`.
   */
  read(input: RunnerInput): Promise<readonly Migration[]>;
  /**
   * Files that do these steps in this order, each in a migration of its own, with the tool's markers; names come after
   * `after`'s. `null` where the tool can't run such a step (no marker for `outsideTransaction`).
   */
  write(steps: readonly SafeStep[], after: Migration): readonly WrittenFile[] | null;
}
