import { expect, test } from "vitest";
import { statementList } from "../log/statement-list.ts";
import { postgres } from "../postgres/engine.ts";
import type { Digest } from "./digest.ts";
import { digestOfLogs } from "./digest-of-logs.ts";
import { type DigestedLog, openLog } from "./open-log.ts";

const { fingerprinter, parse } = postgres;

async function readLog(name: string): Promise<DigestedLog> {
  const log = openLog(new URL(`../../testdata/logs/${name}`, import.meta.url).pathname);
  for await (const _ of log.events);
  return log;
}

function callsOf(digest: Digest | undefined): number {
  return digest?.timeline.reduce((sum, { calls }) => sum + calls, 0) ?? 0;
}

test("a log's digest has the fingerprints of queries, and no data", async () => {
  const others = [statementList(["select 1"])];
  const log = await readLog("pg15-stderr.log.gz");
  const digest = await digestOfLogs([...others, log], fingerprinter);
  const update = digest?.shapes.find(({ text }) => text.startsWith("update pgbench_tellers"));
  const parsed = await parse("UPDATE pgbench_tellers SET tbalance = tbalance + -3 WHERE tid = 2;");
  expect(update?.fingerprint).toBe(parsed.kind === "query" ? parsed.fingerprint : "not a query");
  expect(callsOf(digest)).toBe(callsOf(log.digest()));
  expect(
    digest?.shapes.filter(({ examples, plan }) => examples.length > 0 || plan !== null),
  ).toEqual([]);
});

test("several logs are one", async () => {
  const logs = [await readLog("pg15-stderr.log.gz"), await readLog("pg15-jsonlog.json.gz")];
  const digest = await digestOfLogs(logs, fingerprinter);
  expect(digest?.sources.map(({ format }) => format).toSorted()).toEqual(["jsonlog", "stderr"]);
  expect(callsOf(digest)).toBe(logs.reduce((sum, log) => sum + callsOf(log.digest()), 0));
});

test("sources that are no logs have none", async () => {
  expect(await digestOfLogs([statementList(["select 1"])], fingerprinter)).toBeUndefined();
});
