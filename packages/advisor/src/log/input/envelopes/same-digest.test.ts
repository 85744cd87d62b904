import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../../digest/digest.ts";
import { runDigest } from "../../../digest/run-digest.ts";
import { sampleLog } from "./testing/unwrap.ts";
import { interleave, messagesOf } from "./testing/write-syslog.ts";

const SEED = 35;

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

async function digestOf(log: string): Promise<Digest> {
  return runDigest({ inputs: ["-"], stdin: Readable.from([Buffer.from(log)]) });
}

function eachLine(log: string, wrap: (line: string) => string): string {
  return log.replace(/[^\n]+/g, wrap);
}

const WRAPPED: Readonly<Record<string, (log: string) => string>> = {
  docker: (log) =>
    eachLine(log, (line) => JSON.stringify({ log: `${line}\n`, stream: "stderr", time: "x" })),
  cri: (log) => eachLine(log, (line) => `2026-11-22T10:04:54.282Z stderr F ${line}`),
  syslog: (log) =>
    interleave(
      messagesOf(log),
      (pid, message, chunk, text) =>
        `Nov 22 10:04:54 db postgres[${pid}]: [${message}-${chunk}] ${text.replaceAll("\t", "#011")}`,
      randomOf(SEED),
    ).join("\n"),
  cloudwatch: (log) =>
    messagesOf(log)
      .map(({ text }) => `2026-11-22T10:04:54.000Z ${text}`)
      .join("\n"),
  "cloud-sql": (log) =>
    JSON.stringify(
      messagesOf(log).map(({ text }) => ({
        textPayload: text,
        logName: "projects/p/logs/cloudsql.googleapis.com%2Fpostgres.log",
      })),
      null,
      2,
    ),
};

describe.each(["pg15-stderr.log.gz", "pg15-auto-explain.log.gz"])("%s", (sample) => {
  const log = sampleLog(sample).toString();

  test.each(Object.entries(WRAPPED))(
    "in %s has the digest that it has without",
    async (name, wrap) => {
      const [plain, wrapped] = [await digestOf(log), await digestOf(wrap(log))];
      expect(wrapped.sources).toEqual([
        { ...plain.sources[0], format: `stderr in ${name}`, bytes: expect.any(Number) },
      ]);
      expect({ ...wrapped, sources: [] }, `seed ${SEED}`).toEqual({ ...plain, sources: [] });
      expect(wrapped.unread).toEqual({ lines: 0, bytes: 0 });
      expect(wrapped.shapes.length).toBeGreaterThan(5);
    },
  );
});
