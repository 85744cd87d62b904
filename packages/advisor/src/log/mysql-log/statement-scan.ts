const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const NUMBER_SIGN = 35;
const SINGLE_QUOTE = 39;
const STAR = 42;
const DASH = 45;
const SLASH = 47;
const SEMICOLON = 59;
const BACKSLASH = 92;
const BACKTICK = 96;

/** How far a statement has been looked at, to tell its own lines from those of the log around it. */
export interface StatementScan {
  at: number;
  /** 0 between tokens; else the byte that the literal (`'`, `"`, `` ` ``) or comment (`#`, `*`) began with. */
  inside: number;
  /** The last `;` at the end of a line, outside literals and comments; -1: none so far. */
  end: number;
}

export function startScan(scan: StatementScan, from: number): void {
  scan.at = from;
  scan.inside = 0;
  scan.end = -1;
}

/** Goes on to `to`, which is the start of a line, or the end of all. */
export function scanTo(scan: StatementScan, bytes: Buffer, to: number): void {
  let { at, inside, end } = scan;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (inside === 0) {
      if (byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE || byte === BACKTICK) inside = byte;
      else if (byte === NUMBER_SIGN || isDashComment(bytes, at, to)) inside = NUMBER_SIGN;
      else if (byte === SLASH && bytes[at + 1] === STAR && at + 1 < to) {
        inside = STAR;
        at++;
      } else if (byte === SEMICOLON && endsLine(bytes, at + 1, to)) end = at;
    } else if (inside === NUMBER_SIGN) {
      if (byte === NEW_LINE) inside = 0;
    } else if (inside === STAR) {
      if (byte === STAR && bytes[at + 1] === SLASH && at + 1 < to) {
        inside = 0;
        at++;
      }
    } else if (byte === BACKSLASH && inside !== BACKTICK) at++;
    // A doubled quote ends one literal and begins the next: nobody can tell here.
    else if (byte === inside) inside = 0;
  }
  scan.at = at;
  scan.inside = inside;
  scan.end = end;
}

function isDashComment(bytes: Buffer, at: number, to: number): boolean {
  return (
    bytes[at] === DASH && bytes[at + 1] === DASH && (at + 2 >= to || (bytes[at + 2] ?? 0) <= SPACE)
  );
}

function endsLine(bytes: Buffer, at: number, to: number): boolean {
  return at >= to || bytes[at] === NEW_LINE || bytes[at] === CARRIAGE_RETURN;
}
