import { appendByte, createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { shareOfLines } from "./share-of-lines.ts";
import { createPartialLine } from "./partial-line.ts";

const STAMP =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;
const MAX_STAMP_BYTES = 80;
const LINE_FEED = 10;

/**
 * Logs of containers as Kubernetes' runtimes keep them: time, stream, and `F`, or `P` for a part of a line that was
 * longer than the runtime's buffer (Kubernetes: design proposal "CRI: Log management for container stdout/stderr streams").
 */
export const cri: EnvelopeReader = {
  hasStamps: false,
  detect: (head) => shareOfLines(head, (line) => STAMP.test(line)) >= 0.4,
  open(_, unread) {
    const output = createByteOutput();
    const stdout = createPartialLine(unread);
    const stderr = createPartialLine(unread);
    const lines = createLineSplitter((bytes, from, to) => {
      const stamp = STAMP.exec(
        bytes.toString("latin1", from, Math.min(to, from + MAX_STAMP_BYTES)),
      );
      if (stamp === null) {
        unread.unread(1, to - from + 1);
        return;
      }
      const line = stamp[1] === "stdout" ? stdout : stderr;
      const text = from + stamp[0].length;
      if (stamp[2] === "P") {
        line.add(bytes, text, to);
      } else if (line.finish(output, bytes, text, to)) {
        appendByte(output, LINE_FEED);
      }
    }, unread);
    return {
      push(chunk, last) {
        lines.push(chunk, last);
        if (last) {
          stdout.finish(output, chunk, 0, 0);
          stderr.finish(output, chunk, 0, 0);
        }
        return takeBytes(output);
      },
    };
  },
};
