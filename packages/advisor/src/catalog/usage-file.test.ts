import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tableKey } from "./catalog.ts";
import { appendUsage, readUsage } from "./usage-file.ts";
import type { UsageRecord } from "./usage-history.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbadvise-usage-"));
});
afterAll(() => rm(folder, { recursive: true }));

const record: UsageRecord = {
  node: "db1:5432/shop",
  role: "primary",
  at: "2026-01-02T00:00:00.000Z",
  since: null,
  incarnation: "local:5432/00000001",
  standbys: 1,
  indexes: new Map([
    [
      tableKey({ schema: "public", name: 'od"d.näme' }),
      { scans: 3, tuplesRead: 9, lastScan: "2026-01-01T00:00:00.000Z" },
    ],
    [
      tableKey({ schema: "public", name: "__proto__" }),
      { scans: 1, tuplesRead: 2, lastScan: null },
    ],
    [tableKey({ schema: "x.y", name: "idle" }), { scans: 0, tuplesRead: 0, lastScan: null }],
  ]),
  sequences: new Map([[tableKey({ schema: "public", name: "t_id_seq" }), 2_147_000_000]]),
};

test("what was added is read again, one line for each record", async () => {
  const path = join(folder, "round-trip");
  const second = { ...record, node: "db2:5432/shop", role: "replica", standbys: null } as const;
  await appendUsage(path, [record, second]);
  await appendUsage(path, [record]);
  expect(await readUsage(path)).toEqual({ records: [record, second, record], unread: 0 });
  expect((await readFile(path, "utf8")).split("\n")).toHaveLength(4);
});

test("a line that was cut short is counted, and does not swallow the next one", async () => {
  const path = join(folder, "cut");
  await appendUsage(path, [record, record]);
  const { length } = await readFile(path);
  await truncate(path, length - 20);
  await appendUsage(path, [record]);
  expect(await readUsage(path)).toEqual({ records: [record, record], unread: 1 });
});

test("many writers at a time lose nothing", async () => {
  const path = join(folder, "many");
  await Promise.all(
    Array.from({ length: 40 }, (_, number) =>
      appendUsage(path, [
        { ...record, node: `a${number}` },
        { ...record, node: `b${number}` },
      ]),
    ),
  );
  const { records, unread } = await readUsage(path);
  expect(unread).toBe(0);
  expect(new Set(records.map(({ node }) => node)).size).toBe(80);
});

test("a file that is no history, is missing, or comes from a later version is refused", async () => {
  const path = join(folder, "other");
  await writeFile(path, "milk\nbread\n");
  await expect(readUsage(path)).rejects.toThrow("holds no record");
  await expect(readUsage(join(folder, "missing"))).rejects.toThrow("can't be read");
  await appendFile(path, '{"format":"dbadvise-usage","version":2}\n');
  await expect(readUsage(path)).rejects.toThrow("format version 2");
  await expect(appendUsage(folder, [record])).rejects.toThrow("can't be written");
});

test("a line whose fields are of another kind is not read", async () => {
  const path = join(folder, "kinds");
  await appendUsage(path, [record]);
  const line: Record<string, unknown> = JSON.parse(await readFile(path, "utf8"));
  const broken: readonly Record<string, unknown>[] = [
    { ...line, role: "leader" },
    { ...line, at: "yesterday" },
    { ...line, indexes: { public: { a: [1] } } },
    { ...line, indexes: { public: { a: "many" } } },
    { ...line, sequences: { public: { a: null } } },
    { ...line, standbys: "two" },
  ];
  await appendFile(path, broken.map((each) => `${JSON.stringify(each)}\n`).join(""));
  expect(await readUsage(path)).toEqual({ records: [record], unread: broken.length });
});
