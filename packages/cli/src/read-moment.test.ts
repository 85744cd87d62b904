import { describe, expect, test } from "vitest";
import { readMoment } from "./read-moment.ts";

const NOW = Date.UTC(2026, 10, 22, 12);

test.each([
  ["2026-11-22", "2026-11-22T00:00:00.000Z"],
  ["2026-11-22 10:04", "2026-11-22T10:04:00.000Z"],
  ["2026-11-22 10:04:05.5 UTC", "2026-11-22T10:04:05.500Z"],
  ["2026-11-22T10:04:05+01:00", "2026-11-22T09:04:05.000Z"],
  ["2026-11-22 10:04 -0530", "2026-11-22T15:34:00.000Z"],
  ["2h", "2026-11-22T10:00:00.000Z"],
  ["1.5 H", "2026-11-22T10:30:00.000Z"],
  ["90min", "2026-11-22T10:30:00.000Z"],
  ["7d", "2026-11-15T12:00:00.000Z"],
])("%s", (text, expected) => {
  expect(new Date(readMoment("--since", text, NOW)).toISOString()).toBe(expected);
});

describe("what is no moment is named", () => {
  test.each(["yesterday", "2026-13-01", "2026-11-22 25:00", "10:04", "5 weeks", "", "-2h", "1e3s"])(
    "%j",
    (text) => {
      expect(() => readMoment("--until", text, NOW)).toThrow(`--until is "${text}".`);
    },
  );
});
