/**
 * Colour on a terminal only; `NO_COLOR` (any value) turns it off, `FORCE_COLOR` on (`0` and `false`: off).
 * As in Node itself, FORCE_COLOR wins over NO_COLOR.
 */
export function wantsColor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}
