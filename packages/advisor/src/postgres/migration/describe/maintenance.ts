import type { ClusterStmt, RefreshMatViewStmt, VacuumStmt } from "libpg-query";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { relationName } from "./names.ts";
import { isOn } from "./options.ts";

export function vacuum(statement: VacuumStmt, schema: string): readonly SchemaAction[] {
  const command = statement.is_vacuumcmd === true ? "VACUUM" : "ANALYZE";
  const tables = (statement.rels ?? []).map((node) =>
    relationName("VacuumRelation" in node ? node.VacuumRelation.relation : undefined, schema),
  );
  if (command === "VACUUM" && isOn(statement.options, "full")) {
    return (tables.length > 0 ? tables : [null]).map((table) => ({
      kind: "rewrite-table",
      table,
      command: "VACUUM FULL",
    }));
  }
  if (tables.length === 0) return [{ kind: "other", command }];
  return tables.map((table) => ({ kind: "other", command, table }));
}

export function cluster(statement: ClusterStmt, schema: string): SchemaAction {
  const table = statement.relation === undefined ? null : relationName(statement.relation, schema);
  return { kind: "rewrite-table", table, command: "CLUSTER" };
}

export function refreshView(statement: RefreshMatViewStmt, schema: string): SchemaAction {
  const table = relationName(statement.relation, schema);
  const command = "REFRESH MATERIALIZED VIEW";
  if (statement.concurrent === true) {
    return { kind: "other", command: `${command} CONCURRENTLY`, table };
  }
  return { kind: "rewrite-table", table, command };
}
