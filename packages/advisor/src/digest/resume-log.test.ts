import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Digest, ReadLog } from "./digest.ts";
import { mergeDigests } from "./merge-digests.ts";
import { readDigest, readLogsOf } from "./read-digest.ts";
import { runDigest } from "./run-digest.ts";
import { writeDigest } from "./write-digest.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbadvise-resume-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function stderrRecord(n: number, sql = `select a${n % 5} from t where b = ${n}`): string {
  const second = String(n % 60).padStart(2, "0");
  return `2026-11-22 10:04:${second}.364 UTC [${n % 7}] u@d LOG:  duration: ${n}.125 ms  statement: ${sql}\n`;
}

/** Names its database when that changes only. */
function slowRecord(n: number): string {
  const use = n % 6 === 0 ? `use shop${n % 4};\n` : "";
  return `# Time: 2026-11-22T10:10:${String(n % 60).padStart(2, "0")}.000100Z\n# User@Host: app[app] @ localhost []  Id:    17\n# Query_time: 0.01${n % 10}000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10\n${use}SET timestamp=1795342201;\nselect ${n}\nfrom t${n % 3};\n`;
}

function records(count: number, record: (n: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, n) => record(n));
}

/** What is new in the files, after what was read. */
async function news(paths: readonly string[], read: readonly ReadLog[]): Promise<Digest> {
  return runDigest({ inputs: paths, continueAfter: read, workers: 1 });
}

test("a log that grows comes to the same in several runs, wherever they found its end", async () => {
  const path = join(folder, "grows.log");
  const text = records(12, stderrRecord).join("");
  writeFileSync(path, text);
  const whole = await news([path], []);
  expect(whole.shapes).toHaveLength(5);
  for (let cut = 100; cut <= text.length; cut += 13) {
    writeFileSync(path, text.slice(0, cut));
    const first = await news([path], []);
    writeFileSync(path, text.slice(0, cut + 40));
    const second = await news([path], first.read);
    writeFileSync(path, text);
    const third = await news([path], mergeDigests([second, first]).read);
    expect(mergeDigests([third, first, second]), `cut at ${cut}`).toEqual({
      ...whole,
      // Each run knows the log by as much as there was of it.
      read: expect.arrayContaining([...whole.read]),
    });
  }
});

test("the database that a slow log named last is that of what it holds later", async () => {
  const path = join(folder, "slow.log");
  const all = records(30, slowRecord);
  writeFileSync(path, all.join(""));
  const whole = await news([path], []);
  for (let count = 2; count < 30; count++) {
    writeFileSync(path, all.slice(0, count).join(""));
    const first = await news([path], []);
    writeFileSync(path, all.join(""));
    const { read, ...merged } = mergeDigests([first, await news([path], first.read)]);
    expect({ ...merged, read: whole.read }, `${count} records`).toEqual(whole);
    expect(read).toEqual(expect.arrayContaining([...whole.read]));
  }
});

test("a log is known by its beginning: rotated, packed, emptied, and in ranges", async () => {
  const path = join(folder, "rotates.log");
  // More than what it is known by.
  const old = records(200, stderrRecord).join("");
  const added = records(9, (n) => stderrRecord(n, `select added${n}`)).join("");
  writeFileSync(path, old);
  const { read } = await news([path], []);
  expect(read).toMatchObject([{ headBytes: 4096, bytes: old.length }]);

  writeFileSync(path, old + added);
  for (const workers of [1, 3]) {
    const options = { workers, minRangeBytes: 100 };
    const more = await runDigest({ inputs: [path], continueAfter: read, ...options });
    expect(more.shapes.map(({ text }) => text).toSorted()).toEqual(
      records(9, (n) => `select added${n}`),
    );
    expect(more.sources).toMatchObject([{ bytes: added.length, records: 9 }]);
    const none = await news([path], more.read);
    expect(none.shapes).toEqual([]);
    expect(none.unread.lines).toBe(0);
  }

  renameSync(path, `${path}.1`);
  writeFileSync(path, records(3, (n) => stderrRecord(n, `select next${n}`)).join(""));
  const rotated = await news([`${path}.1`, path], read);
  expect(rotated.shapes.reduce((sum, { calls }) => sum + calls, 0)).toBe(9 + 3);
  expect(rotated.read).toHaveLength(2);

  writeFileSync(`${path}.1.gz`, gzipSync(old + added));
  const packed = await news([`${path}.1.gz`, path], rotated.read);
  expect(packed.shapes).toEqual([]);
  const half = await news([`${path}.1.gz`], read);
  expect(half.shapes).toHaveLength(9);
  expect(half.sources).toMatchObject([{ bytes: added.length, records: 9 }]);

  // Emptied and written anew: not the log that was read.
  writeFileSync(path, records(2, (n) => stderrRecord(n, `select anew${n}`)).join(""));
  expect((await news([path], rotated.read)).shapes).toHaveLength(2);
});

test("how far logs were read is saved and merged, in any order", async () => {
  const [one, two] = [join(folder, "one.log"), join(folder, "two.log")];
  writeFileSync(one, records(100, stderrRecord).join(""));
  writeFileSync(two, records(70, slowRecord).join(""));
  const [first, second] = [await news([one], []), await news([two], [])];
  const saved = join(folder, "first.dbd");
  writeDigest(saved, first, { examples: true });
  expect(readDigest(saved)).toEqual(first);
  const { read } = mergeDigests([second, saved]);
  expect(mergeDigests([saved, second]).read).toEqual(read);
  expect(readLogsOf([saved])).toEqual(first.read);
  expect((await news([one, two], read)).shapes).toEqual([]);
  // Whoever does not ask reads all.
  expect(await runDigest({ inputs: [one] })).toMatchObject({ shapes: first.shapes, read: [] });
});
