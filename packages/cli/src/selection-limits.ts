import type { SelectionLimits } from "@dbadvise/advisor";
import { readCount, readSize, readTime } from "./option-values.ts";

/** Limits as a person writes them: `2GB`, `10`, `30s`. */
export interface LimitTexts {
  readonly budget: string | undefined;
  readonly maxIndexes: string | number | undefined;
  readonly timeLimit: string | undefined;
}

/** Reads the limits of what may be advised. Throws `DbadviseError` `bad-option` that echoes a wrong one. */
export function readLimits({ budget, maxIndexes, timeLimit }: LimitTexts): SelectionLimits {
  return {
    ...(budget === undefined ? {} : { budgetBytes: readSize("--budget", budget) }),
    ...(maxIndexes === undefined ? {} : { maxIndexes: readCount("--max-indexes", maxIndexes) }),
    ...(timeLimit === undefined ? {} : { timeLimitMs: readTime("--time-limit", timeLimit) }),
  };
}
