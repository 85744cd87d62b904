import type { Node } from "libpg-query";
import type { ColumnDefinition } from "../../../migration/schema-action.ts";
import { isNode, nameParts, walkNodes } from "../../describe/node-parts.ts";

type Fill = Exclude<ColumnDefinition["fill"], "none">;

/** From the least to the most work: an expression is as bad as its worst part. */
const ORDER: readonly Fill[] = ["constant", "stable", "unknown", "volatile"];

/** By `pg_proc.provolatile`, of functions that defaults are made with. */
const IMMUTABLE: ReadonlySet<string> = new Set(
  `abs array_fill btrim ceil chr coalesce decode encode floor format initcap int4range int8range interval
  jsonb_build_array jsonb_build_object json_build_array json_build_object left length lower lpad ltrim make_date
  make_interval make_time md5 mod numrange power repeat replace reverse right round rpad rtrim sha256 sign substr
  substring timezone to_hex trim trunc tsrange upper uuid_nil string_to_array`.split(/\s+/),
);
const STABLE: ReadonlySet<string> = new Set(
  `age array_to_string concat concat_ws current_database current_schema current_setting date_part date_trunc extract now pg_current_xact_id row_to_json
  statement_timestamp to_char to_date to_json to_jsonb to_number to_timestamp to_tsvector transaction_timestamp tstzrange
  txid_current txid_current_snapshot`.split(/\s+/),
);
const VOLATILE: ReadonlySet<string> = new Set(
  `clock_timestamp currval gen_random_bytes gen_random_uuid gen_salt lastval nextval random random_normal setval
  timeofday uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7`.split(/\s+/),
);

/** What an expression gives to the rows that a table has already. */
export function fillOf(expression: Node): Fill {
  let worst: Fill = "constant";
  walkNodes(expression, (node) => {
    const fill = ownFill(node);
    if (ORDER.indexOf(fill) > ORDER.indexOf(worst)) worst = fill;
    return true;
  });
  return worst;
}

function ownFill(node: Node): Fill {
  if ("FuncCall" in node) return functionFill(nameParts(node.FuncCall.funcname));
  if ("SQLValueFunction" in node) return "stable";
  return "constant";
}

function functionFill(parts: readonly string[]): Fill {
  const name = parts.at(-1) ?? "";
  if (VOLATILE.has(name)) return "volatile";
  // A function of the same name in a schema of one's own is another one.
  if (parts.length > 1 && parts[0] !== "pg_catalog") return "unknown";
  if (STABLE.has(name)) return "stable";
  return IMMUTABLE.has(name) ? "constant" : "unknown";
}

/** Whether a default is NULL: the same as none. */
export function isNull(expression: Node | undefined): boolean {
  if (expression === undefined || !isNode(expression)) return true;
  if ("TypeCast" in expression) return isNull(expression.TypeCast.arg);
  return "A_Const" in expression && expression.A_Const.isnull === true;
}
