import {
  type NameRules,
  type Resolved,
  resolveName,
} from "../../workload/describe/resolve-name.ts";
import { type MysqlSyntax, sameName, type Scope } from "./model.ts";

const RULES: NameRules = { same: sameName, rowByName: false, systemColumns: new Set() };

/** What a column reference means, looked for from this level outwards; `null` where nothing has that name. */
export function resolveColumn(
  parts: readonly string[],
  scope: Scope,
): Resolved<MysqlSyntax> | null {
  return resolveName(parts, scope, RULES);
}
