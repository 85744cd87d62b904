import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";
import type { ServerFacts } from "./capture-server.ts";

/**
 * Variables that a plan, a cost or a size depends on, of both products; a server knows some of them. The names of MariaDB's
 * optimizer costs (version 11 and later) all end in `_cost` or `_ratio`.
 */
const NAMES: readonly string[] = [
  "analyze_max_length",
  "big_tables",
  "character_set_server",
  "collation_server",
  "default_storage_engine",
  "eq_range_index_dive_limit",
  "explicit_defaults_for_timestamp",
  "foreign_key_checks",
  "group_concat_max_len",
  "histogram_generation_max_mem_size",
  "histogram_size",
  "histogram_type",
  "in_predicate_conversion_threshold",
  "innodb_buffer_pool_size",
  "innodb_default_row_format",
  "innodb_file_per_table",
  "innodb_flush_method",
  "innodb_page_size",
  "innodb_stats_auto_recalc",
  "innodb_stats_include_delete_marked",
  "innodb_stats_method",
  "innodb_stats_persistent",
  "innodb_stats_persistent_sample_pages",
  "innodb_strict_mode",
  "join_buffer_size",
  "join_cache_level",
  "log_bin",
  "lower_case_table_names",
  "max_heap_table_size",
  "max_length_for_sort_data",
  "max_seeks_for_key",
  "max_sort_length",
  "mrr_buffer_size",
  "mrr_cost_based",
  "old_mode",
  "optimizer_adjust_secondary_key_costs",
  "optimizer_max_sel_arg_weight",
  "optimizer_max_sel_args",
  "optimizer_prune_level",
  "optimizer_search_depth",
  "optimizer_selectivity_sampling_limit",
  "optimizer_switch",
  "optimizer_use_condition_selectivity",
  "performance_schema_max_sql_text_length",
  "range_optimizer_max_mem_size",
  "read_rnd_buffer_size",
  "restrict_fk_on_non_standard_key",
  "rowid_merge_buff_size",
  "sort_buffer_size",
  "sql_mode",
  "system_time_zone",
  "time_zone",
  "tmp_table_size",
  "transaction_isolation",
  "tx_isolation",
  "use_stat_tables",
];

const VARIABLES = `show global variables where variable_name in (${NAMES.map((name) => `'${name}'`).join(", ")})
  or variable_name like 'optimizer\\_%\\_cost' or variable_name like 'optimizer\\_%\\_ratio'`;

// The rows of both tables, each with what it comes to: a value that somebody set, else the server's own.
const COSTS = `
  select concat('server_cost.', cost_name) as name, coalesce(cost_value, default_value) as value from mysql.server_cost
  union all
  select concat('engine_cost.', engine_name, '.', cost_name), coalesce(cost_value, default_value) from mysql.engine_cost
  order by 1`;

/**
 * Settings by name, as SHOW GLOBAL VARIABLES prints them; of MySQL also the optimizer's costs, as `server_cost.NAME` and
 * `engine_cost.ENGINE.NAME`.
 */
export async function captureSettings(
  session: Session,
  { traits }: ServerFacts,
): Promise<{ readonly settings: Snapshot["settings"]; readonly gaps: readonly CaptureGap[] }> {
  const settings: Record<string, string> = {};
  for (const row of await readRows(session, VARIABLES)) {
    settings[row["variable_name"] ?? ""] = row["value"] ?? "";
  }
  if (traits.product === "MariaDB") return { settings, gaps: [] };
  try {
    for (const row of await readRows(session, COSTS)) {
      settings[row["name"] ?? ""] = row["value"] ?? "";
    }
    return { settings, gaps: [] };
  } catch {
    return {
      settings,
      gaps: [
        {
          object: "mysql.server_cost, mysql.engine_cost",
          reason:
            "This account may not read them: the optimizer's costs are taken to be the server's defaults. GRANT SELECT on both to it if they were changed.",
        },
      ],
    };
  }
}
