import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { baselineText, readBaseline, updatedBaseline } from "./baseline.ts";
import { cleanCheckReport, fullCheckReport, setNotNull } from "./report/testing/check-reports.ts";

async function newFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-baseline-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "baseline.json"), text);
  return join(folder, "baseline.json");
}

test("one sorted line for each finding, known ones too, ignored ones not", () => {
  expect(baselineText(updatedBaseline([], fullCheckReport))).toMatchInlineSnapshot(`
    "{
      "version": 1,
      "findings": [
        { "fingerprint": "2123456789abcdef", "code": "drop-table", "file": "db/m [1],a:b%|\`x\`\\u001b[2J/::error::\\u202e<b>\\"&.ts", "migration": "2_<b>&\\"'\\u0000￾", "object": "Käufer.str\`|<b>x</b>" },
        { "fingerprint": "1123456789abcdef", "code": "dropped-in-use", "file": "db/migrations/20260302_status.sql", "migration": "20260302_status", "object": "public.orders.orders_status_idx" },
        { "fingerprint": "0123456789abcdef", "code": "set-not-null", "file": "db/migrations/20260302_status.sql", "migration": "20260302_status", "object": "public.orders" },
        { "fingerprint": "4123456789abcdef", "code": "set-not-null", "file": "db/migrations/20260302_status.sql", "migration": "20260302_status", "object": "public.orders" }
      ]
    }
    "
  `);
});

test("is the same whatever the order of the findings is", () => {
  const reversed = { ...fullCheckReport, findings: fullCheckReport.findings.toReversed() };
  expect(baselineText(updatedBaseline([], reversed))).toBe(
    baselineText(updatedBaseline([], fullCheckReport)),
  );
});

test("is read back, and keeps what was known of migrations that were not checked", async () => {
  const text = baselineText(updatedBaseline([], fullCheckReport));
  const entries = await readBaseline(await newFile(text));
  expect(baselineText(entries)).toBe(text);
  expect(baselineText(updatedBaseline(entries, cleanCheckReport))).toBe(text);
  const again = {
    ...fullCheckReport,
    known: [],
    findings: [setNotNull],
    migrations: { total: 14, checked: fullCheckReport.migrations.checked.slice(0, 1) },
  };
  // One finding is left of the checked migration; the other migration's stays.
  expect(updatedBaseline(entries, again).map(({ fingerprint }) => fingerprint)).toEqual([
    "2123456789abcdef",
    "0123456789abcdef",
  ]);
});

test("nothing known", async () => {
  const text = baselineText([]);
  expect(await readBaseline(await newFile(text))).toEqual([]);
});

test.each([
  "",
  "{}",
  "[]",
  '{"version":2,"findings":[]}',
  '{"version":1,"findings":[{"fingerprint":1}]}',
])("%j is no baseline", async (text) => {
  await expect(readBaseline(await newFile(text))).rejects.toMatchObject({
    code: "file-not-readable",
    hint: expect.stringContaining("--update-baseline"),
  });
});

test("a missing file says how to make it", async () => {
  await expect(readBaseline("/nowhere/b.json")).rejects.toMatchObject({
    code: "file-not-readable",
    message: expect.stringContaining("/nowhere/b.json"),
    hint: "Make it first: dbadvise check --baseline /nowhere/b.json --update-baseline",
  });
});
