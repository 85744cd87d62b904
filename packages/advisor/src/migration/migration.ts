/** Where a text stands. Lines and columns count from 1; columns in UTF-16 units. */
export interface SourcePlace {
  /** Path as the user would write it: below the working directory, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Last line of the text. */
  readonly endLine: number;
}

/** One statement as the migration tool sends it. */
export interface MigrationStatement {
  /** Without its `;`, with the comments inside of it. */
  readonly sql: string;
  /** Values of its placeholders; none for texts of SQL files. */
  readonly parameters?: readonly unknown[];
  /** Where it stands: its first word, not the comment before it. In code: the line that sends it. */
  readonly place: SourcePlace;
}

/**
 * Which statements share a transaction, as this tool runs this migration: all pending migrations of a run, those of one
 * migration, or none.
 */
export type TransactionScope = "run" | "migration" | "none";

/** Takes a statement as the tool's connection would; its rows. Rejects where the database refuses it. */
export type Send = (
  statement: MigrationStatement,
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** One direction of a migration. */
export interface MigrationScript {
  readonly transaction: TransactionScope;
  /**
   * Sends the statements in order, each after the one before is done. SQL files need no database for it; code is executed.
   * Throws {@link MigrationProblem} for what can't be read or executed.
   */
  run(send: Send): Promise<void>;
}

/** One step of a schema's history. */
export interface Migration {
  /** As the tool records it: `20240131_add_orders`. */
  readonly name: string;
  /** The file that holds `up`. */
  readonly file: string;
  readonly up: MigrationScript;
  /** What takes it back; `null` where the tool has none or the file leaves it out. */
  readonly down: MigrationScript | null;
  /** The file that holds `down`, where it is another one. */
  readonly downFile?: string;
  /** Of migrations in code: how a new file of the folder exports its functions. */
  readonly exports?: "commonjs" | "esm";
}

/** Why something in a migration folder could not be read, executed or replayed, and what to do about it. */
export class MigrationProblem extends Error {
  readonly place: SourcePlace;
  /** What to do next: one or more sentences. */
  readonly hint: string;

  constructor(place: SourcePlace, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MigrationProblem";
    this.place = place;
    this.hint = hint;
  }
}
