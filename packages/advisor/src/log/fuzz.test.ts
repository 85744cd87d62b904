import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random-database/random.ts";
import type { LogFormat, LogFormatName } from "./log-format.ts";
import { MARIADB_GENERAL_LOG, MYSQL_GENERAL_LOG } from "./mysql-log/testing/general-logs.ts";
import { ALL_LOGS } from "./mysql-log/testing/slow-logs.ts";
import { blocksOf, fuzzLog, type FuzzTarget, statementOf } from "./testing/fuzz-log.ts";
import { plainMessage } from "./testing/plain-message.ts";
import { csvRecord, jsonRecord } from "./testing/write-messages.ts";

/** Damaged records of all formats together. */
const ASKED = process.env["DBADVISE_FUZZ_RECORDS"];
const RECORDS = Number(ASKED ?? 100_000);
const SEED = Number(process.env["DBADVISE_FUZZ_SEED"] ?? Date.now() % 1_000_000);
const TARGETS = targets();

describe("one damaged record after another costs no other one", () => {
  test.each(TARGETS)("$format.name", { timeout: 600_000 }, (target) => {
    expect(target.records.length).toBeGreaterThan(10);
    const started = performance.now();
    const result = fuzzWithSeed(target);
    const seconds = (performance.now() - started) / 1000;
    // Damage is told, and doesn't keep the rest of what it hit from being read.
    expect(result.unreadLines).toBeGreaterThan(0);
    expect(result.counted).toBeGreaterThan(0);
    if (ASKED === undefined) return;
    process.stdout.write(
      `${target.format.name}: ${result.mutated} damaged records, ${(result.bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s, ${result.unreadLines} lines unread (seed ${SEED})\n`,
    );
  });
});

function fuzzWithSeed(target: FuzzTarget): ReturnType<typeof fuzzLog> {
  try {
    return fuzzLog(target, RECORDS / TARGETS.length, seededRandom(SEED));
  } catch (error) {
    throw new Error(`DBADVISE_FUZZ_SEED=${SEED} DBADVISE_FUZZ_RECORDS=${RECORDS}`, {
      cause: error,
    });
  }
}

function targets(): readonly FuzzTarget[] {
  const stderr = formatOf("stderr", [
    "%m [%p] %q%u@%d ",
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a",
  ]);
  const pid = (number: number): number => 1_000_000 + number;
  const message = (number: number): ReturnType<typeof plainMessage> =>
    plainMessage({
      session: 0x6b02be46 * 2 ** 22 + pid(number),
      message: `duration: ${msOf(number)} ms  statement: ${statementOf(number)}`,
    });
  const slow = formatOf("mysql-slow");
  const general = formatOf("mysql-general");
  return [
    {
      format: stderr,
      intact: (number) =>
        `2026-11-22 10:04:54.364 UTC [${pid(number)}] logres@shop LOG:  ${message(number).message}\n`,
      msOf,
      continues: true,
      records: [...blocksOfFiles(stderr, "pg15-stderr.log", "pg15-auto-explain.log")],
    },
    {
      format: formatOf("csvlog"),
      intact: (number) => `${csvRecord(message(number))}\n`,
      msOf,
      continues: false,
      records: blocksOfFiles(formatOf("csvlog"), "pg15-csvlog.csv", "pg15-auto-explain.csv"),
    },
    {
      format: formatOf("jsonlog"),
      intact: (number) => `${jsonRecord(message(number))}\n`,
      msOf,
      continues: false,
      records: blocksOfFiles(formatOf("jsonlog"), "pg15-jsonlog.json", "pg15-auto-explain.json"),
    },
    {
      format: slow,
      intact: (number) =>
        `# Time: 2026-11-22T10:10:01.123456Z\n# User@Host: app[app] @ web [10.0.0.7]  Id:    17\n` +
        `# Query_time: ${(msOf(number) / 1000).toFixed(6)}  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\n` +
        `SET timestamp=1795342201;\n${statementOf(number)};\n`,
      msOf,
      continues: true,
      records: [
        ...ALL_LOGS.flatMap((log) => blocksOf(slow, Buffer.from(log))),
        ...blocksOfFiles(slow, "mariadb-10.11-slow-explain.log"),
      ],
    },
    {
      format: general,
      intact: (number) => `2026-11-22T10:10:01.123456Z\t    8 Query\t${statementOf(number)}\n`,
      msOf: () => Number.NaN,
      continues: true,
      records: [MYSQL_GENERAL_LOG, MARIADB_GENERAL_LOG].flatMap((log) =>
        blocksOf(general, Buffer.from(log)),
      ),
    },
  ];
}

function formatOf(name: LogFormatName, prefixes: readonly string[] = []): LogFormat {
  return { name, envelope: null, prefixes };
}

function msOf(number: number): number {
  return (number + 1) / 1000;
}

function blocksOfFiles(format: LogFormat, ...files: readonly string[]): readonly Buffer[] {
  return files.flatMap((file) => {
    const url = new URL(`../../testdata/logs/${file}.gz`, import.meta.url);
    return blocksOf(format, gunzipSync(readFileSync(url)));
  });
}
