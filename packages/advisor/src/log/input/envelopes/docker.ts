import { unescapeJson } from "../../json-string-bytes.ts";
import { matches } from "../../match-bytes.ts";
import { createScratch } from "../../scratch.ts";
import { viewOf } from "../../word-view.ts";
import { createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { shareOfLines } from "./share-of-lines.ts";
import { createPartialLine } from "./partial-line.ts";

const KEY_TEXT = '{"log":"';
const KEY = Buffer.from(KEY_TEXT);
const STDOUT = Buffer.from('"stream":"stdout"');
const LINE_FEED = 10;

/**
 * Docker's default driver: `{"log":"...\n","stream":"stderr","time":"..."}` per line (Docker: "JSON File logging
 * driver"). A line of more than 16 KiB comes in parts, of which only the last has the line break.
 */
export const docker: EnvelopeReader = {
  hasStamps: false,
  detect: (head) => shareOfLines(head, (line) => line.startsWith(KEY_TEXT)) >= 0.4,
  open(_, unread) {
    const output = createByteOutput();
    const scratch = createScratch();
    const stdout = createPartialLine(unread);
    const stderr = createPartialLine(unread);
    const lines = createLineSplitter((bytes, from, to) => {
      scratch.to = 0;
      const end = matches(bytes, from, KEY)
        ? unescapeJson(scratch, bytes, viewOf(bytes), from + KEY.length, to)
        : -1;
      if (end === -1) {
        unread.unread(1, to - from + 1);
        return;
      }
      const line = bytes.subarray(end, to).includes(STDOUT) ? stdout : stderr;
      if (scratch.bytes[scratch.to - 1] === LINE_FEED) {
        line.finish(output, scratch.bytes, scratch.from, scratch.to);
      } else {
        line.add(scratch.bytes, scratch.from, scratch.to);
      }
    }, unread);
    return {
      push(chunk, last) {
        lines.push(chunk, last);
        if (last) {
          // The container ended, or the file was cut: what there is of a line.
          stdout.finish(output, chunk, 0, 0);
          stderr.finish(output, chunk, 0, 0);
        }
        return takeBytes(output);
      },
    };
  },
};
