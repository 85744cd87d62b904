const ZERO = 48;

/** Bytes of `261122 10:10:01`. */
export const SHORT_TIME_LENGTH = 15;

/**
 * Milliseconds of the `261122 10:10:01` (an hour below 10 is written after a space) at `from`, as MariaDB and MySQL up to
 * 5.6 write times: of this century, and as if the server's zone were UTC. NaN for anything else.
 */
export function shortTime(bytes: Buffer, from: number, to: number): number {
  if (from + SHORT_TIME_LENGTH > to || bytes[from + 6] !== 32) return Number.NaN;
  if (bytes[from + 9] !== 58 || bytes[from + 12] !== 58) return Number.NaN;
  const year = number(bytes, from);
  const month = number(bytes, from + 2);
  const day = number(bytes, from + 4);
  const hour = bytes[from + 7] === 32 ? digit(bytes, from + 8) : number(bytes, from + 7);
  const minute = number(bytes, from + 10);
  const second = number(bytes, from + 13);
  if (!(month > 0 && month < 13 && day > 0 && day < 32)) return Number.NaN;
  if (!(hour < 24 && minute < 60 && second < 61)) return Number.NaN;
  return Date.UTC(2000 + year, month - 1, day, hour, minute, second);
}

function number(bytes: Buffer, at: number): number {
  return digit(bytes, at) * 10 + digit(bytes, at + 1);
}

function digit(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
