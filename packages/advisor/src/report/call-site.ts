import type { CallSite } from "../log/query-event.ts";

/** `src/orders.ts:42 (findOrders)`: most terminals and editors open it. */
export function callSiteText({ file, line, function: name }: CallSite): string {
  return `${file}:${line}${name === null ? "" : ` (${name})`}`;
}

/** For JSON: each key on purpose, in one order. */
export function callSiteValue(site: CallSite): CallSite {
  const { file, line, column, function: name, calls } = site;
  return { file, line, column, function: name, calls };
}
