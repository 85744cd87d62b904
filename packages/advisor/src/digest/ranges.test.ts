import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { feedBlocks } from "../log/block-feed.ts";
import { MAX_BLOCK_BYTES } from "../log/block-reader.ts";
import { sniffFormat } from "../log/input/sniff-format.ts";
import { CARRIED_DATABASE } from "../log/mysql-log/carried-database.ts";
import { fillFeed } from "../log/read-log.ts";
import { createDigestState } from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";
import { MAX_NAMES, nameHash, OTHER_NAME } from "./name-interner.ts";
import { type LogSource, openReader, readRangeInto } from "./read-into.ts";
import { renameDatabase } from "./rename-database.ts";
import { joinRests, runDigest } from "./run-digest.ts";

const folder = mkdtempSync(join(tmpdir(), "dbadvise-ranges-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What servers wrote, from somewhere in the middle. */
function sample(name: string, from: number, bytes: number): string {
  const path = join(import.meta.dirname, "../../testdata/logs", `${name}.gz`);
  return gunzipSync(readFileSync(path))
    .toString("utf8")
    .slice(from, from + bytes);
}

/** Joins across records: a statement and its duration, a plan and its execution, errors of what had started. */
const JOINED = `2026-11-22 10:00:00.000 UTC [7] u@d LOG:  statement: select 1
2026-11-22 10:00:00.100 UTC [8] u@d LOG:  execute <unnamed>: select *
\tfrom t where a = $1
2026-11-22 10:00:00.100 UTC [8] u@d DETAIL:  parameters: $1 = 'x'
2026-11-22 10:00:01.000 UTC [7] u@d LOG:  duration: 1000.125 ms
garbage that belongs to nothing
2026-11-22 10:00:01.500 UTC [8] u@d LOG:  duration: 1400.000 ms
2026-11-22 10:00:02.000 UTC [7] u@d LOG:  statement: select oops
2026-11-22 10:00:02.000 UTC [7] u@d ERROR:  column "oops" does not exist at character 8
2026-11-22 10:00:02.000 UTC [7] u@d STATEMENT:  select oops
2026-11-22 10:00:02.100 UTC [9] u@e LOG:  duration: 3.000 ms  plan:
\tQuery Text: select f(1)
\tResult  (cost=0.00..0.26 rows=1 width=4)
2026-11-22 10:00:02.100 UTC [9] u@e LOG:  duration: 3.250 ms  statement: select f(1)
2026-11-22 10:00:02.200 UTC [7] u@d LOG:  statement: select 2
2026-11-22 10:00:02.200 UTC [7] u@d FATAL:  terminating connection due to administrator command
2026-11-22 10:00:02.300 UTC [9] u@e LOG:  statement: select 'open at the end'
`;

const MYSQL_SLOW = `/usr/sbin/mysqld, Version: 9.7.0 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
# Time: 2026-11-22T10:10:01.000100Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.010000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10
use shop;
SET timestamp=1795342201;
select 1;
# Time: 2026-11-22T10:10:02.000100Z
# User@Host: app[app] @ localhost []  Id:    17
# Query_time: 0.020000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10
SET timestamp=1795342202;
select 2 from t
  where a = '# not a header';
# Time: 2026-11-22T10:10:03.000100Z
# User@Host: app[app] @ localhost []  Id:    18
# Query_time: 0.030000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10
use other;
SET timestamp=1795342203;
select 1;
# Time: 2026-11-22T10:10:04.000100Z
# User@Host: app[app] @ localhost []  Id:    18
# Query_time: 0.040000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10
SET timestamp=1795342204;
select 1;
`;

const LOGS: Readonly<Record<string, string>> = {
  "stderr, joined": JOINED,
  stderr: sample("pg15-auto-explain.log", 3000, 1300),
  csvlog: sample("pg15-auto-explain.csv", 3000, 1300),
  jsonlog: sample("pg15-auto-explain.json", 3000, 1300),
  "slow log of MySQL": MYSQL_SLOW,
  "slow log of MariaDB": sample("mariadb-10.11-slow-explain.log", 300, 1200),
};

function sourceOf(path: string, text: string): LogSource {
  const format = sniffFormat(Buffer.from(text), {});
  if (format === null) throw new Error(`No format: ${text.slice(0, 200)}`);
  return { name: path, format, absoluteTimes: true };
}

/** The digest of a file that is read in ranges, each by a state of its own. */
function digestOfRanges(path: string, log: LogSource, cuts: readonly number[]): Digest {
  const state = createDigestState();
  const bounds = [0, ...cuts, Number.POSITIVE_INFINITY];
  let database = "";
  const rests = cuts.concat(0).map((_, index) => {
    const own = createDigestState();
    const range = { from: bounds[index] ?? 0, to: bounds[index + 1] ?? 0, end: Infinity };
    const rest = readRangeInto(own, path, log, range, () => undefined);
    state.merge(renameDatabase(own.part(), CARRIED_DATABASE, database));
    if (rest.database !== null && rest.database !== CARRIED_DATABASE) ({ database } = rest);
    return rest;
  });
  joinRests(state, log, rests);
  return state.finish();
}

describe.each(Object.entries(LOGS))("%s", (name, text) => {
  const path = join(folder, name.replaceAll(/\W/g, "-"));
  writeFileSync(path, text);
  const log = sourceOf(path, text);
  const whole = digestOfRanges(path, log, []);

  test("has executions", () => {
    expect(whole.shapes.length).toBeGreaterThan(1);
    expect(whole.shapes.some(({ calls, totalUs }) => calls > 0 && totalUs > 0)).toBe(true);
  });

  test("is the same for every cut", () => {
    const bytes = Buffer.byteLength(text);
    for (let cut = 1; cut < bytes; cut++) {
      expect(digestOfRanges(path, log, [cut]), `cut at ${cut}`).toEqual(whole);
    }
  });

  test("is the same in chunks of any size", () => {
    for (const size of [1, 7, 100]) {
      const state = createDigestState();
      const { reader, source, rest } = openReader(state, log, true);
      const feed = feedBlocks(reader, source);
      const bytes = Buffer.from(text);
      source.bytes = bytes.length;
      for (let at = 0; at < bytes.length; at += size) fillFeed(feed, bytes.subarray(at, at + size));
      feed.end();
      joinRests(state, log, [rest()]);
      expect(state.finish(), `chunks of ${size}`).toEqual(withDatabase(whole, state.finish()));
    }
  });
});

/** Alone, a reader can't tell that nothing is before the first `use`; those logs all begin with one or name it each time. */
function withDatabase(whole: Digest, alone: Digest): Digest {
  const carried = alone.shapes.some(({ databases }) =>
    databases.some(({ name }) => name === CARRIED_DATABASE),
  );
  expect(carried).toBe(false);
  return whole;
}

test("one, two and five threads come to the same", async () => {
  const path = join(folder, "large.log");
  writeFileSync(path, JOINED + sample("pg15-stderr.log", 0, 1e9) + JOINED);
  const [one, ...others] = await Promise.all(
    [1, 2, 5].map((workers) => runDigest({ inputs: [path], workers, minRangeBytes: 100_000 })),
  );
  expect(one?.shapes.length).toBeGreaterThan(10);
  for (const other of others) expect(other).toEqual(one);
});

test("a database is carried into a range that names more than are told apart", () => {
  const record = (n: number, use: string): string =>
    `# Time: 2026-11-22T10:10:01.000100Z\n# User@Host: app[app] @ localhost []  Id:    17\n# Query_time: 0.010000  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 10\n${use}SET timestamp=1795342201;\nselect ${n} from t${n % 3};\n`;
  // One that is told apart, however many there are.
  const known = Array.from({ length: 1000 }, (_, n) => `known${n}`).toSorted(
    (one, other) => nameHash(one) - nameHash(other),
  );
  const first = record(0, `use ${known[0]};\n`);
  const second = record(1, "");
  const others = Array.from({ length: 5 * MAX_NAMES }, (_, n) => record(n, `use shop${n};\n`));
  const path = join(folder, "databases.log");
  writeFileSync(path, [first, second, ...others].join(""));
  const log = sourceOf(path, first + second);
  const whole = digestOfRanges(path, log, []);
  const names = whole.shapes.flatMap(({ databases }) => databases.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining([OTHER_NAME, known[0]]));
  const size = first.length;
  for (const cuts of [[size], [size, size + second.length], [size, size + 90_000]])
    expect(digestOfRanges(path, log, cuts), `cuts ${cuts.join()}`).toEqual(whole);
});

test("more shapes than go from thread to thread at once come to the same", async () => {
  const path = join(folder, "shapes.log");
  const lines = Array.from(
    { length: 12_000 },
    (_, n) =>
      `2026-11-22 10:00:0${n % 7}.000 UTC [${n % 5}] u@d LOG:  duration: ${n % 100}.000 ms  statement: select a${n % 4000} from ${"t".repeat(40)}\n`,
  );
  writeFileSync(path, lines.join(""));
  const whole = digestOfRanges(path, sourceOf(path, lines[0] ?? ""), []);
  expect(whole.other).toMatchObject({ shapes: 2000, calls: 6000 });
  for (const workers of [1, 2]) {
    const digest = await runDigest({ inputs: [path], workers, minRangeBytes: 100_000 });
    expect(digest, `${workers} workers`).toEqual(whole);
  }
  const ended = runDigest({ inputs: [path], workers: 2, signal: AbortSignal.abort("enough") });
  await expect(ended).rejects.toBe("enough");
});

test("a record that is too long is read up to the limit, and nothing after it is lost", () => {
  const record = (n: number, sql: string): string =>
    `2026-11-22 10:00:0${n}.000 UTC [7] u@d LOG:  duration: 1.000 ms  statement: ${sql}\n`;
  const line = `\t${"x".repeat(1022)}\n`;
  const long = record(1, "select /*") + line.repeat(MAX_BLOCK_BYTES / 1024 + 500);
  const text = `${record(0, "select 1")}${long}${record(2, "select 2 from t")}${"y".repeat(3 * MAX_BLOCK_BYTES)}\n${record(3, "select 3 from u")}`;
  const path = join(folder, "long.log");
  writeFileSync(path, text);
  const log = sourceOf(path, text.slice(0, 1000));
  const whole = digestOfRanges(path, log, []);
  expect(
    whole.shapes.map(({ text: sql, calls }) => `${calls} ${sql.slice(0, 20)}`).toSorted(),
  ).toEqual(["1 select", "1 select ?", "1 select ? from t", "1 select ? from u"]);
  expect(whole.unread.bytes).toBeGreaterThan(3 * MAX_BLOCK_BYTES);
  const bytes = text.length;
  for (const cut of [500, MAX_BLOCK_BYTES + 7, bytes - 300, bytes - 20]) {
    expect(digestOfRanges(path, log, [cut]), `cut at ${cut}`).toEqual(whole);
  }
});
