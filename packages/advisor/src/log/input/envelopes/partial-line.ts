import { MAX_BLOCK_BYTES, type UnreadSink } from "../../block-reader.ts";
import { appendBytes, type ByteOutput, createByteOutput, takeBytes } from "./byte-output.ts";

/** A line that comes in several parts. */
export interface PartialLine {
  /** Keeps a part; more follow. */
  add(bytes: Buffer, from: number, to: number): void;
  /** Writes what was kept and the last part, with its line break if it has one. Returns whether it did. */
  finish(output: ByteOutput, bytes: Buffer, from: number, to: number): boolean;
}

/** Lines beyond {@link MAX_BLOCK_BYTES} are unread. */
export function createPartialLine(unread: UnreadSink): PartialLine {
  const parts = createByteOutput();
  let lost = 0;
  const add = (bytes: Buffer, from: number, to: number): void => {
    if (lost === 0 && parts.length + to - from <= MAX_BLOCK_BYTES) {
      appendBytes(parts, bytes, from, to);
    } else {
      lost += parts.length + to - from;
      parts.length = 0;
    }
  };
  return {
    add,
    finish(output, bytes, from, to) {
      if (lost > 0) {
        unread.unread(1, lost + to - from);
        lost = 0;
        return false;
      }
      if (parts.length > 0) {
        const begun = takeBytes(parts);
        appendBytes(output, begun, 0, begun.length);
      }
      appendBytes(output, bytes, from, to);
      return true;
    },
  };
}
