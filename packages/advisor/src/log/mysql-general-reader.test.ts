import { randomNumbers } from "@dbadvise/testkit";
import { describe, expect, test } from "vitest";
import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import {
  collectFeed,
  collectLog,
  collectPieces,
  collectRanges,
  type CollectedLog,
  expectSame,
} from "./mysql-log/testing/collect-log.ts";
import { MARIADB_GENERAL_LOG, MYSQL_GENERAL_LOG } from "./mysql-log/testing/general-logs.ts";
import { mutate } from "./mysql-log/testing/mutate.ts";
import { mysqlGeneralReader } from "./mysql-general-reader.ts";

function read(log: string | Buffer): CollectedLog {
  return collectLog(mysqlGeneralReader, "mysql-general", Buffer.from(log));
}

function readRanges(log: Buffer, cuts: readonly number[]): CollectedLog {
  return collectRanges(mysqlGeneralReader, "mysql-general", log, cuts, "");
}

describe("forms", () => {
  test("MySQL", () => {
    const { executions, events, failures, records, unreadLines } = read(MYSQL_GENERAL_LOG);
    const none = { ms: Number.NaN, rows: Number.NaN, rowsExamined: Number.NaN, lockMs: Number.NaN };
    const rest = { ...none, session: 8, user: "", database: "" };
    expect(executions).toEqual([
      { sql: "select 1", at: Date.parse("2026-11-22T10:10:01.223Z"), ...rest },
      {
        sql: "select 'a\n2026-11-22 no record\n\t\t10 nor this'\nfrom t",
        at: Date.parse("2026-11-22T10:10:01.323Z"),
        ...rest,
      },
      { sql: "select n from t where id = 7", at: Date.parse("2026-11-22T10:10:02Z"), ...rest },
    ]);
    expect(events).toEqual([
      `connection NaN ${Date.parse("2026-11-22T10:10:01.123Z")}: `,
      `disconnection NaN ${Date.parse("2026-11-22T10:10:03Z")}: `,
    ]);
    expect(failures).toEqual([
      `1045 fatal ${Date.parse("2026-11-22T10:10:02.100Z")}: Access denied for user 'eve'@'10.0.0.9' (using password: YES)`,
    ]);
    expect({ records, unreadLines }).toEqual({ records: 11, unreadLines: 0 });
  });

  test("MariaDB: a record without a time has that of the one before", () => {
    const { executions, records, unreadLines } = read(MARIADB_GENERAL_LOG);
    expect(executions).toMatchObject([
      {
        sql: "insert into t\nvalues (1),\n\t\t(2)",
        at: Date.UTC(2026, 10, 22, 9, 10, 1),
        session: 11,
      },
      { sql: "select 2", at: Date.UTC(2026, 10, 22, 9, 10, 1), session: 12 },
      { sql: "select 3", at: Date.UTC(2026, 10, 22, 10, 10, 2), session: 11 },
    ]);
    expect({ records, unreadLines }).toEqual({ records: 6, unreadLines: 0 });
  });

  test("lines that begin a record, or the log, tell the format", () => {
    const starts = (log: string): number =>
      log.split("\n").filter((line) => mysqlGeneralReader.isBlockStart(Buffer.from(line))).length;
    expect([starts(MYSQL_GENERAL_LOG), starts(MARIADB_GENERAL_LOG)]).toEqual([11 + 1, 6 + 2]);
  });
});

describe("damage", () => {
  test("before the first record is unread", () => {
    const { executions, unreadLines, unreadBytes } = read(
      `\0\0garbage\n${MYSQL_GENERAL_LOG.split("\n").slice(3).join("\n")}`,
    );
    expect({ executions: executions.length, unreadLines, unreadBytes }).toEqual({
      executions: 3,
      unreadLines: 1,
      unreadBytes: 10,
    });
  });

  test("CRLF and a byte order mark change nothing", () => {
    for (const log of [MYSQL_GENERAL_LOG, MARIADB_GENERAL_LOG]) {
      const marked = read(`\u{feff}${log.replaceAll("\n", "\r\n")}`);
      expect(JSON.stringify(marked).replaceAll("\\r\\n", "\\n")).toBe(JSON.stringify(read(log)));
    }
  });

  test("in one record leaves all others as they were", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = randomNumbers(seed);
    for (let run = 0; run < 3000; run++) {
      const records = Array.from({ length: 6 }, (_, n) =>
        Buffer.from(`2026-11-22T10:10:01.123456Z\t    8 Query\tselect ${n},\n'x;'\n`),
      );
      const target = Math.floor(random() * 6);
      records[target] = Buffer.from(mutate(records[target] ?? Buffer.alloc(0), random));
      const log = Buffer.concat(records);
      const { executions } = read(log);
      for (let n = 0; n < 6; n++) {
        // Nothing ends a statement of this log: what comes behind it may be its own.
        if (n === target || n === target - 1 || n === target + 1) continue;
        const isSame = executions.some(({ sql }) => sql === `select ${n},\n'x;'`);
        expect(isSame, `SEED=${seed} run ${run}: ${JSON.stringify(log.toString())}`).toBe(true);
      }
    }
  });
});

describe("ranges", () => {
  const both = [MYSQL_GENERAL_LOG, MARIADB_GENERAL_LOG, MARIADB_GENERAL_LOG + MYSQL_GENERAL_LOG];
  const logs = both.flatMap((log) => [
    Buffer.from(log),
    Buffer.from(`\0garbage\n${log}`),
    Buffer.from(log.replaceAll("\n", "\r\n")),
  ]);

  test("sum up to the whole, wherever a log is cut", () => {
    for (const log of logs) {
      const whole = readRanges(log, []);
      expect(whole.records).toBeGreaterThan(0);
      for (let cut = 0; cut <= log.length; cut++)
        expectSame(readRanges(log, [cut]), whole, `cut at ${cut} of ${log.toString()}`);
    }
  });

  test("may come in pieces that end anywhere", () => {
    for (const log of logs) {
      const whole = read(log);
      for (let end = 0; end <= log.length; end++) {
        const pieces = collectPieces(mysqlGeneralReader, "mysql-general", log, [end]);
        expectSame(pieces, whole, `a piece to ${end} of ${log.toString()}`);
      }
    }
  });

  test("sum up to the whole, however many there are and whatever is in them", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = randomNumbers(seed);
    for (let run = 0; run < 1000; run++) {
      const log = mutate(logs[Math.floor(random() * logs.length)] ?? Buffer.alloc(0), random);
      const cuts = Array.from({ length: 5 }, () => Math.floor(random() * log.length)).toSorted(
        (a, b) => a - b,
      );
      const context = `SEED=${seed} run ${run}, cuts ${cuts.join()}`;
      const whole = readRanges(log, []);
      expectSame(readRanges(log, cuts), whole, context);
      expectSame(collectPieces(mysqlGeneralReader, "mysql-general", log, cuts), whole, context);
    }
  });

  test("a statement longer than a block is cut, in whatever chunks it comes", () => {
    const line = `${"1, ".repeat(1000)}\n`;
    const long = line.repeat(MAX_BLOCK_BYTES / line.length + 1);
    const log = Buffer.from(
      MARIADB_GENERAL_LOG +
        MARIADB_GENERAL_LOG.replace("(1),\n", long) +
        MARIADB_GENERAL_LOG.replace("(1),", "1".repeat(MAX_BLOCK_BYTES)),
    );
    const inChunks = (bytes: number): CollectedLog =>
      collectFeed(mysqlGeneralReader, "mysql-general", log, bytes);
    const whole = inChunks(log.length);
    expect(whole.executions.map(({ sql }) => sql.slice(0, 13))).toEqual([
      "insert into t",
      "select 2",
      "select 3",
      // With the lines that end within a block; the next record that has a time comes after it.
      "insert into t",
      "select 3",
      "insert into t",
      "select 3",
    ]);
    expect(whole.unreadBytes).toBeGreaterThan(MAX_BLOCK_BYTES);
    for (const bytes of [100_003, 1_000_003, 9_000_001])
      expectSame(inChunks(bytes), whole, `in chunks of ${bytes} bytes`);
  });
});
