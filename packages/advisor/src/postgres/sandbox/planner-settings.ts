import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Restoration } from "./restoration.ts";
import { quoteLiteral } from "./sql-names.ts";

/** Facts of the server that are no settings of a session. */
const NOT_OF_SESSIONS: ReadonlySet<string> = new Set([
  "block_size",
  "datcollate",
  "datctype",
  "daticulocale",
  "daticurules",
  "datlocale",
  "datlocprovider",
  "lc_collate",
  "lc_ctype",
  "max_worker_processes",
  "server_encoding",
  "shared_buffers",
]);

/** Abilities that newer planners have, by the version number that brought them: off for an older server. */
const NEWER: readonly (readonly [setting: string, since: number])[] = [
  ["enable_self_join_elimination", 180_000],
  ["enable_distinct_reordering", 180_000],
  ["enable_group_by_reordering", 170_000],
  ["enable_presorted_aggregate", 160_000],
  ["enable_memoize", 140_000],
  ["enable_incremental_sort", 130_000],
];

/** Makes the sandbox's session plan by the source server's settings. */
export async function applySettings(
  restoration: Restoration,
  { settings, server }: Snapshot,
): Promise<void> {
  for (const [name, since] of NEWER) {
    if (server.versionNumber < since) await restoration.database.run(`set ${name} = off`);
  }
  const known = await restoration.database.run("select name, context from pg_settings");
  const contexts = new Map(
    known.map((row) => [String(row["name"]).toLowerCase(), String(row["context"])]),
  );
  for (const [name, value] of Object.entries(settings)) {
    if (NOT_OF_SESSIONS.has(name)) continue;
    const context = contexts.get(name.toLowerCase());
    if (context === undefined) {
      restoration.gaps.push({
        object: `setting ${name}`,
        reason: "the sandbox's PostgreSQL does not have it",
      });
      continue;
    }
    if (context === "user" || context === "superuser")
      await restoration.attempt(`setting ${name}`, `set ${name} = ${quoteLiteral(value)}`);
  }
  if ((settings["block_size"] ?? "8192") !== "8192") {
    restoration.gaps.push({
      object: "setting block_size",
      reason: "the sandbox's pages have 8192 bytes: costs differ",
    });
  }
}

/** Whether the database's default collation compares text by bytes, as `C` does. */
export function ordersByBytes({ settings }: Snapshot): boolean {
  if (settings["datlocprovider"] === "b") return true;
  if (settings["datlocprovider"] === "i") return false;
  return ["C", "POSIX"].includes(settings["datcollate"] ?? settings["lc_collate"] ?? "");
}
