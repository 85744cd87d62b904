import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createProgress, type ProgressStream } from "./progress.ts";

let written = "";
const stream = (isTTY: boolean): ProgressStream => ({
  isTTY,
  columns: 20,
  write: (text) => (written += text),
});

beforeEach(() => {
  written = "";
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("work of less than a second shows nothing", () => {
  const progress = createProgress(stream(false));
  progress.report("reading");
  vi.advanceTimersByTime(900);
  progress.done();
  vi.advanceTimersByTime(5000);
  expect(written).toBe("");
});

test("work of over a second shows what it is doing, at most one line a second", () => {
  const progress = createProgress(stream(false));
  progress.report("reading");
  vi.advanceTimersByTime(1001);
  expect(written).toBe("reading\n");
  for (let i = 1; i <= 10; i += 1) {
    progress.report(`planning ${i}`);
    vi.advanceTimersByTime(250);
  }
  progress.done();
  expect(written).toBe("reading\nplanning 4\nplanning 8\n");
});

test("work that keeps the thread busy is shown by its next message", () => {
  let now = 0;
  const progress = createProgress(stream(false), () => now);
  progress.report("planning 1");
  now = 3000;
  progress.report("planning 2");
  expect(written).toBe("planning 2\n");
});

test("a terminal has one line, cut to its width and taken away at the end", () => {
  const progress = createProgress(stream(true));
  progress.report("reading a name that is longer than the line");
  vi.advanceTimersByTime(1001);
  progress.report("planning");
  progress.done();
  expect(written).toBe("\r\u001B[2Kreading a name that\r\u001B[2Kplanning\r\u001B[2K");
});
