import { DbadviseError } from "@dbadvise/advisor/logs";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: MINUTE_MS,
  min: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?`;
const ZONE = String.raw`(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)`;
const DAY = String.raw`(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)`;
const DATE = new RegExp(`^${DAY}(?:(?:T| +)${CLOCK}(?: *${ZONE})?)?$`, "i");
const TIME_OF_TODAY = new RegExp(`^${CLOCK}(?: *${ZONE})?$`, "i");
const AGO = /^-?(?:\d+(?:\.\d+)? ?(?:min|[smhdw]))+$/i;

/**
 * A moment as a person writes it: `2026-11-22`, `2026-11-22 10:04`, `2026-11-22T10:04:05+01:00`, `10:04` of today, `now`,
 * `today`, `yesterday`, or a time before now: `-2h`, `90min`, `1h30m`, `7d`. A day is its beginning. Without a zone it is
 * UTC, as times of logs without one are. Milliseconds since the epoch. Throws `DbadviseError` `bad-option` that echoes a
 * wrong one.
 */
export function readMoment(option: string, text: string, now: number): number {
  const written = text.trim();
  const moment = timeOfWord(written.toLowerCase(), now) ?? timeOfClock(written, now);
  if (Number.isNaN(moment)) {
    throw new DbadviseError(
      "bad-option",
      `${option} is "${text}".`,
      "It has to be a time such as 2026-11-22, '2026-11-22 10:04', 2026-11-22T10:04:05+01:00 or 10:04 (UTC where it names no zone), today, yesterday, or how long ago: -2h, 90min, 7d.",
    );
  }
  return moment;
}

function timeOfWord(word: string, now: number): number | undefined {
  if (word === "now") return now;
  if (word === "today") return dayOf(now);
  if (word === "yesterday") return dayOf(now) - DAY_MS;
  if (!AGO.test(word)) return undefined;
  let ago = 0;
  for (const [, count, unit = ""] of word.matchAll(/([\d.]+) ?(min|[smhdw])/g)) {
    ago += Number(count) * (UNITS[unit] ?? Number.NaN);
  }
  return now - Math.round(ago);
}

/** NaN: it is none. */
function timeOfClock(text: string, now: number): number {
  const parts = (DATE.exec(text) ?? TIME_OF_TODAY.exec(text))?.groups;
  if (parts === undefined) return Number.NaN;
  const part = (name: string): number => Number(parts[name] ?? 0);
  if (part("hour") > 23 || part("minute") > 59 || part("second") > 59) return Number.NaN;
  const day =
    parts["year"] === undefined ? dayOf(now) : dayOfDate(part("year"), part("month"), part("day"));
  const fraction = Math.floor(Number(`0.${parts["fraction"] ?? 0}`) * 1000);
  const time = ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000 + fraction;
  return day + time - offsetOf(parts["zone"] ?? "Z");
}

/** NaN where the month has no such day. */
function dayOfDate(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() + 1 === month ? date.getTime() : Number.NaN;
}

function dayOf(now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS;
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return sign === "-" ? -offset : offset;
}
