import { setTimeout as delay } from "node:timers/promises";
import type { Coverage } from "./position.ts";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/** Asks again, in growing pauses, as long as the answer is `behind` and time is left. Resolves to the last answer. */
export async function waitUntilCovered(
  ask: () => Promise<Coverage>,
  timeoutMs: number,
): Promise<Coverage> {
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const coverage = await ask();
    const left = deadline - performance.now();
    if (coverage !== "behind" || left <= 0) return coverage;
    await delay(Math.min(pause, left));
  }
}
