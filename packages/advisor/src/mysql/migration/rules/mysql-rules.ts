import type { MigrationRule } from "../../../migration/migration-rule.ts";

/** In the order of the report. */
export const mysqlRules: readonly MigrationRule[] = [];
