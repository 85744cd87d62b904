import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { dropColumn } from "../../../migration/rules/drop-column.ts";
import { dropTable } from "../../../migration/rules/drop-table.ts";
import { missingLockTimeout } from "../../../migration/rules/missing-lock-timeout.ts";
import { renameColumn } from "../../../migration/rules/rename-column.ts";
import { renameTable } from "../../../migration/rules/rename-table.ts";
import { truncateTable } from "../../../migration/rules/truncate-table.ts";
import { updateAllRows } from "../../../migration/rules/update-all-rows.ts";
import { rowVersionsExhausted } from "./row-versions-exhausted.ts";
import { tableCopied } from "./table-copied.ts";
import { waitsFor } from "./waits-for.ts";
import { writesBlocked } from "./writes-blocked.ts";

const LOCK_TIMEOUT = "SET SESSION lock_wait_timeout = 5";

/** In the order of the report. Nothing is held in a transaction: each change of the schema commits. */
export const mysqlRules: readonly MigrationRule[] = [
  tableCopied,
  writesBlocked,
  rowVersionsExhausted,
  dropTable,
  dropColumn,
  renameTable,
  renameColumn,
  truncateTable,
  missingLockTimeout(waitsFor, { session: LOCK_TIMEOUT, transaction: LOCK_TIMEOUT }),
  updateAllRows(() => ({ locks: [], held: [], rewritten: [], scanned: [] })),
];
