import { expect, test } from "vitest";
import { sessionNumber } from "./session-id-bytes.ts";

function of(text: string): number {
  return sessionNumber(Buffer.from(`"${text}"`), 1, 1 + text.length);
}

test("a session's number is start and process id", () => {
  expect(of("6b02be46.4cd7")).toBe(0x6b02be46 * 2 ** 22 + 0x4cd7);
  expect(of("6B02BE46.4CD7")).toBe(of("6b02be46.4cd7"));
  expect(of("7fffffff.3fffff")).toBe(Number.MAX_SAFE_INTEGER);
});

test("sessions that differ have numbers that differ, safe integers all", () => {
  const names = ["6b02be46", "6b02be47", "7fffffff", "ffffffff", "0"].flatMap((start) =>
    ["1", "4cd7", "3fffff", "400001", "ffffffff"].map((pid) => `${start}.${pid}`),
  );
  const numbers = new Set(names.map((name) => of(name)));
  // ffffffff is the second 7fffffff of the next 68 years.
  expect(numbers.size).toBe(20);
  for (const number of numbers) expect(Number.isSafeInteger(number)).toBe(true);
});

test.each(["", "6b02be46", ".4cd7", "6b02be46.4cd7.1", "6b02be4g.4cd7", "6b02be46 4cd7", "-1.7"])(
  "'%s' is none",
  (text) => {
    expect(of(text)).toBe(0);
  },
);
