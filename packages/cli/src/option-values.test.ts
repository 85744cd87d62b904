import { describe, expect, test } from "vitest";
import { readCount, readPercent, readTime } from "./option-values.ts";

test.each([
  ["1", 0.01],
  ["0.5%", 0.005],
  ["0", 0],
  ["100 %", 1],
])("%s percent", (text, share) => {
  expect(readPercent("--max-unread", text)).toBe(share);
});

describe("what can't be read is named", () => {
  test.each(["101", "-1", "", "one", "1e1", "0x1"])("percentage %j", (text) => {
    expect(() => readPercent("--max-unread", text)).toThrow(`--max-unread is "${text}".`);
  });
  test.each(["0", "1.5", "many", ""])("count %j", (text) => {
    expect(() => readCount("--limit", text)).toThrow(`--limit is "${text}".`);
  });
  test.each(["5", "s", "0s", "5 parsecs"])("time %j", (text) => {
    expect(() => readTime("--interval", text)).toThrow(`--interval is "${text}".`);
  });
});
