import { appendByte, appendBytes, appendText, type ByteOutput } from "./byte-output.ts";
import type { InnerLog } from "./envelope.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;

/** Writes the lines of a log that was in an envelope. */
export interface InnerLines {
  /**
   * Writes a text of one or more lines. `stamp` is put before those that begin a field, where the log has none of its own.
   * The first line may continue the text before: services cut what is too long, and some send each line for itself.
   */
  write(text: Buffer, from: number, to: number, stamp: string): void;
}

export function createInnerLines(output: ByteOutput, inner: InnerLog): InnerLines {
  const { stamped, startsField } = inner;

  const writeLine = (
    text: Buffer,
    from: number,
    to: number,
    stamp: string,
    first: boolean,
  ): void => {
    const start = output.length;
    if (startsField === null) {
      if (stamped && first) appendText(output, stamp);
      appendBytes(output, text, from, to);
    } else if (text[from] === TAB) {
      appendBytes(output, text, from, to);
    } else {
      if (stamped) appendText(output, stamp);
      appendBytes(output, text, from, to);
      if (!startsField(output.bytes.subarray(start, output.length))) {
        output.length = start;
        appendByte(output, TAB);
        appendBytes(output, text, from, to);
      }
    }
    appendByte(output, LINE_FEED);
  };

  return {
    write(bytes, from, to, stamp) {
      // What else the buffer holds is not searched.
      const text = bytes.subarray(from, to);
      let at = 0;
      do {
        const feed = text.indexOf(LINE_FEED, at);
        const next = feed === -1 ? text.length : feed;
        const end = next > at && text[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
        // The server marks its own empty lines with a TAB: one without was added on the way.
        if (end > at || startsField === null) writeLine(text, at, end, stamp, at === 0);
        at = next + 1;
      } while (at < text.length);
    },
  };
}
