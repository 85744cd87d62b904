import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDigestState } from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";
import { mergeDigests } from "./merge-digests.ts";
import { readDigest } from "./read-digest.ts";
import { countAll, executions, type Seen } from "./testing/random-executions.ts";
import { writeDigest } from "./write-digest.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "saved-digest-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function digestOf(all: readonly Seen[]): Digest {
  return countAll(createDigestState(), all).finish();
}

const seen: Seen = {
  shape: 1,
  constant: 4711,
  ms: 12.5,
  at: 1_770_000_000_000,
  rows: 80,
  user: 1,
  session: 1,
  failed: false,
};

test("a saved digest is read as it was", () => {
  const path = join(folder, "same.dbd");
  fc.assert(
    fc.property(executions, (all) => {
      const digest = digestOf(all);
      writeDigest(path, digest, { examples: true });
      expect(readDigest(path)).toEqual(digest);
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  );
});

test("merged digests are the digest of all logs, saved or not, in any order", () => {
  const path = join(folder, "part.dbd");
  fc.assert(
    fc.property(executions, executions, executions, (one, two, three) => {
      writeDigest(path, digestOf(two), { examples: true });
      const merged = mergeDigests([digestOf(three), path, digestOf(one)]);
      expect(merged).toEqual(digestOf([...one, ...two, ...three]));
      const tree = mergeDigests([mergeDigests([path, digestOf(one)]), digestOf(three)]);
      expect(tree).toEqual(merged);
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  );
});

test("what statements held isn't saved unless asked", () => {
  const path = join(folder, "redacted.dbd");
  const digest = digestOf([{ ...seen, constant: 4712 }]);
  expect(JSON.stringify(digest)).toContain("4712");
  writeDigest(path, digest);
  expect(readFileSync(path, "utf8")).not.toContain("4712");
  const [shape] = readDigest(path).shapes;
  expect(shape).toMatchObject({ calls: 1, plan: null });
  expect(shape?.examples).toMatchObject([{ sql: shape?.text, parameters: "", us: 12_500 }]);
});

test("shapes that one digest doesn't list stay summed", () => {
  const all = [0, 1, 2, 3, 4].map((shape) => ({ ...seen, shape, ms: shape + 1 }));
  const short = countAll(createDigestState(), all).finish({ maxShapes: 2 });
  expect(short.shapes.map(({ totalUs }) => totalUs)).toEqual([5000, 4000]);
  expect(short.other).toMatchObject({ shapes: 3, calls: 3, totalUs: 6000, rows: 240 });
  const merged = mergeDigests([short, short], { maxShapes: 1 });
  expect(merged.shapes.map(({ totalUs }) => totalUs)).toEqual([10_000]);
  expect(merged.other).toMatchObject({ shapes: 7, calls: 8, totalUs: 20_000 });
});

test("damaged lines are counted, and the rest is read", () => {
  const path = join(folder, "damaged.dbd");
  writeDigest(path, digestOf([seen, { ...seen, shape: 2 }]));
  const lines = readFileSync(path, "utf8").split("\n");
  const row = lines.findIndex((line) => line.startsWith('{"shape"'));
  lines[row] = lines[row]!.slice(0, 100);
  writeFileSync(path, lines.join("\n"));
  appendFileSync(path, '{"shape":"00","calls":"many"}\n\0\0\0');
  const digest = readDigest(path);
  expect(digest.shapes).toHaveLength(1);
  expect(digest.unread).toEqual({ lines: 3, bytes: 101 + 30 + 4 });
  expect(digest.sources.map(({ name }) => name).toSorted()).toEqual(["a.log", path].toSorted());
});

test("lines in any order are merged", () => {
  const path = join(folder, "order.dbd");
  const digest = digestOf([0, 1, 2, 3, 4, 5].map((shape) => ({ ...seen, shape })));
  writeDigest(path, digest, { examples: true });
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  writeFileSync(path, [header, ...lines.toReversed()].join("\n"));
  expect(mergeDigests([path, path]).shapes.map(({ calls }) => calls)).toEqual([2, 2, 2, 2, 2, 2]);
});

test.each([
  ["nothing", "", "is not a saved digest"],
  ["another file", "hello\n", "is not a saved digest"],
  ["a newer version", '{"format":"dbadvise-digest","version":2}\n', "version 2"],
])("%s is refused", (_, text, message) => {
  const path = join(folder, "other.dbd");
  writeFileSync(path, text);
  expect(() => readDigest(path)).toThrow(
    expect.objectContaining({ code: "bad-digest", message: expect.stringContaining(message) }),
  );
});

test("a missing file, and a folder that isn't there, are told", () => {
  expect(() => readDigest(join(folder, "none.dbd"))).toThrow(
    expect.objectContaining({ code: "file-not-readable" }),
  );
  expect(() => writeDigest(join(folder, "none", "a.dbd"), digestOf([seen]))).toThrow(
    expect.objectContaining({ code: "file-not-readable" }),
  );
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("fingerprints of different versions are dropped, those of one stay", () => {
  const withVersion = (version: string): Digest => {
    const digest = digestOf([seen]);
    const shapes = digest.shapes.map((shape) => ({ ...shape, fingerprint: `print ${version}` }));
    return { ...digest, fingerprints: version, shapes };
  };
  const same = mergeDigests([withVersion("1"), withVersion("1"), digestOf([seen])]);
  expect([same.fingerprints, same.shapes[0]?.fingerprint]).toEqual(["1", "print 1"]);
  const different = mergeDigests([withVersion("1"), withVersion("2")]);
  expect([different.fingerprints, different.shapes[0]?.fingerprint]).toEqual([null, null]);
});
