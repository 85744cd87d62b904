import { expect, test } from "vitest";
import type { EventSource } from "../log/event-source.ts";
import { statementList } from "../log/statement-list.ts";
import { postgres } from "../postgres/engine.ts";
import { digestOfLog } from "./digest-of-log.ts";
import { openLog } from "./open-log.ts";

const { fingerprinter, parse } = postgres;

async function readLog(): Promise<EventSource> {
  const log = openLog(new URL("../../testdata/logs/pg15-stderr.log.gz", import.meta.url).pathname);
  for await (const _ of log.events);
  return log;
}

test("the only log's digest has the fingerprints of queries, and no data", async () => {
  const others = [statementList(["select 1"])];
  const digest = await digestOfLog([...others, await readLog()], fingerprinter);
  const update = digest?.shapes.find(({ text }) => text.startsWith("update pgbench_tellers"));
  const parsed = await parse("UPDATE pgbench_tellers SET tbalance = tbalance + -3 WHERE tid = 2;");
  expect(update?.fingerprint).toBe(parsed.kind === "query" ? parsed.fingerprint : "not a query");
  expect(update?.calls).toBeGreaterThan(100);
  expect(
    digest?.shapes.filter(({ examples, plan }) => examples.length > 0 || plan !== null),
  ).toEqual([]);
});

test("no log, and several, have none", async () => {
  expect(await digestOfLog([statementList(["select 1"])], fingerprinter)).toBeUndefined();
  expect(await digestOfLog([await readLog(), await readLog()], fingerprinter)).toBeUndefined();
});
