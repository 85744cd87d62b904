import type { Call, Expression } from "../syntax/tree.ts";

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** They give another value each time, even within one statement. */
export const VOLATILE_FUNCTIONS: ReadonlySet<string> = words(
  "benchmark get_lock is_free_lock nextval rand random_bytes release_lock sleep sysdate uuid uuid_short",
);

/** They give one value for a whole statement, and another for the next. */
export const STABLE_FUNCTIONS: ReadonlySet<string> = words(`
  connection_id convert_tz curdate current_date current_role current_time current_timestamp current_user curtime database
  found_rows from_unixtime last_insert_id load_file localtime localtimestamp now row_count schema session_user system_user unix_timestamp
  user utc_date utc_time utc_timestamp version`);

const AGGREGATES: ReadonlySet<string> = words(`
  any_value avg bit_and bit_or bit_xor count group_concat grouping json_arrayagg json_objectagg max median min
  percentile_cont percentile_disc st_collect std stddev stddev_pop stddev_samp sum var_pop var_samp variance`);

/** Whether a call makes one value of many rows. */
export function isAggregate(node: Expression): node is Call {
  return node.kind === "call" && node.over === null && AGGREGATES.has(node.name);
}
