import { randomNumbers } from "@dbadvise/testkit";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { CARRIED_DATABASE } from "./mysql-log/carried-database.ts";
import {
  collectFeed,
  collectLog,
  collectPieces,
  collectRanges,
  type CollectedLog,
  expectSame,
} from "./mysql-log/testing/collect-log.ts";
import { mutate } from "./mysql-log/testing/mutate.ts";
import {
  ALL_LOGS,
  DAMAGED_LOG,
  MARIADB_LOG,
  MYSQL_EXTRA_LOG,
  MYSQL_LOG,
  PERCONA_LOG,
  RDS_LOG,
  TRICKY_LOG,
} from "./mysql-log/testing/slow-logs.ts";
import { mysqlSlowReader } from "./mysql-slow-reader.ts";

function read(log: string | Buffer): CollectedLog {
  return collectLog(mysqlSlowReader, "mysql-slow", Buffer.from(log));
}

function readRanges(log: Buffer, cuts: readonly number[]): CollectedLog {
  return collectRanges(mysqlSlowReader, "mysql-slow", log, cuts, CARRIED_DATABASE);
}

describe("forms", () => {
  test("MySQL", () => {
    const { executions, events, records, unreadLines } = read(MYSQL_LOG);
    expect(executions).toEqual([
      {
        sql: "select * from orders where id = 1",
        ms: 250,
        at: Date.parse("2026-11-22T10:10:01.123Z"),
        rows: 1,
        rowsExamined: 20_000,
        lockMs: 0.086,
        session: 17,
        user: "app",
        database: "shop",
      },
      {
        sql: "insert into orders (note)\nvalues ('ends with ;\nand goes on;')\n  # a comment; with a semicolon\n",
        ms: 1500,
        at: Date.parse("2026-11-22T10:10:02Z"),
        rows: 0,
        rowsExamined: 0,
        lockMs: 0,
        session: 123_456,
        user: "app",
        database: "shop",
      },
    ]);
    expect(events).toEqual([`disconnection NaN ${Date.parse("2026-11-22T10:10:03Z")}: `]);
    expect({ records, unreadLines }).toEqual({ records: 3, unreadLines: 0 });
  });

  test("log_slow_extra: statements that failed are failures", () => {
    const { executions, failures, events, unreadLines } = read(MYSQL_EXTRA_LOG);
    expect(executions).toMatchObject([{ sql: "select 1", ms: 0.377, rows: 3, session: 8 }]);
    expect(failures).toEqual([
      `3024 cancel ${Date.parse("2026-11-22T10:10:02Z")}: select sleep(10)`,
      `1213 error ${Date.parse("2026-11-22T10:10:03Z")}: update t set n = 1`,
    ]);
    expect(events).toEqual([
      `deadlock NaN ${Date.parse("2026-11-22T10:10:03Z")}: update t set n = 1`,
    ]);
    expect(unreadLines).toBe(0);
  });

  test("Percona Server: sampled statements count once", () => {
    const { executions, failures, unreadLines } = read(PERCONA_LOG);
    expect(executions).toMatchObject([
      {
        sql: "SELECT id,title FROM title WHERE title = 'Bambi'",
        ms: 7725.616,
        at: 1_370_073_666_000,
        rows: 4,
        session: 42,
        user: "root",
        database: "imdb",
      },
      { sql: "DELETE FROM City", rows: 12, session: 43, user: "SQL_SLAVE", database: "" },
    ]);
    expect(failures).toEqual(["1317 cancel 1370073667000: SELECT * FROM City"]);
    expect(unreadLines).toBe(0);
  });

  test("RDS: the server's banner comes again", () => {
    const { executions, unreadLines } = read(RDS_LOG);
    expect(executions).toMatchObject([
      { sql: "SELECT 1", at: Date.parse("2026-11-22T10:59:59.900Z"), database: "mysql" },
      { sql: "SELECT 2", at: Date.parse("2026-11-22T11:00:01Z"), database: "" },
    ]);
    expect(unreadLines).toBe(0);
  });

  test("MariaDB: with a plan", () => {
    const { executions, plans, unreadLines } = read(MARIADB_LOG);
    expect(executions).toMatchObject([
      { ms: 651.735, at: 1_795_342_218_000, rows: 20_000, session: 18, database: "shop" },
      { ms: 0.011, at: 1_795_342_219_000, rows: 5, session: 19, database: "" },
    ]);
    expect(plans).toEqual([
      `651.735 ${executions[0]?.sql}: # explain: id\tselect_type\ttable\n# explain: 1\tSIMPLE\tseq_1_to_20000`,
    ]);
    expect(unreadLines).toBe(0);
  });

  test("what looks like a part of the log stays in its statement", () => {
    const { executions, unreadLines, records } = read(TRICKY_LOG);
    expect(executions.map(({ sql, ms, database }) => [sql.slice(0, 30), ms, database])).toEqual([
      ["insert into pastes values ('a ", 0.001, CARRIED_DATABASE],
      ["SET timestamp=1", 0.002, "odd db"],
      ["use other", 0.003, "other"],
      ["CREATE PROCEDURE p() BEGIN\n  s", 0.004, "other"],
      ["select 'the clock was set back", Number.NaN, "other"],
    ]);
    expect(executions[0]?.sql).toMatch(/over"\)$/);
    expect(executions[3]?.sql).toMatch(/END$/);
    expect({ records, unreadLines }).toEqual({ records: 6, unreadLines: 0 });
  });

  test("a record of a real MariaDB", () => {
    const sample = new URL(
      "../../testdata/logs/mariadb-10.11-slow-explain.log.gz",
      import.meta.url,
    );
    const log = gunzipSync(readFileSync(sample));
    const { executions, plans, unreadLines } = read(log);
    const lines = log.toString().split("\n");
    const queryTimes = lines.filter((line) => line.startsWith("# Query_time: "));
    expect(executions).toHaveLength(queryTimes.length);
    expect(executions.map(({ ms }) => (ms / 1000).toFixed(6))).toEqual(
      queryTimes.map((line) => line.split(" ")[2]),
    );
    expect(executions.map(({ at }) => `SET timestamp=${at / 1000};`)).toEqual(
      lines.filter((line) => line.startsWith("SET timestamp=")),
    );
    expect(plans).toHaveLength(lines.filter((line) => line.startsWith("# explain: id")).length);
    expect(unreadLines).toBe(0);
  });

  test("`--log-short-format`, integer times and a log without SET timestamp", () => {
    const { executions, unreadLines } = read(
      [
        "# Query_time: 2  Lock_time: 0 Rows_sent: 1  Rows_examined: 0",
        "use shop;",
        "select 1;",
        "# Time: 071015  9:43:52",
        "# User@Host: [app] @ localhost []",
        "# Query_time: 3  Lock_time: 0 Rows_sent: 1  Rows_examined: 0",
        "use other;",
        "",
      ].join("\n"),
    );
    expect(executions).toMatchObject([
      { sql: "select 1", ms: 2000, at: Number.NaN, database: "shop" },
      { sql: "use other", ms: 3000, at: Date.UTC(2007, 9, 15, 9, 43, 52), user: "app" },
    ]);
    expect(unreadLines).toBe(0);
  });

  test("lines that begin a block are told from others", () => {
    const starts = MYSQL_LOG.split("\n").filter((line) =>
      mysqlSlowReader.isBlockStart(Buffer.from(line)),
    );
    expect(starts.map((line) => line.slice(0, 14))).toEqual([
      "/usr/sbin/mysq",
      ...Array.from({ length: 3 }, () => [
        "# Time: 2026-1",
        "# User@Host: a",
        "# Query_time: ",
      ]).flat(),
    ]);
    for (const line of ["", "# Time: soon", "select 1;", "2026-11-22 10:04:54 UTC [7] LOG:  x"])
      expect(mysqlSlowReader.isBlockStart(Buffer.from(line))).toBe(false);
  });
});

describe("damage", () => {
  test("takes no whole record with it", () => {
    const { executions, unreadLines, unreadBytes } = read(DAMAGED_LOG);
    expect(executions.map(({ sql }) => sql)).toEqual(
      Array.from({ length: 7 }, (_, index) => `select ${index + 1}`),
    );
    // Two lines of garbage, two statements cut short, a line written twice, a time that is none, a header that is alone,
    // and the end.
    expect(unreadLines).toBe(2 + 2 * 4 + 1 + 4 + 1 + 4);
    expect(unreadBytes).toBe(12 + 160 + 150 + 20 + 37 + 160 + 37 + 161);
  });

  test("CRLF and a byte order mark change nothing", () => {
    for (const log of ALL_LOGS) {
      const plain = read(log);
      const marked = read(`\u{feff}${log.replaceAll("\n", "\r\n")}`);
      expect(JSON.parse(JSON.stringify(marked).replaceAll("\\r\\n", "\\n"))).toEqual({
        ...JSON.parse(JSON.stringify(plain)),
        unreadBytes: marked.unreadBytes,
      });
    }
  });

  test("invalid UTF-8 and NULs are bytes of a statement like others", () => {
    const log = Buffer.concat([
      Buffer.from(MYSQL_LOG),
      Buffer.from(MYSQL_LOG.replace("id = 1", "id = '\u{1}\u{2}'"), "utf8").map((byte) =>
        byte === 1 ? 0 : byte === 2 ? 0xff : byte,
      ),
    ]);
    const { executions, unreadLines } = read(log);
    expect(executions).toHaveLength(4);
    expect(unreadLines).toBe(0);
  });

  test("that opens a literal ends with its record, whatever closes it later", () => {
    const record = (n: number, sql: string): string =>
      `# Time: 2026-11-22T10:10:01.123456Z\n# User@Host: app[app] @ web [10.0.0.7]  Id:    17\n` +
      `# Query_time: 0.00000${n}  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\n` +
      `SET timestamp=1795342201;\n${sql}\n`;
    const intact = record(2, `select 'a';`);
    const closing = [
      record(3, `select "c";\nfrom t;`).replace("# Time", "# Tim"),
      `', "', d", "e");\n`,
      "/* b */ c;\n",
    ];
    for (const open of [`select "a`, "select 'a", "select /* a", `insert into t values ("a,`])
      for (const close of closing) {
        const log = record(1, open) + intact + close + record(4, "select 4;");
        const { executions } = read(log);
        const seen = executions.map(({ sql, ms }) => `${sql} ${ms}`);
        expect(seen, log).toContain("select 'a' 0.002");
        expect(seen, log).toContain("select 4 0.004");
      }
  });

  test("is not what a literal quotes of a slow log", () => {
    const quoted = MYSQL_LOG.slice(MYSQL_LOG.indexOf("# Time")).replace(/;\n# Time[^]*/, ";\n");
    for (const sql of [
      `insert into notes values ('it said\n${quoted.replaceAll("'", "''")}and more', "x", 'y')`,
      `insert into notes values ("it said\n${quoted.replaceAll('"', "'")}", 'it''s')`,
      `select 1 /* as in\n${quoted.replaceAll("/*", "").replaceAll("*/", "")}*/ from t`,
    ]) {
      const log = `${MYSQL_LOG.slice(0, MYSQL_LOG.indexOf("# Time"))}# Time: 2026-11-22T10:10:01.123456Z\n# User@Host: app[app] @ web [10.0.0.7]  Id:    17\n# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\nSET timestamp=1795342201;\n${sql};\n`;
      const { executions, unreadLines } = read(log);
      expect(executions.map((one) => one.sql)).toEqual([sql]);
      expect(unreadLines).toBe(0);
    }
  });

  test("in one record leaves all others as they were", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = randomNumbers(seed);
    const record = (n: number): Buffer =>
      Buffer.from(
        `# Time: 2026-11-22T10:10:01.123456Z\n# User@Host: app[app] @ web [10.0.0.7]  Id:    17\n` +
          `# Query_time: 0.${String(n).padStart(6, "0")}  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\n` +
          `SET timestamp=1795342201;\nselect ${n}, 'a''b', "c"\nfrom t; -- e\n;\n`,
      );
    for (let run = 0; run < 3000; run++) {
      const records = Array.from({ length: 6 }, (_, n) => record(n + 1));
      const target = Math.floor(random() * 6);
      records[target] = mutate(records[target] ?? Buffer.alloc(0), random);
      const log = Buffer.concat(records);
      const { executions, unreadBytes } = read(log);
      const seen = executions.map(({ sql }) => sql.replace(/[;\s]+$/, ""));
      for (let n = 1; n <= 6; n++) {
        if (n === target + 1) continue;
        expect(seen, `SEED=${seed} run ${run}: ${JSON.stringify(log.toString())}`).toContain(
          `select ${n}, 'a''b', "c"\nfrom t; -- e`,
        );
      }
      expect(unreadBytes).toBeLessThanOrEqual(log.length);
    }
  });
});

describe("ranges", () => {
  const logs = ALL_LOGS.flatMap((log) => [
    Buffer.from(log),
    Buffer.from(log.replaceAll("\n", "\r\n")),
  ]);
  const longLogs = [ALL_LOGS.join(""), ALL_LOGS.toReversed().join("\n\n")].map((log) =>
    Buffer.from(log),
  );

  test("sum up to the whole, wherever a log is cut", () => {
    for (const log of logs) {
      const whole = readRanges(log, []);
      expect(whole.records).toBeGreaterThan(0);
      for (let cut = 0; cut <= log.length; cut++) {
        expectSame(readRanges(log, [cut]), whole, `cut at ${cut} of ${log.toString()}`);
      }
    }
  });

  test("sum up to the whole, however many there are and whatever is in them", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = randomNumbers(seed);
    for (let run = 0; run < 1000; run++) {
      const all = [...logs, ...longLogs];
      const log = mutate(all[Math.floor(random() * all.length)] ?? Buffer.alloc(0), random);
      const cuts = Array.from({ length: 5 }, () => Math.floor(random() * log.length)).toSorted(
        (a, b) => a - b,
      );
      const context = `SEED=${seed} run ${run}, cuts ${cuts.join()}`;
      const whole = readRanges(log, []);
      expectSame(readRanges(log, cuts), whole, context);
      expectSame(named(collectPieces(mysqlSlowReader, "mysql-slow", log, cuts)), whole, context);
    }
  });

  test("may come in pieces that end anywhere", () => {
    for (const log of logs) {
      const whole = read(log);
      for (let end = 0; end <= log.length; end++) {
        const pieces = collectPieces(mysqlSlowReader, "mysql-slow", log, [end]);
        expectSame(pieces, whole, `a piece to ${end} of ${log.toString()}`);
      }
    }
  });

  test("a statement longer than a block is unread, in whatever chunks it comes", () => {
    const line = `${"1, ".repeat(1000)}\n`;
    const log = Buffer.from(
      MYSQL_LOG +
        MYSQL_LOG.replace(
          "id = 1;",
          `id in (${line.repeat(MAX_BLOCK_BYTES / line.length + 1)}1);`,
        ) +
        MYSQL_LOG.replace("id = 1;", `id = '${"1".repeat(MAX_BLOCK_BYTES)}';`),
    );
    const inChunks = (bytes: number): CollectedLog =>
      collectFeed(mysqlSlowReader, "mysql-slow", log, bytes);
    const whole = inChunks(log.length);
    expect(whole.executions).toHaveLength(4);
    expect(whole.unreadBytes).toBeGreaterThan(2 * MAX_BLOCK_BYTES);
    expect(whole.unreadBytes).toBeLessThan(2 * MAX_BLOCK_BYTES + 5000);
    for (const bytes of [100_003, 1_000_003, 9_000_001])
      expectSame(inChunks(bytes), whole, `in chunks of ${bytes} bytes`);
  });
});

/** As of a log's first range. */
function named(log: CollectedLog): CollectedLog {
  return {
    ...log,
    executions: log.executions.map((execution) =>
      execution.database === CARRIED_DATABASE ? { ...execution, database: "" } : execution,
    ),
  };
}
