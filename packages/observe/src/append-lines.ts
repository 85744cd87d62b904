import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";

export interface FileLimits {
  /** Size from which on a file is put aside. */
  readonly maxBytes: number;
  /** Files altogether. */
  readonly maxFiles: number;
}

/** What became of a batch: how many of its first lines are in the file, and what kept the others out. */
export interface Appended {
  readonly lines: number;
  readonly error: unknown;
}

/** The file becomes readable by its owner alone, since SQL texts tell about the business. */
const MODE = 0o600;
/** A rotation takes microseconds: a lock of this age is left from a process that died. */
const STALE_LOCK_MS = 10_000;
const LINE_FEED = 0x0a;

/**
 * Adds lines to a file in one write at its end, so that processes which write the same file do not mix their lines
 * (`O_APPEND`; a local file system). The file is opened for each batch: another process may have rotated it.
 *
 * Synchronous, so that it works while the process exits. Never throws.
 */
export function appendLines(path: string, lines: readonly string[], limits: FileLimits): Appended {
  const parts = lines.map((line) => Buffer.from(`${line}\n`));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  let written = 0;
  try {
    const file = openForAppend(path, length, limits);
    try {
      // A line that was cut short (a full disk, a crash) must not swallow the next one.
      const repair = endsInLine(file) ? 0 : 1;
      const bytes = Buffer.concat([Buffer.from("\n".repeat(repair)), ...parts]);
      written = writeSync(file, bytes) - repair;
      if (written === length) return { lines: lines.length, error: undefined };
    } finally {
      closeSync(file);
    }
    return {
      lines: wholeLines(parts, written),
      error: new Error(`only ${written} of ${length} bytes could be written`),
    };
  } catch (error) {
    return { lines: wholeLines(parts, written), error };
  }
}

function openForAppend(path: string, length: number, limits: FileLimits): number {
  const file = openSync(path, "a+", MODE);
  try {
    const state = fstatSync(file);
    if (!state.isFile()) throw new Error(`${path} is not a regular file`);
    if (state.size === 0 || state.size + length <= limits.maxBytes) return file;
    rotate(path, length, limits);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  return openSync(path, "a+", MODE);
}

/** FILE becomes FILE.1, that becomes FILE.2, and so on; the oldest goes. One process at a time. */
function rotate(path: string, length: number, { maxBytes, maxFiles }: FileLimits): void {
  const lock = `${path}.lock`;
  if (!takeLock(lock)) return;
  try {
    // Another process may have been faster.
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0 || size + length <= maxBytes) return;
    if (maxFiles === 1) rmSync(path);
    for (let number = maxFiles - 1; number >= 1; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined)
        renameSync(from, `${path}.${number}`);
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

/** False where another process rotates: the batch then goes to whichever file is there. */
function takeLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx", MODE));
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_LOCK_MS) rmSync(lock, { force: true });
    return false;
  }
}

function endsInLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return readSync(file, last, 0, 1, size - 1) === 1 && last[0] === LINE_FEED;
}

function wholeLines(parts: readonly Buffer[], written: number): number {
  let end = 0;
  const cut = parts.findIndex((part) => (end += part.length) > written);
  return cut === -1 ? parts.length : cut;
}
