import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";

/** Changes that are left before a table is full, where it is said. */
const NEAR = 4;

/** Of MySQL: columns are added and dropped instantly only so many times. */
export const rowVersionsExhausted: MigrationRule = {
  code: "row-versions-exhausted",
  severity: "warning",
  check: (statement) => {
    const { algorithm, rewritten = [], rowVersions } = statement.observation ?? {};
    if (rowVersions === undefined || !isInUse(statement, rowVersions.table)) return [];
    const { table, used, limit } = rowVersions;
    const full = used >= limit && algorithm !== "INSTANT" && rewritten.length > 0;
    const left = limit - used - 1;
    if (!full && (algorithm !== "INSTANT" || left > NEAR || !changesColumns(statement))) return [];
    return [
      {
        ...(full ? {} : { severity: "info" }),
        object: tableObject(table),
        message: full
          ? `${tableText(table)} has had all ${limit} instant changes of its columns that a table may have: this one writes it anew.`
          : `After this change ${tableText(table)} has room for ${left} more instant changes of its columns; the one after them writes it anew.`,
        advice:
          "By the migrations, that is: INNODB_TABLES.TOTAL_ROW_VERSIONS of production tells how many there are. OPTIMIZE TABLE, at a time " +
          "of your choice, writes the table anew while others write, and counts from 0 again.",
        steps: [],
        work: full ? "rewrite" : "none",
        table,
      },
    ];
  },
};

function changesColumns({
  actions,
}: {
  readonly actions: readonly { readonly kind: string }[];
}): boolean {
  return actions.some(({ kind }) => kind === "add-column" || kind === "drop-column");
}
