import { expect, test } from "vitest";
import { readingMessage } from "./reading-progress.ts";

test.each([
  [{ bytes: 420e6, totalBytes: 1e9 }, 1400, "reading 42 % of 1.0 GB, 300 MB/s, 2 s left"],
  [{ bytes: 5e9, totalBytes: 1e12 }, 10_000, "reading 0 % of 1.0 TB, 500 MB/s, 33 min left"],
  [{ bytes: 5e9, totalBytes: 1e14 }, 10_000, "reading 0 % of 100 TB, 500 MB/s, 55 h 33 min left"],
  [{ bytes: 100e6, totalBytes: null }, 2000, "reading 100 MB, 50 MB/s"],
  [{ bytes: 1000, totalBytes: 10_000 }, 100, "reading 10 % of 10 kB"],
  [{ bytes: 0, totalBytes: 0 }, 1000, "reading 100 % of 0 B"],
  // A file that has grown since.
  [{ bytes: 12e6, totalBytes: 10e6 }, 1000, "reading 100 % of 10 MB, 12 MB/s, 0 s left"],
])("%j after %i ms", (reading, ms, message) => {
  expect(readingMessage(reading, ms, false)).toBe(message);
});

test("a terminal has a bar", () => {
  expect(readingMessage({ bytes: 3e8, totalBytes: 1e9 }, 1000, true)).toBe(
    "reading ██████░░░░░░░░░░░░░░ 30 % of 1.0 GB · 300 MB/s · 2 s left",
  );
});
