import { setImmediate } from "node:timers/promises";
import type { Environment } from "../environment.ts";
import { seededRandom } from "./seeded-random.ts";

/** A clock that a test moves, and chance from a seed. */
export interface VirtualEnvironment extends Environment {
  /** Lets everything run that is ready now. */
  settle(): Promise<void>;
  /** Moves the clock and fires each timer at its time. */
  advance(ms: number): Promise<void>;
  /** Timers that would keep a process running. */
  readonly held: number;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
  held: boolean;
}

export function virtualEnvironment(random: () => number = seededRandom(1)): VirtualEnvironment {
  const timers = new Set<Due>();
  let time = 1000;

  function nextUntil(end: number): Due | undefined {
    let next: Due | undefined;
    for (const timer of timers) if (timer.at < (next?.at ?? Infinity)) next = timer;
    return next !== undefined && next.at <= end ? next : undefined;
  }

  const settle = (): Promise<void> => setImmediate();

  return {
    now: () => time,
    random,
    setTimer: (run, ms) => {
      const due: Due = { at: time + ms, run, held: true };
      timers.add(due);
      return {
        cancel: () => void timers.delete(due),
        ref: () => {
          due.held = true;
        },
        unref: () => {
          due.held = false;
        },
      };
    },
    settle,
    advance: async (ms) => {
      const end = time + ms;
      await settle();
      for (let due = nextUntil(end); due !== undefined; due = nextUntil(end)) {
        timers.delete(due);
        time = Math.max(time, due.at);
        due.run();
        await settle();
      }
      time = end;
    },
    get held() {
      return [...timers].filter((timer) => timer.held).length;
    },
  };
}
