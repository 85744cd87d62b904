/**
 * Reads one log format. A block is a record with everything up to the next record's first line: its further lines and
 * fields, and lines that nobody understands. Where blocks start can be told from a line and the one before it, so that a
 * file can be cut anywhere: each block belongs to the range in which it starts.
 */
export interface BlockReader {
  /**
   * The first byte at or after `from` at which a block starts, -1 where there is none before `to`. `from` need not be
   * the start of a line; `bytes[low, from)` are there to look back at. The last line may be cut: when it can't be told
   * yet whether a block starts there, the answer is -1.
   */
  findBlock(bytes: Buffer, low: number, from: number, to: number): number;
  /**
   * Reads the blocks in `bytes[from, to)` and hands them over; `from` is the start of a block, or of the input. Returns
   * the start of the first block that it left, since its end may be still to come; with `last` it leaves none.
   */
  read(bytes: Buffer, from: number, to: number, last: boolean): number;
  /**
   * Of formats that name the database only where it changes: its number in `names.database` after the blocks read so
   * far, which may be that of `CARRIED_DATABASE`.
   */
  database?(): number;
}

/** Where readers put what they can't read: shown to the user, never silently dropped. */
export interface UnreadSink {
  /** Lines (or records) and their bytes, line breaks included. */
  unread(lines: number, bytes: number): void;
}

/** Bytes of a block. A longer one is unread: one that never ends must not fill the memory. */
export const MAX_BLOCK_BYTES: number = 8 * 1024 * 1024;
