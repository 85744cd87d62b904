import { expect, test } from "vitest";
import { runCli } from "../testing/run-cli.ts";

test(
  "the demo shows each finding, then builds and measures what was advised",
  { timeout: 180_000 },
  async () => {
    const run = await runCli(["demo"]);
    expect(run.code, run.stderr).toBe(0);
    for (const code of [
      "missing-index",
      "unused-index",
      "duplicate-index",
      "redundant-index",
      "invalid-index",
      "unindexed-foreign-key",
      "missing-primary-key",
    ]) {
      expect(run.stdout).toMatch(new RegExp(`\\b${code}\\b`));
    }
    // Counters of a few seconds are no evidence that nobody needs an index.
    expect(run.stdout).toMatch(/unused-index[\s\S]*insufficient evidence/);
    const [, measured = ""] = run.stdout.split("Built and measured");
    const rows = measured
      .split("\n")
      .filter((line) => /^ *[\d,.]+ x +[\d,.]+ x +[\d.]+ ms +[\d.]+ ms  \S/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(5);
  },
);
