import { DbadviseError } from "@dbadvise/advisor";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A date, with a time where it has one, and a zone: without one it is UTC, as times of logs without one are. */
const DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?: ?(Z|UTC|[+-]\d\d:?\d\d))?)?$/i;

/**
 * A moment as a person writes it: `2026-11-22`, `2026-11-22 10:04`, `2026-11-22T10:04:05+01:00`, or a time before now, `90min`,
 * `2h`, `7d`. Milliseconds since the epoch. Throws `DbadviseError` `bad-option` that echoes a wrong one.
 */
export function readMoment(option: string, text: string, now: number): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i.exec(text.trim()) ?? [];
  const [, date, time = "00:00", zone = "Z"] = DATE.exec(text.trim()) ?? [];
  const moment =
    number === undefined
      ? Date.parse(`${date}T${time}${zone.replace(/^utc$/i, "Z")}`)
      : now - Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isNaN(moment)) {
    throw new DbadviseError(
      "bad-option",
      `${option} is "${text}".`,
      "It has to be a time such as 2026-11-22, '2026-11-22 10:04' or 2026-11-22T10:04:05+01:00 (UTC where it names no zone), or how long ago: 90min, 2h, 7d.",
    );
  }
  return moment;
}
