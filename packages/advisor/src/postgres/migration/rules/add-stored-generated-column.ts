import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { columnObject, tableText } from "../../../migration/rule-objects.ts";
import { workOf } from "./effects-of.ts";

/** PostgreSQL 18 computes generated columns when they are read. */
const VIRTUAL_COLUMNS = 180_000;

/** A generated column whose values are stored: for the rows that are there too. */
export const addStoredGeneratedColumn: MigrationRule = {
  code: "add-stored-generated-column",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) =>
    actionsOf(statement, "add-column")
      .filter(
        (action) =>
          action.column.generated === "stored" &&
          isInUse(statement, action.table) &&
          workOf(statement, action) !== "none",
      )
      .map(({ table, column }) => ({
        object: columnObject(table, column.name),
        message:
          `Column ${column.name} is computed and stored for every row: all of ${tableText(table)} is written anew under ACCESS ` +
          "EXCLUSIVE, and nobody reads or writes the table until it is done.",
        advice:
          (serverVersion >= VIRTUAL_COLUMNS
            ? "Make it VIRTUAL, which is computed when it is read and writes nothing; or an index on the expression. "
            : "An index on the expression, or a view that computes it, may do. ") +
          "Where it must be stored: add a plain column, let a trigger keep it, and fill the old rows in batches.",
        steps: [],
        work: "rewrite",
        table,
      })),
};
