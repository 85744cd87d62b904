import type { Environment, Timer } from "./environment.ts";
import type { Waiter, Waiters } from "./waiters.ts";

/** One timer for the deadlines of all that are in line: most share a time limit, so that the first in line is the first to go. */
export interface DeadlineWatch {
  /** One more is in line. */
  joined(deadline: number, at: number): void;
  /** Some have left: where nobody is in line, the timer need not keep the process running. */
  left(): void;
  cancel(): void;
}

/** @param expired takes those whose deadline has passed; they have left the line. */
export function watchDeadlines<Lent>(
  waiters: Waiters<Lent>,
  environment: Environment,
  expired: (waiters: readonly Waiter<Lent>[], at: number) => void,
): DeadlineWatch {
  let timer: Timer | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  /** A new timer keeps the process running. */
  function arm(deadline: number, at: number): void {
    if (deadline >= timerAt) return;
    timer?.cancel();
    timerAt = deadline;
    timer = environment.setTimer(expire, Math.max(0, deadline - at));
  }

  function expire(): void {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    const at = environment.now();
    // Timers may fire up to a millisecond early.
    const late = waiters.remove((one) => one.deadline <= at + 1);
    arm(
      waiters.least(({ deadline }) => deadline),
      at,
    );
    expired(late, at);
  }

  return {
    joined: (deadline, at) => {
      arm(deadline, at);
      if (waiters.length === 1) timer?.ref();
    },
    left: () => {
      if (waiters.length === 0) timer?.unref();
    },
    cancel: () => timer?.cancel(),
  };
}
