/** `2026-03-01 03:10:00` of milliseconds since the epoch, as a clock in UTC shows it. */
export function dateTimeText(ms: number): string {
  return isoText(ms).slice(0, 19).replace("T", " ");
}

/** `2026-03-01`. */
export function dateText(ms: number): string {
  return isoText(ms).slice(0, 10);
}

/** As short as steps of this width allow: `03-01` for days, `03:10` for minutes, `03:10:05` for seconds. */
export function tickText(ms: number, stepMs: number): string {
  if (stepMs >= 86_400_000) return isoText(ms).slice(5, 10);
  return isoText(ms).slice(11, stepMs >= 60_000 ? 16 : 19);
}

/** Clocks of logs can say anything; a time that no calendar has is shown as it is. */
function isoText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
