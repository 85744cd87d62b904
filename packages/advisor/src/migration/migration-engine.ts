import type { Engine } from "../engine.ts";
import type { SplitStatements } from "../log/open-sql-file.ts";
import type { CommentSyntax } from "./source-comments.ts";
import type { MigrationRule } from "./migration-rule.ts";
import type { MigrationDialect } from "./migration-dialect.ts";
import type { DescribedStatement } from "./schema-action.ts";
import type { Trial } from "./trial.ts";

export interface TrialOptions {
  /** Connection string of a server where databases may be made; `null`: the engine's embedded one. */
  readonly url: string | null;
  readonly progress: (message: string) => void;
}

/** What a database engine must provide for `check`. */
export interface MigrationEngine {
  readonly name: string;
  /** What migration tools are told to write. */
  readonly dialect: MigrationDialect;
  /** Who reads its catalogs and plans its queries. Absent: nothing is said of queries and indexes. */
  readonly advisor?: Engine;
  /** URL schemes of its servers. */
  readonly schemes: readonly string[];
  /** Version that is assumed where nobody says, as `server_version_num`. */
  readonly defaultVersion: number;
  readonly splitStatements: SplitStatements;
  /** How comments and strings are told apart in its SQL. */
  readonly commentSyntax: CommentSyntax;
  /** Reads one statement; never throws. Unqualified names are of `schema`. */
  describe(sql: string, schema: string): Promise<DescribedStatement>;
  /** Schema of unqualified names: `public`. */
  readonly defaultSchema: string;
  /**
   * An empty database of its own, dropped when the trial is closed. `null` where the engine has no embedded one and no URL is given.
   * Throws `DbadviseError` `connection-failed` or `trial-failed`.
   */
  openTrial(options: TrialOptions): Promise<Trial | null>;
  /** In the order of the report. */
  readonly rules: readonly MigrationRule[];
  quote(name: string): string;
}
