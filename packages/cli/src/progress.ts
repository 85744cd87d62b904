/** Steps shorter than this are not shown, in milliseconds. */
const PATIENCE = 1000;

/** Where progress goes: a terminal, or a file or pipe that keeps each line. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** 0 on a terminal that does not know. */
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Whether one line is written again and again: a terminal's. */
  readonly rewrites: boolean;
  /** Says what is being done now; replaces the message before it. */
  report(message: string): void;
  /** Takes the line away, so that output can follow. */
  done(): void;
}

/**
 * Shows what is being done once the work has lasted over a second:
 * one rewritten line on a terminal, plain lines (at most one a second) elsewhere.
 */
export function createProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): Progress {
  let nextAt = now() + PATIENCE;
  let pending: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onScreen = false;

  const show = (): void => {
    if (pending === undefined) return;
    if (stream.isTTY === true) {
      stream.write(`\r\u001B[2K${pending.slice(0, (stream.columns || 80) - 1)}`);
      onScreen = true;
    } else {
      stream.write(`${pending}\n`);
      nextAt = now() + PATIENCE;
    }
    pending = undefined;
  };

  return {
    rewrites: stream.isTTY === true,
    report(message) {
      pending = message;
      clearTimeout(timer);
      const wait = nextAt - now();
      // The work may keep the thread busy until the next message: what is late is shown here, not by the timer.
      if (wait <= 0) show();
      else timer = setTimeout(show, wait).unref();
    },
    done() {
      clearTimeout(timer);
      pending = undefined;
      if (onScreen) stream.write("\r\u001B[2K");
      onScreen = false;
    },
  };
}
