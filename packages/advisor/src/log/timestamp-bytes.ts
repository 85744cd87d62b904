const ZERO = 48;
const COLON = 58;
const SPACE = 32;
const MINUTE_MS = 60_000;
/** Bytes of `2026-11-22 10:04:54`. */
const SECOND_LENGTH = 19;
const MAX_ZONE_LENGTH = 8;

/** Reads the timestamps of one log from its bytes: those of one second after another cost little. */
export interface TimestampReader {
  /**
   * Milliseconds since the epoch of the `2026-11-22 10:04:54.282 UTC` that begins at `from` and ends before `to`; NaN
   * where none begins there. The fraction and the zone may be missing, a `T` may separate the date, and no space need
   * come before the zone. A numeric offset, `UTC`, `GMT`, `UCT` and `Z` are heeded; other names (`CST`) are shared by
   * several zones and so are read as if they were UTC.
   */
  read(bytes: Buffer, from: number, to: number): number;
  /** Where the timestamp last read ends, with its zone. */
  readonly end: number;
}

/** A reader that remembers the second that it read last. */
export function createTimestampReader(): TimestampReader {
  const lastBytes = new Uint8Array(SECOND_LENGTH);
  let lastMs = Number.NaN;

  const second = (bytes: Buffer, from: number): number => {
    let same = SECOND_LENGTH - 1;
    while (same >= 0 && bytes[from + same] === lastBytes[same]) same--;
    if (same < 0) return lastMs;
    const ms = secondOf(bytes, from);
    if (ms === ms) {
      for (let at = 0; at < SECOND_LENGTH; at++) lastBytes[at] = bytes[from + at] ?? 0;
      lastMs = ms;
    }
    return ms;
  };

  /** Letters of the zone read last, with the space before them. */
  const lastZone = new Uint8Array(MAX_ZONE_LENGTH);
  let lastZoneLength = 0;

  /** Where the zone read last ends if it stands at `from`; -1: it doesn't. */
  const sameZone = (bytes: Buffer, from: number, to: number): number => {
    const end = from + lastZoneLength;
    if (lastZoneLength === 0 || end >= to || isLetter(bytes[end] as number)) return -1;
    for (let at = 0; at < lastZoneLength; at++) if (bytes[from + at] !== lastZone[at]) return -1;
    return end;
  };

  const keepZone = (bytes: Buffer, from: number, to: number): void => {
    lastZoneLength = to - from > MAX_ZONE_LENGTH ? 0 : to - from;
    for (let at = 0; at < lastZoneLength; at++) lastZone[at] = bytes[from + at] as number;
  };

  const reader = {
    end: 0,
    read(bytes: Buffer, from: number, to: number): number {
      if (from + SECOND_LENGTH > to) return Number.NaN;
      let ms = second(bytes, from);
      if (ms !== ms) return ms;
      const point = from + SECOND_LENGTH;
      if (point + 4 < to && bytes[point] === 46) {
        const tenths = (bytes[point + 1] as number) - ZERO;
        const hundredths = (bytes[point + 2] as number) - ZERO;
        const thousandths = (bytes[point + 3] as number) - ZERO;
        const end = sameZone(bytes, point + 4, to);
        // What is below 0 is large as an unsigned number.
        if (end !== -1 && tenths >>> 0 < 10 && hundredths >>> 0 < 10 && thousandths >>> 0 < 10) {
          reader.end = end;
          return ms + tenths * 100 + hundredths * 10 + thousandths;
        }
      }
      let at = from + SECOND_LENGTH;
      if (at + 1 < to && bytes[at] === 46 && isDigit(bytes[at + 1])) {
        let weight = 100;
        for (at++; at < to && isDigit(bytes[at]); at++) {
          ms += ((bytes[at] ?? 0) - ZERO) * weight;
          weight = weight === 100 ? 10 : weight === 10 ? 1 : 0;
        }
      }
      const zone = at < to && bytes[at] === SPACE ? at + 1 : at;
      const first = zone < to ? (bytes[zone] ?? 0) : 0;
      if (isLetter(first)) {
        at = zone + 1;
        while (at < to && isLetter(bytes[at] ?? 0)) at++;
        if (zone === point + 5) keepZone(bytes, point + 4, at);
      } else if (first === 43 || first === 45) {
        const length = offsetLength(bytes, zone, to);
        if (length > 0) {
          at = zone + length;
          const minutes = offsetMinutes(bytes, zone, length);
          ms -= (first === 45 ? -minutes : minutes) * MINUTE_MS;
        }
      }
      reader.end = at;
      return ms;
    },
  };
  return reader;
}

function secondOf(bytes: Buffer, from: number): number {
  const separator = bytes[from + 10];
  if (
    bytes[from + 4] !== 45 ||
    bytes[from + 7] !== 45 ||
    (separator !== SPACE && separator !== 84) ||
    bytes[from + 13] !== COLON ||
    bytes[from + 16] !== COLON
  ) {
    return Number.NaN;
  }
  const century = twoDigits(bytes, from);
  const year = twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  // Date.UTC takes the years before 100 for those of the last century, and NaN for NaN.
  if (!(century > 0 && month > 0 && month < 13 && day > 0 && day < 32)) return Number.NaN;
  // 24:00:00 and a leap second are times.
  if (!(hour < 25 && minute < 60 && second < 61)) return Number.NaN;
  return Date.UTC(century * 100 + year, month - 1, day, hour, minute, second);
}

/** NaN where they are none. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at];
  const ones = bytes[at + 1];
  return isDigit(tens) && isDigit(ones)
    ? ((tens ?? 0) - ZERO) * 10 + (ones ?? 0) - ZERO
    : Number.NaN;
}

/** Bytes of `+02`, `+0200` or `+02:00`; 0 for what is none. */
function offsetLength(bytes: Buffer, at: number, to: number): number {
  if (!areTwoDigits(bytes, at + 1, to)) return 0;
  if (areTwoDigits(bytes, at + 3, to)) return 5;
  return bytes[at + 3] === COLON && areTwoDigits(bytes, at + 4, to) ? 6 : 3;
}

function offsetMinutes(bytes: Buffer, at: number, length: number): number {
  const hours = twoDigits(bytes, at + 1) * 60;
  return length === 3 ? hours : hours + twoDigits(bytes, at + length - 2);
}

function areTwoDigits(bytes: Buffer, at: number, to: number): boolean {
  return at + 2 <= to && isDigit(bytes[at]) && isDigit(bytes[at + 1]);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 57;
}

function isLetter(byte: number): boolean {
  const lower = byte | 32;
  return lower >= 97 && lower <= 122;
}
