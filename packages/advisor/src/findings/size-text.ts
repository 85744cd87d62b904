const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** Bytes for a sentence, in powers of 1024: `8 kB`, `1.4 GB`. */
export function sizeText(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[unit]}`;
}
