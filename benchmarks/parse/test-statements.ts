import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "@dbadvise/advisor";

const QUERY = /^[(\s]*(?:select|with|insert|replace|update|delete|table|values)\b/i;
/** A word that starts a command of the test program, where it starts a line. */
const COMMAND =
  /^\s*(?:let|eval|echo|if|while|end|inc|dec|source|connect|connection|disconnect|error|sleep|send|reap|die|exit|perl|write_file|append_file|remove_file|copy_file|exec|system|skip|query_vertical|query_horizontal|disable_|enable_|replace_|sorted_result|sync_|save_master|require|character_set|vertical_results|horizontal_results|shutdown_server|change_user|ping|real_sleep|result_format|\}|--|#)/i;

/** Queries in the folder's `.test` files, each text once: those without the test program's variables. */
export function testStatements(
  folder: string,
  splitStatements: Engine["splitStatements"],
): readonly string[] {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".test")) continue;
    const text = readFileSync(join(folder, name), "utf8");
    const sql = text
      .split("\n")
      .filter((line) => !COMMAND.test(line))
      .join("\n");
    for (const statement of splitStatements(sql).statements) {
      const query = statement.trim();
      const fits = QUERY.test(query) && query.length < 4000 && !query.includes("\uFFFD");
      if (fits && !/\$\w/.test(query)) found.add(query);
    }
  }
  return [...found];
}
