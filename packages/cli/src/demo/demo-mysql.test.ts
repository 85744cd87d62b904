import { startPrivateServer } from "@dbadvise/testkit";
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../testing/run-cli.ts";

test.each(["mysql", "mariadb"] as const)(
  "the demo on a server that is given: %s",
  { timeout: 900_000 },
  async (engine) => {
    const server = await startPrivateServer(engine);
    onTestFinished(server.close);
    const run = await runCli(["demo", "--engine", engine, "--scratch-url", server.url]);
    expect(run.code, run.stderr).toBe(0);
    for (const code of [
      "missing-index",
      "duplicate-index",
      "redundant-index",
      "missing-primary-key",
    ])
      expect(run.stdout).toMatch(new RegExp(`\\b${code}\\b`));
    expect(run.stdout).toMatch(/verified on scratch copy \(M/);
    expect(run.stdout).not.toContain(new URL(server.url).password);
    const [, measured = ""] = run.stdout.split("Built and measured");
    const rows = measured
      .split("\n")
      .filter((line) => /^ *[\d,.]+ x +[\d,.]+ x +[\d.]+ ms +[\d.]+ ms  \S/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(4);
  },
);
