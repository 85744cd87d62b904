import { createByteOutput, takeBytes } from "./byte-output.ts";
import { appendUnescaped } from "./control-characters.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { type Chunk, createMessageChunks } from "./message-chunks.ts";
import { NO_BYTES } from "../../byte-span.ts";
import { shareOfLines } from "./share-of-lines.ts";
import { createStamper } from "./stamper.ts";

/** Beginnings of lines. */
export interface LineHeads {
  /** Of a server's line, with groups `time`, `pid` or `process`, `message` (missing: not known), and `chunk`. */
  readonly server: RegExp;
  /** Of other programs' lines, which are nobody's loss. */
  readonly others: RegExp;
}

const MAX_HEAD_BYTES = 400;

/** Lines of many programs in one file, each led by its time and process. */
export function processLog({ server, others }: LineHeads): EnvelopeReader {
  return {
    hasStamps: true,
    detect: (head) =>
      shareOfLines(head, (line) => others.test(line)) >= 0.4 &&
      shareOfLines(head, (line) => server.test(line)) > 0,
    open(inner, unread) {
      const output = createByteOutput();
      const text = createByteOutput();
      const chunks = createMessageChunks(output, inner, unread);
      const stamper = createStamper(new Date());
      const chunk: Chunk = {
        process: "",
        message: -1,
        number: 1,
        stamp: "",
        bytes: NO_BYTES,
        from: 0,
        to: 0,
      };
      const lines = createLineSplitter((bytes, from, to) => {
        if (from === to) return;
        const head = bytes.toString("latin1", from, Math.min(to, from + MAX_HEAD_BYTES));
        const found = server.exec(head);
        if (found === null) {
          if (!others.test(head)) unread.unread(1, to - from + 1);
          return;
        }
        const { time = "", pid, process, message, chunk: number } = found.groups ?? {};
        chunk.process = pid ?? process ?? "";
        chunk.message = message === undefined ? -1 : Number(message);
        chunk.number = Number(number);
        chunk.stamp = inner.stamped ? `${stamper.stampOf(time)} [${chunk.process}] ` : "";
        text.length = 0;
        appendUnescaped(text, bytes, from + found[0].length, to);
        chunk.bytes = text.bytes;
        chunk.to = text.length;
        chunks.chunk(chunk);
      }, unread);
      return {
        push(bytes, last) {
          lines.push(bytes, last);
          if (last) chunks.end();
          return takeBytes(output);
        },
      };
    },
  };
}
