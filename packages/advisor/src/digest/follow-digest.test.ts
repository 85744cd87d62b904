import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Digest } from "./digest.ts";
import { followDigest } from "./follow-digest.ts";

const folder = mkdtempSync(join(tmpdir(), "dbadvise-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));

function line(at: number): string {
  return `2026-11-22 10:00:${String(at % 60).padStart(2, "0")}.000 UTC [7] u@d LOG:  duration: 2.000 ms  statement: select * from t where id = ${at}\n`;
}

function calls(digest: Digest | undefined): number | undefined {
  return digest?.shapes[0]?.calls;
}

test("a log that grows and is rotated is counted on, and all of it at the end", async () => {
  const path = join(folder, "growing.log");
  writeFileSync(path, line(0) + line(1));
  const end = new AbortController();
  let seen: Digest | undefined;
  const followed = followDigest({
    path,
    intervalMs: 20,
    signal: end.signal,
    onDigest: (digest) => {
      seen = digest;
    },
  });
  // The last record may still go on, so it counts when the next one begins.
  await expect.poll(() => calls(seen), { timeout: 20_000 }).toBe(1);
  appendFileSync(path, line(2).repeat(100));
  await expect.poll(() => calls(seen), { timeout: 20_000 }).toBe(101);
  renameSync(path, `${path}.1`);
  writeFileSync(path, line(3).repeat(10));
  await expect.poll(() => calls(seen), { timeout: 20_000 }).toBe(111);
  end.abort();
  const whole = await followed;
  expect(whole.shapes.map((shape) => [shape.calls, shape.totalUs])).toEqual([[112, 224_000]]);
  expect(whole.sources.map(({ name, format, records }) => [name, format, records])).toEqual([
    [path, "stderr", 112],
  ]);
  expect(whole.unread).toEqual({ lines: 0, bytes: 0 });
});
