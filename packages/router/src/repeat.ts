/** Something that is done again and again, never twice at once. */
export interface Repetition {
  /** Once more now, begun after this call; calls that wait for the same one share it. Rejects never. */
  now(): Promise<void>;
  /** The next one comes sooner: when a tenth of the usual time has passed since the last. */
  hurry(): void;
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
  let hurried = false;
  let endedAt = 0;

  function wait(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void start(), ms);
    timer.unref();
  }

  function start(): Promise<void> {
    clearTimeout(timer);
    if (stopped) return Promise.resolve();
    hurried = false;
    running = run().finally(() => {
      running = undefined;
      endedAt = performance.now();
      if (!stopped) wait(everyMs * (0.9 + Math.random() * 0.2));
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
    hurry: () => {
      if (hurried || stopped || running !== undefined) return;
      hurried = true;
      wait(Math.max(0, endedAt + everyMs / 10 - performance.now()));
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
