import type { MigrationRule } from "../../../migration/migration-rule.ts";

/** In the order of the report. */
export const postgresRules: readonly MigrationRule[] = [];
