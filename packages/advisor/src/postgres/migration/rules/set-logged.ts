import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { workOf } from "./effects-of.ts";

/** SET LOGGED and SET UNLOGGED. */
export const setLogged: MigrationRule = {
  code: "set-logged",
  severity: "error",
  down: true,
  check: (statement) =>
    actionsOf(statement, "set-logged")
      .filter((action) => isInUse(statement, action.table) && workOf(statement, action) !== "none")
      .map(({ table, logged }) => ({
        object: tableObject(table),
        message:
          `All of ${tableText(table)} is written anew under ACCESS EXCLUSIVE${logged ? ", and into the WAL" : ""}: nobody reads or writes it ` +
          `until it is done.${logged ? "" : " From then on a crash empties the table, and replicas have none of it."}`,
        advice:
          "Do it when nobody needs the table; or make a new table of that kind, copy the rows while a trigger keeps both alike, and " +
          "let the two change names.",
        steps: [],
        work: "rewrite",
        table,
      })),
};
