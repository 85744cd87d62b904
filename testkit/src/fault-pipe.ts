import type { Socket } from "node:net";

/** What happens to the bytes of one direction. */
export interface PipeFaults {
  /** Milliseconds until they arrive. */
  delay: number;
  /** Whether they are lost on the way, as is the news that a side hung up. */
  drop: boolean;
  /** After how many bytes a new connection ends. */
  cutAfter: number | undefined;
}

/** One direction of one connection. */
export interface FaultPipe {
  /** After how many more bytes the connection ends. */
  cutAfter(bytes: number | undefined): void;
  /** Nothing arrives any more. */
  stop(): void;
}

/** Moves what comes from one socket to the other, with the faults that hold when it arrives. */
export function startFaultPipe(source: Socket, sink: Socket, faults: PipeFaults): FaultPipe {
  const queue: { readonly due: number; readonly arrive: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let left = faults.cutAfter;
  // What follows a gap can't be delivered.
  let isLost = false;

  const flush = (): void => {
    timer = undefined;
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const wait = next.due - performance.now();
      if (wait > 0) {
        timer = setTimeout(flush, wait);
        return;
      }
      queue.shift();
      isLost ||= faults.drop;
      if (!isLost) next.arrive();
    }
  };
  const send = (arrive: () => void): void => {
    const due = Math.max(performance.now() + faults.delay, queue.at(-1)?.due ?? 0);
    queue.push({ due, arrive });
    if (timer === undefined) flush();
  };
  const cut = (last: Buffer): void => {
    isLost = true;
    sink.end(last);
    source.destroy();
  };
  const write = (bytes: Buffer): void => {
    if (left !== undefined && bytes.length >= left) {
      cut(bytes.subarray(0, left));
    } else if (sink.destroyed) {
      source.resetAndDestroy();
    } else {
      if (left !== undefined) left -= bytes.length;
      if (sink.write(bytes)) return;
      source.pause();
      sink.once("drain", () => source.resume());
    }
  };

  source.on("data", (bytes: Buffer) => send(() => write(bytes)));
  source.on("end", () => send(() => sink.end()));
  source.on("error", () => send(() => sink.resetAndDestroy()));
  return {
    cutAfter: (bytes) => {
      left = bytes;
    },
    stop: () => {
      isLost = true;
      clearTimeout(timer);
    },
  };
}
