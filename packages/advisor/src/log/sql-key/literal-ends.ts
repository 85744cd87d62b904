/** Bytes of a string that are looked at one by one before the native search is worth its call. */
const SHORT = 128;

/**
 * Position after the quote that closes a string or name whose inside begins at `from`; -1 where it is cut off by `to`.
 * `backslashes`: they escape.
 */
export function quotedEnd(
  bytes: Buffer,
  from: number,
  to: number,
  quote: number,
  backslashes: boolean,
): number {
  let at = from;
  for (;;) {
    const near = at + SHORT < to ? at + SHORT : to;
    while (at < near && bytes[at] !== quote) at++;
    if (at === near && at < to && bytes[at] !== quote) {
      const ahead = bytes.subarray(at, to).indexOf(quote);
      if (ahead === -1) return -1;
      at += ahead;
    }
    if (at >= to) return -1;
    if (backslashes && isEscaped(bytes, from, at)) at++;
    else if (at + 1 < to && bytes[at + 1] === quote) at += 2;
    else return at + 1;
  }
}

function isEscaped(bytes: Buffer, from: number, at: number): boolean {
  let first = at;
  while (first > from && bytes[first - 1] === 0x5c) first--;
  return ((at - first) & 1) === 1;
}

/** Position after `$tag$...$tag$`, whose opening tag is `bytes[from, open)`; `to` where it is cut off. */
export function dollarQuotedEnd(bytes: Buffer, from: number, open: number, to: number): number {
  const length = open - from;
  for (let at = open; at < to; at++) {
    if (bytes[at] !== 0x24) continue;
    let matched = 1;
    while (matched < length && at + matched < to && bytes[at + matched] === bytes[from + matched]) {
      matched++;
    }
    if (matched === length) return at + length;
  }
  return to;
}

/** Position after the comment whose inside begins at `from`; `to` where it is cut off. */
export function commentEnd(bytes: Buffer, from: number, to: number, nested: boolean): number {
  let depth = 1;
  for (let at = from; at + 1 < to; at++) {
    const byte = bytes[at];
    if (byte === 0x2a && bytes[at + 1] === 0x2f) {
      at++;
      if (--depth === 0) return at + 1;
    } else if (nested && byte === 0x2f && bytes[at + 1] === 0x2a) {
      at++;
      depth++;
    }
  }
  return to;
}

/** Position of the line feed that ends a comment, or of `other`, which does so as well, or `to`. */
export function lineEnd(bytes: Buffer, from: number, to: number, other: number): number {
  let at = from;
  while (at < to && bytes[at] !== 0x0a && bytes[at] !== other) at++;
  return at;
}

/**
 * Position after the number at `from`: a digit, or the point before one. -1: it is the beginning of a word, where words
 * may begin with digits.
 */
export function numberEnd(
  bytes: Buffer,
  from: number,
  to: number,
  folded: Uint8Array,
  wordsStartWithDigits: boolean,
): number {
  let at = from;
  if (bytes[at] === 0x30 && at + 2 < to && isRadix(bytes[at + 1]) && isHex(bytes[at + 2])) {
    at += 2;
    while (at < to && (isHex(bytes[at]) || bytes[at] === 0x5f)) at++;
  } else {
    while (at < to && isDigitOrLine(bytes[at])) at++;
    if (at < to && bytes[at] === 0x2e) {
      at++;
      while (at < to && isDigitOrLine(bytes[at])) at++;
      return exponentEnd(bytes, at, to);
    }
    at = exponentEnd(bytes, at, to);
  }
  return wordsStartWithDigits && at < to && folded[bytes[at] as number] !== 0 ? -1 : at;
}

function exponentEnd(bytes: Buffer, from: number, to: number): number {
  if (from >= to || ((bytes[from] as number) | 0x20) !== 0x65) return from;
  let at = from + 1;
  if (at < to && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
  // Cut off, it is no name either.
  if (at < to && !isDigit(bytes[at])) return from;
  while (at < to && isDigitOrLine(bytes[at])) at++;
  return at;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isDigitOrLine(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x5f;
}

/** The letter after a zero: `x`, `o`, `b`. */
function isRadix(byte: number | undefined): boolean {
  const letter = (byte ?? 0) | 0x20;
  return letter === 0x78 || letter === 0x6f || letter === 0x62;
}

function isHex(byte: number | undefined): boolean {
  const letter = (byte ?? 0) | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
