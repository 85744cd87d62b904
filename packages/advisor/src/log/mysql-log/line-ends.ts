const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
/** Distances up to which a loop is quicker than a native call. */
const NEAR = 24;

/** Where the line with its break at `newLine` ends. */
export function lineEndAt(bytes: Buffer, from: number, newLine: number): number {
  return newLine > from && bytes[newLine - 1] === CARRIAGE_RETURN ? newLine - 1 : newLine;
}

/** As {@link newLineAt}, quicker where the line ends soon as a rule. */
export function newLineNear(bytes: Buffer, from: number, to: number): number {
  const near = Math.min(to, from + NEAR);
  for (let at = from; at < near; at++) if (bytes[at] === NEW_LINE) return at;
  return near < to ? newLineAt(bytes, near, to) : -1;
}

/** The line break at or after `from`; -1 where there is none before `to`. */
export function newLineAt(bytes: Buffer, from: number, to: number): number {
  const at = bytes.indexOf(NEW_LINE, from);
  return at < to ? at : -1;
}
