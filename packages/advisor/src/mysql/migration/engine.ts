import type { MigrationEngine } from "../../migration/migration-engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { splitStatements } from "../split-statements.ts";
import { describeMigration } from "./describe-migration.ts";
import { mysqlDialect } from "./dialect.ts";
import { openTrial } from "./open-trial.ts";
import { mysqlRules } from "./rules/mysql-rules.ts";

/** Migrations of MySQL and MariaDB: tried on a server where databases may be made; there is no embedded one. */
export const mysqlMigration: MigrationEngine = {
  name: "MySQL",
  dialect: mysqlDialect,
  schemes: ["mysql:", "mariadb:"],
  defaultVersion: 80_400,
  // The database of the connection.
  defaultSchema: "",
  splitStatements,
  commentSyntax: {
    lineComment: String.raw`#|--(?=\s|$)`,
    nestedComments: false,
    quotes: ["'", '"', "`"],
    backslash: "always",
    dollarQuotes: false,
    script: false,
  },
  describe: describeMigration,
  openTrial,
  rules: mysqlRules,
  quote: quoteIdent,
};
