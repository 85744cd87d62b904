import {
  breaksOff,
  type FollowedFile,
  hasSuccessor,
  openFollowed,
  readNext,
  startAgain,
} from "./followed-file.ts";
import { watchChanges } from "./watch-changes.ts";

export interface FollowOptions {
  /** Ends it: the generator returns. */
  readonly signal: AbortSignal;
  /** Byte of the file from which it is read. Default 0. */
  readonly from?: number;
}

const LINE_BREAK = Buffer.from("\n");

/**
 * Reads a file that is being written, as the bytes come, without end. Reads nothing while the consumer is busy.
 *
 * A file that was renamed is read to its end, then the new one of that name, as soon as that has bytes: whoever writes has
 * changed over by then. One that was emptied is read from its beginning; what was emptied before it was read is lost. A
 * line that breaks off at such a change gets a line break. A file that isn't there yet is waited for.
 *
 * Throws `DbadviseError` `file-not-readable` for other reasons than that.
 */
export async function* followFile(path: string, options: FollowOptions): AsyncGenerator<Buffer> {
  const { signal } = options;
  const changes = watchChanges(path, signal);
  let from = options.from ?? 0;
  let file: FollowedFile | null = null;
  let isOver = false;
  try {
    while (!signal.aborted) {
      if (file === null) {
        file = await openFollowed(path, from);
        if (file === null) await changes.next();
        continue;
      }
      const chunk = await readNext(file);
      if (chunk === null) {
        if (breaksOff(file)) yield LINE_BREAK;
        startAgain(file);
      } else if (chunk.length > 0) {
        yield chunk;
      } else if (isOver) {
        if (breaksOff(file)) yield LINE_BREAK;
        await file.handle.close();
        file = null;
        from = 0;
        isOver = false;
      } else if (await hasSuccessor(path, file)) {
        // Its end is found after that: what was written meanwhile is read, too.
        isOver = true;
      } else {
        await changes.next();
      }
    }
  } finally {
    changes.end();
    await file?.handle.close();
  }
}
