import { DbadviseError } from "@dbadvise/advisor/logs";

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/*
 * Values of options as a person writes them. Each function throws `DbadviseError` `bad-option` that names the option and echoes a
 * wrong value.
 */

/** `2GB` in bytes. */
export function readSize(option: string, text: string): number {
  return measure(option, text, SIZES, "a size with its unit: 500MB, 2GB");
}

/** `5s` in milliseconds. */
export function readTime(option: string, text: string): number {
  return measure(option, text, TIMES, "a time with its unit: 500ms, 5s, 2min");
}

/** A whole number from 1 on. */
export function readCount(option: string, given: string | number): number {
  const value = typeof given === "number" ? given : /^\d+$/.test(given) ? Number(given) : 0;
  if (!Number.isSafeInteger(value) || value < 1)
    throw wrong(option, String(given), "a whole number from 1 on");
  return value;
}

/** Percent, `1` or `0.5%`, as a share of 1. */
export function readPercent(option: string, text: string): number {
  const value = /^\d+(\.\d+)? ?%?$/.test(text.trim()) ? Number.parseFloat(text) : Number.NaN;
  if (!(value <= 100)) throw wrong(option, text, "a percentage from 0 to 100");
  return value / 100;
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

function wrong(option: string, given: string, expected: string): DbadviseError {
  return new DbadviseError("bad-option", `${option} is "${given}".`, `It has to be ${expected}.`);
}
