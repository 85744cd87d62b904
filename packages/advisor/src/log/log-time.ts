import type { LogTime } from "./log-record.ts";

const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)? ?([A-Za-z]+|[+-]\d\d(?::?\d\d)?)?$/;

/** Reads `2026-11-22 10:04:54.282 UTC`, as a log writes times; `undefined` for anything else. */
export function parseLogTime(text: string): LogTime | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const fraction = Number((match[7] ?? "").padEnd(3, "0"));
  const local = Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6), fraction);
  const offset = zoneOffset(match[8]);
  return { ms: local - (offset ?? 0), absolute: offset !== undefined };
}

/** Milliseconds that a zone is ahead of UTC; `undefined` for a name that does not tell. */
function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (/^(?:UTC|GMT|UCT|Z)$/i.test(zone)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}
