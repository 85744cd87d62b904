import { DbadviseError, type SelectionLimits } from "@dbadvise/advisor";

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** Limits as a person writes them: `2GB`, `10`, `30s`. */
export interface LimitTexts {
  readonly budget: string | undefined;
  readonly maxIndexes: string | number | undefined;
  readonly timeLimit: string | undefined;
}

/** Reads the limits of what may be advised. Throws `DbadviseError` `bad-option` that echoes a wrong one. */
export function readLimits({ budget, maxIndexes, timeLimit }: LimitTexts): SelectionLimits {
  return {
    ...(budget === undefined
      ? {}
      : { budgetBytes: measure("--budget", budget, SIZES, "a size with its unit: 500MB, 2GB") }),
    ...(maxIndexes === undefined ? {} : { maxIndexes: count(maxIndexes) }),
    ...(timeLimit === undefined
      ? {}
      : {
          timeLimitMs: measure("--time-limit", timeLimit, TIMES, "a time with its unit: 30s, 5min"),
        }),
  };
}

/** A time as a person writes it, `5s`, in milliseconds. Throws `DbadviseError` `bad-option` that names the option. */
export function readTime(option: string, text: string): number {
  return measure(option, text, TIMES, "a time with its unit: 500ms, 5s, 2min");
}

function measure(
  option: string,
  text: string,
  units: Readonly<Record<string, number>>,
  expected: string,
): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const value = Number(number) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (number === "" || !(value > 0)) throw wrong(option, text, expected);
  return value;
}

function count(given: string | number): number {
  const value = typeof given === "number" ? given : /^\d+$/.test(given) ? Number(given) : 0;
  if (!Number.isSafeInteger(value) || value < 1)
    throw wrong("--max-indexes", String(given), "a whole number from 1 on");
  return value;
}

function wrong(option: string, given: string, expected: string): DbadviseError {
  return new DbadviseError("bad-option", `${option} is "${given}".`, `It has to be ${expected}.`);
}
