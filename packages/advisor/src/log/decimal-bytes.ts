const ZERO = 48;

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 57;
}

/** The number of digits alone; 0 for anything else. */
export function decimal(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (!isDigit(byte)) return 0;
    value = value * 10 + byte - ZERO;
  }
  return value;
}
