import type { MigrationEngine } from "../../migration/migration-engine.ts";
import { postgres } from "../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { splitStatements } from "../split-statements.ts";
import { commentSyntax } from "./comment-syntax.ts";
import { describeMigration } from "./describe-migration.ts";
import { postgresDialect } from "./dialect.ts";
import { openTrial } from "./open-trial.ts";
import { postgresRules } from "./rules/postgres-rules.ts";

/** PostgreSQL's migrations: tried on the embedded PostgreSQL, or on a server where databases may be made. */
export const postgresMigration: MigrationEngine = {
  name: "PostgreSQL",
  dialect: postgresDialect,
  advisor: postgres,
  schemes: ["postgres:", "postgresql:"],
  defaultVersion: 180_000,
  defaultSchema: "public",
  splitStatements,
  commentSyntax,
  describe: describeMigration,
  openTrial,
  rules: postgresRules,
  quote: quoteIdent,
};
