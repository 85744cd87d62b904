/** How many reads the primary may take that replicas should have taken. */
export interface SpillBudget {
  /** A read was asked for, wherever it goes. */
  earn(): void;
  /** Whether one more may go to the primary; it counts as gone. */
  spend(now: number): boolean;
}

/** So many go through in a burst: the first reads of a process, before anything is known. */
const BURST = 100;
/** So few drown no primary: they may always go. */
const PER_SECOND = 10;

/** `share` of the reads, from 0 (none, ever) to 1 (all). */
export function createSpillBudget(share: number, start: number): SpillBudget {
  let tokens = BURST;
  let filledAt = start;

  return {
    earn: () => {
      tokens = Math.min(BURST, tokens + share);
    },
    spend: (now) => {
      if (share === 0) return false;
      if (share === 1) return true;
      tokens = Math.min(BURST, tokens + ((now - filledAt) / 1000) * PER_SECOND);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
