/** Something that is done again and again, never twice at once. */
export interface Repetition {
  /** Once more now, begun after this call; calls that wait for the same one share it. Rejects never. */
  now(): Promise<void>;
  /** Not again; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Begins at once, and again `everyMs` (a tenth more or less, so that many processes don't knock together) after each end. Its timer
 * does not keep the process running. `run` must not reject.
 */
export function repeat(run: () => Promise<void>, everyMs: number): Repetition {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function start(): Promise<void> {
    clearTimeout(timer);
    if (stopped) return Promise.resolve();
    running = run().finally(() => {
      running = undefined;
      if (stopped) return;
      timer = setTimeout(() => void start(), everyMs * (0.9 + Math.random() * 0.2));
      timer.unref();
    });
    return running;
  }

  void start();
  return {
    now: () => {
      if (running === undefined) return start();
      next ??= running.then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
