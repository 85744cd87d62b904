import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { dropColumn } from "../../../migration/rules/drop-column.ts";
import { dropTable } from "../../../migration/rules/drop-table.ts";
import { lockHeldLong } from "../../../migration/rules/lock-held-long.ts";
import { missingLockTimeout } from "../../../migration/rules/missing-lock-timeout.ts";
import { notNullWithoutDefault } from "../../../migration/rules/not-null-without-default.ts";
import { renameColumn } from "../../../migration/rules/rename-column.ts";
import { renameTable } from "../../../migration/rules/rename-table.ts";
import { truncateTable } from "../../../migration/rules/truncate-table.ts";
import { updateAllRows } from "../../../migration/rules/update-all-rows.ts";
import { addCheckValidated } from "./add-check-validated.ts";
import { addExclusionConstraint } from "./add-exclusion-constraint.ts";
import { addForeignKeyValidated } from "./add-foreign-key-validated.ts";
import { addIdentityColumn } from "./add-identity-column.ts";
import { addNullableFirst } from "./add-nullable-first.ts";
import { addStoredGeneratedColumn } from "./add-stored-generated-column.ts";
import { addUniqueConstraint } from "./add-unique-constraint.ts";
import { attachPartitionScan } from "./attach-partition-scan.ts";
import { changeColumnType } from "./change-column-type.ts";
import { clusterTable } from "./cluster-table.ts";
import { concurrentlyIfNotExists } from "./concurrently-if-not-exists.ts";
import { concurrentlyInTransaction } from "./concurrently-in-transaction.ts";
import { createIndexBlocking } from "./create-index-blocking.ts";
import { createTrigger } from "./create-trigger.ts";
import { detachPartitionBlocking } from "./detach-partition-blocking.ts";
import { dropIndexBlocking } from "./drop-index-blocking.ts";
import { effectsOf } from "./effects-of.ts";
import { enumValueInTransaction } from "./enum-value-in-transaction.ts";
import { foreignKeyWithoutIndex } from "./foreign-key-without-index.ts";
import { refreshBlocking } from "./refresh-blocking.ts";
import { reindexBlocking } from "./reindex-blocking.ts";
import { setLogged } from "./set-logged.ts";
import { setNotNull } from "./set-not-null.ts";
import { vacuumFull } from "./vacuum-full.ts";
import { validateInSameTransaction } from "./validate-in-same-transaction.ts";
import { volatileDefault } from "./volatile-default.ts";

/** Statements that keep others out while they read or write a whole table. */
const LONG_LOCKS: readonly MigrationRule[] = [
  createIndexBlocking,
  reindexBlocking,
  addForeignKeyValidated,
  addCheckValidated,
  validateInSameTransaction,
  addUniqueConstraint,
  addExclusionConstraint,
  setNotNull,
  volatileDefault,
  addIdentityColumn,
  addStoredGeneratedColumn,
  changeColumnType,
  attachPartitionScan,
  setLogged,
  vacuumFull,
  clusterTable,
  refreshBlocking,
];

const LOCK_TIMEOUT = {
  session: "SET lock_timeout = '5s'",
  transaction: "SET LOCAL lock_timeout = '5s'",
};

/** In the order of the report. */
export const postgresRules: readonly MigrationRule[] = [
  concurrentlyInTransaction,
  enumValueInTransaction,
  notNullWithoutDefault((action, statement, { serverVersion }) =>
    addNullableFirst(action, statement, serverVersion),
  ),
  ...LONG_LOCKS,
  lockHeldLong(effectsOf, LONG_LOCKS),
  dropTable,
  dropColumn,
  renameTable,
  renameColumn,
  truncateTable,
  dropIndexBlocking,
  detachPartitionBlocking,
  createTrigger,
  missingLockTimeout(effectsOf, LOCK_TIMEOUT),
  updateAllRows(effectsOf),
  foreignKeyWithoutIndex,
  concurrentlyIfNotExists,
];
