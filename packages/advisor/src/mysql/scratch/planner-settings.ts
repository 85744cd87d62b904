import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import { sqlString } from "../sql-string.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** Variables of a session that its plans depend on. */
const PLANNING: readonly (string | RegExp)[] = [
  "eq_range_index_dive_limit",
  "group_concat_max_len",
  "in_predicate_conversion_threshold",
  "join_buffer_size",
  "join_cache_level",
  "max_heap_table_size",
  "max_length_for_sort_data",
  "max_seeks_for_key",
  "max_sort_length",
  "mrr_buffer_size",
  "old_mode",
  /^optimizer_(?!switch|trace)/,
  "range_optimizer_max_mem_size",
  "read_rnd_buffer_size",
  "rowid_merge_buff_size",
  "sort_buffer_size",
  "sql_mode",
  "tmp_table_size",
  "transaction_isolation",
  "use_stat_tables",
];

/** Plans that take longer are given up. */
const PLAN_SECONDS = 30;

/** Has the session plan as production's do, as far as its server can. What it can't is a gap. */
export async function applySettings(
  server: ScratchServer,
  { settings }: Pick<Snapshot, "settings">,
): Promise<readonly CaptureGap[]> {
  const refused: string[] = [];
  const set = async (name: string, value: string): Promise<boolean> => {
    try {
      await server.query(`SET SESSION ${name} = ${value}`);
      return true;
    } catch {
      return false;
    }
  };
  for (const [name, value] of Object.entries(settings)) {
    if (!/^\w+$/.test(name)) continue;
    if (!PLANNING.some((one) => (typeof one === "string" ? one === name : one.test(name))))
      continue;
    const text = /^-?\d+(\.\d+)?$/.test(value) ? value : sqlString(value);
    if (!(await set(name, text))) refused.push(`${name} = ${value}`);
  }
  // Each version has switches of its own.
  const switches = (settings["optimizer_switch"] ?? "")
    .split(",")
    .filter((one) => one.includes("="));
  for (const one of switches) {
    if (!(await set("optimizer_switch", sqlString(one.trim()))))
      refused.push(`optimizer_switch ${one}`);
  }
  if (server.product === "MySQL") await set("max_execution_time", String(PLAN_SECONDS * 1000));
  else await set("max_statement_time", String(PLAN_SECONDS));
  return refused.length === 0
    ? []
    : [
        {
          object: "planner settings",
          reason: `${server.product} ${server.version} does not take ${refused.join(", ")}: plans are made without`,
        },
      ];
}

/** Of a server of our own: costs that somebody set on production, in force from the next session on. */
export function costStatements({ settings }: Pick<Snapshot, "settings">): readonly string[] {
  const statements = Object.entries(settings).flatMap(([name, value]) => {
    const [table, ...rest] = name.split(".");
    const cost = rest.at(-1);
    if (
      !/^(server|engine)_cost$/.test(table ?? "") ||
      cost === undefined ||
      !/^[\d.e+-]+$/i.test(value)
    )
      return [];
    return [
      `UPDATE mysql.${table} SET cost_value = IF(default_value = ${value}, NULL, ${value}) WHERE cost_name = ${sqlString(cost)}`,
    ];
  });
  return statements.length === 0 ? [] : [...statements, "FLUSH OPTIMIZER_COSTS"];
}
