import type { Node, SelectStmt } from "libpg-query";
import type { DescribedStatement, SchemaAction } from "../../../migration/schema-action.ts";
import { nameParts, walkNodes } from "../../describe/node-parts.ts";
import { createTableAs } from "./create-table.ts";
import { relationName } from "./names.ts";
import { configured } from "./settings.ts";

/** INSERT, UPDATE, DELETE and MERGE, also those inside WITH, innermost first. */
export function writes(tree: Node, schema: string): readonly SchemaAction[] {
  const found: SchemaAction[] = [];
  walkNodes(tree, (node) => {
    const write = writeOf(node, schema);
    if (write !== null) found.unshift(write);
    return true;
  });
  return found;
}

function writeOf(node: Node, schema: string): SchemaAction | null {
  if ("InsertStmt" in node) {
    const table = relationName(node.InsertStmt.relation, schema);
    return { kind: "write-rows", table, command: "insert", filtered: false };
  }
  if ("UpdateStmt" in node) {
    const { relation, whereClause } = node.UpdateStmt;
    const table = relationName(relation, schema);
    return { kind: "write-rows", table, command: "update", filtered: whereClause !== undefined };
  }
  if ("DeleteStmt" in node) {
    const { relation, whereClause } = node.DeleteStmt;
    const table = relationName(relation, schema);
    return { kind: "write-rows", table, command: "delete", filtered: whereClause !== undefined };
  }
  if ("MergeStmt" in node) {
    const table = relationName(node.MergeStmt.relation, schema);
    return { kind: "write-rows", table, command: "merge", filtered: true };
  }
  return null;
}

/** Functions that a SELECT may call without changing a table. Any other may do anything. */
const HARMLESS: ReadonlySet<string> = new Set(
  `abs age array_agg array_length avg bool_and bool_or cardinality coalesce concat concat_ws count current_database
  current_schema current_setting currval date_part date_trunc extract format gen_random_uuid generate_series
  has_schema_privilege has_table_privilege json_agg json_build_object jsonb_agg jsonb_array_elements
  jsonb_array_elements_text jsonb_build_object jsonb_each jsonb_each_text jsonb_object_agg jsonb_set jsonb_typeof
  lastval left length lower max md5 min nextval now obj_description pg_advisory_lock pg_advisory_unlock
  pg_advisory_unlock_all pg_advisory_xact_lock pg_backend_pid pg_get_constraintdef pg_get_expr pg_get_indexdef
  pg_get_serial_sequence pg_get_viewdef pg_notify pg_relation_size pg_sleep pg_table_is_visible
  pg_total_relation_size pg_try_advisory_lock pg_try_advisory_xact_lock pg_typeof quote_ident quote_literal random
  regexp_replace replace right round row_number row_to_json set_config setval split_part string_agg string_to_array
  substr substring sum timezone to_char to_json to_jsonb to_regclass to_regtype to_timestamp trim unnest upper
  version`.split(/\s+/),
);

/** SELECT and WITH: rows that it writes, settings that it makes, or code that it runs. */
export function describeSelect(select: SelectStmt, schema: string): DescribedStatement {
  const called = unknownFunction(select);
  if (called !== null) {
    return { kind: "opaque", reason: `it calls ${called}(), which may do anything` };
  }
  const actions = [
    ...writes({ SelectStmt: select }, schema),
    ...(select.intoClause === undefined ? [] : [createTableAs(select.intoClause, false, schema)]),
    ...configured(select),
  ];
  return {
    kind: "actions",
    actions: actions.length > 0 ? actions : [{ kind: "other", command: "SELECT" }],
  };
}

function unknownFunction(select: SelectStmt): string | null {
  let unknown: string | null = null;
  walkNodes({ SelectStmt: select }, (node) => {
    if (!("FuncCall" in node)) return true;
    const parts = nameParts(node.FuncCall.funcname);
    const own = parts.length > 1 && parts[0] !== "pg_catalog";
    if (own || !HARMLESS.has(parts.at(-1) ?? "")) unknown ??= parts.join(".");
    return true;
  });
  return unknown;
}
