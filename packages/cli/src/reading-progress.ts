/** How far the reading of logs is, in bytes as they are on the disk. */
export interface Reading {
  readonly bytes: number;
  /** `null`: nobody knows, of a pipe for instance. */
  readonly totalBytes: number | null;
}

/** Cells of the bar. */
const BAR = 20;

/** Speeds and remaining times are guesses before that many milliseconds. */
const WARM_UP = 500;

/**
 * `reading ████░░░░ 42 % of 1.2 GB · 312 MB/s · 2 s left`: what is shown while logs are read. `bar`: for a terminal that
 * rewrites the line.
 */
export function readingMessage({ bytes, totalBytes }: Reading, ms: number, bar: boolean): string {
  const speed = bytes / (ms / 1000);
  const known = ms >= WARM_UP && speed > 0;
  const parts = [
    totalBytes === null
      ? `reading ${sizeText(bytes)}`
      : `reading ${bar ? barText(bytes / totalBytes) : ""}${percent(bytes, totalBytes)} % of ${sizeText(totalBytes)}`,
    ...(known ? [`${sizeText(speed)}/s`] : []),
    ...(known && totalBytes !== null ? [`${timeText((totalBytes - bytes) / speed)} left`] : []),
  ];
  return parts.join(bar ? " · " : ", ");
}

function percent(bytes: number, total: number): number {
  return total === 0 ? 100 : Math.min(100, Math.floor((bytes / total) * 100));
}

function barText(share: number): string {
  const full = Math.min(BAR, Math.floor(share * BAR)) || 0;
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} `;
}

/** Bytes by powers of 1000, as disks and networks count them. */
function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 9.95 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
