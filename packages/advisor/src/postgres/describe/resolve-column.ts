import {
  type NameRules,
  type Resolved,
  resolveName,
} from "../../workload/describe/resolve-name.ts";
import type { PostgresSyntax, Scope } from "./model.ts";

const RULES: NameRules = {
  same: (one, other) => one === other,
  rowByName: true,
  systemColumns: new Set("tableoid xmin cmin xmax cmax ctid".split(" ")),
};

/** What a column reference means, looked for from this level outwards; `null` where nothing has that name. */
export function resolveColumn(
  parts: readonly string[],
  scope: Scope,
): Resolved<PostgresSyntax> | null {
  return resolveName(parts, scope, RULES);
}
