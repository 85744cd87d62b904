import type { Node } from "libpg-query";
import { integerConstant } from "../../describe/node-parts.ts";

const OFF: ReadonlySet<string> = new Set(["false", "off", "0", "no"]);

/** Whether a list of options like `(FULL, ANALYZE off)` switches one on. */
export function isOn(options: readonly Node[] | undefined, name: string): boolean {
  const option = (options ?? []).find(
    (node) => "DefElem" in node && node.DefElem.defname?.toLowerCase() === name,
  );
  if (option === undefined || !("DefElem" in option)) return false;
  const { arg } = option.DefElem;
  if (arg === undefined) return true;
  if ("String" in arg) return !OFF.has((arg.String.sval ?? "").toLowerCase());
  if ("Boolean" in arg) return arg.Boolean.boolval === true;
  if ("Integer" in arg) return (arg.Integer.ival ?? 0) !== 0;
  return integerConstant(arg) !== 0;
}
