/** Prints an envelope's time as PostgreSQL's `%m` does. */
export interface Stamper {
  /** `2026-11-22T10:04:54.282Z`, or `Nov 22 10:04:54` as if UTC, in the last year in which that was not in the future. */
  stampOf(time: string): string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS = 86_400_000;

export function createStamper(now: Date): Stamper {
  let lastTime = "";
  let lastStamp = "";
  return {
    stampOf(time) {
      if (time === lastTime) return lastStamp;
      const ms = /^\d{4}/.test(time) ? isoTime(time) : timeOfYear(time, now);
      lastTime = time;
      lastStamp = Number.isNaN(ms)
        ? "1970-01-01 00:00:00.000 UTC"
        : `${new Date(ms).toISOString().replace("T", " ").slice(0, -1)} UTC`;
      return lastStamp;
    },
  };
}

/** Times of journals have their zone without a colon. */
function isoTime(time: string): number {
  return Date.parse(time.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
}

function timeOfYear(time: string, now: Date): number {
  const [, month = "", day, hour, minute, second] =
    /^(\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)$/.exec(time) ?? [];
  const inYear = (year: number): number =>
    Date.UTC(
      year,
      MONTHS.indexOf(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
  const year = now.getUTCFullYear();
  // The server's clock may be some zones ahead.
  return inYear(year) > now.getTime() + DAY_MS ? inYear(year - 1) : inYear(year);
}
