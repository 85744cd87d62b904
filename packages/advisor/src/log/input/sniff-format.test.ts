import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { insideOf } from "./envelopes/open-envelope.ts";
import { openInput } from "./open-input.ts";
import { type KnownFormat, sniffFormat, sniffInput } from "./sniff-format.ts";

const SEED = 811;

function sample(name: string): Buffer {
  return gunzipSync(
    readFileSync(new URL(`../../../testdata/logs/${name}`, import.meta.url)),
  ).subarray(0, 1024 * 1024);
}

const GENERAL = Buffer.from(
  [
    "mariadbd, Version: 10.11.19-MariaDB-0+deb12u1-log (Debian 12). started with:",
    "Tcp port: 33490  Unix socket: /run/mysqld/mysqld.sock",
    "Time\t\t    Id Command\tArgument",
    ...Array.from({ length: 400 }, (_, n) => [
      `261122 10:10:${`${n % 60}`.padStart(2, "0")}\t    ${n} Query\tselect ${n}`,
      `\t\t    ${n} Quit\t`,
    ]).flat(),
    "",
  ].join("\n"),
);

const LOGS: readonly (readonly [string, Buffer, string, readonly string[]])[] = [
  ["pg15-stderr.log", sample("pg15-stderr.log.gz"), "stderr", ["%m [%p] %q%u@%d "]],
  ["pg15-csvlog.csv", sample("pg15-csvlog.csv.gz"), "csvlog", []],
  ["pg15-jsonlog.json", sample("pg15-jsonlog.json.gz"), "jsonlog", []],
  ["a slow log", sample("mariadb-10.11-slow-explain.log.gz"), "mysql-slow", []],
  ["a general log", GENERAL, "mysql-general", []],
];

describe.each(LOGS)("%s", (_, log, name, prefixes) => {
  test("from its first bytes", () => {
    expect(sniffFormat(log, {})).toEqual({ name, envelope: null, prefixes });
  });

  test("from anywhere in it, cut at any byte", () => {
    let state = SEED;
    for (let round = 0; round < 20; round++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const from = state % Math.floor(log.length / 2);
      const piece = log.subarray(from, from + 30_000 + (state % 1000));
      expect(sniffFormat(piece, {}), `seed ${SEED}, from ${from}`).toEqual({
        name,
        envelope: null,
        prefixes,
      });
    }
  });

  test.each([
    ["a byte order mark", Buffer.from("\uFEFF")],
    ["noise", Buffer.from([0, 255, 254, 200, 10, 1, 10, 9, 10])],
    ["what a shell's script said", Buffer.from("waiting for server to start....\n\n done\n")],
    ["lines of Windows", null],
  ])("after %s", (_name, before) => {
    const bytes =
      before === null
        ? Buffer.from(log.toString("latin1").replaceAll("\n", "\r\n"), "latin1")
        : Buffer.concat([before, log]);
    expect(sniffFormat(bytes.subarray(0, 1024 * 1024), {})?.name).toBe(name);
  });

  test("by what is said of it, and not by that alone", () => {
    const format = name as NonNullable<KnownFormat["format"]>;
    expect(sniffFormat(log, { format })).toEqual({ name, envelope: null, prefixes });
    const other = format === "csvlog" ? "jsonlog" : "csvlog";
    expect(sniffFormat(log, { format: other })).toBe(null);
  });
});

describe("a prefix that is given", () => {
  const line = "2026-01-01 10:00:00.000 UTC [7] u LOG:  x\n";

  test("is taken as it is", () => {
    expect(sniffFormat(Buffer.from(line), { prefix: "%m [%p] %u " })).toEqual({
      name: "stderr",
      envelope: null,
      prefixes: ["%m [%p] %u "],
    });
  });

  test("has to be the log's", async () => {
    await expect(
      sniffInput(openInput("-", { stdin: inPieces(Buffer.from(line)) }), { prefix: "%t %u" }),
    ).rejects.toMatchObject({
      code: "unknown-log-format",
      hint: expect.stringContaining("'%t %u'"),
    });
  });

  test("is that of the log inside an envelope, which adds what it lacks", () => {
    const syslog = (text: string): Buffer =>
      Buffer.from(`2026-01-01T10:00:00Z db postgres[7]: [1-1] ${text}`);
    expect(sniffFormat(syslog("u@d LOG:  x\n"), { prefix: "%u@%d " })).toEqual({
      name: "stderr",
      envelope: { name: "syslog", stamped: true, inner: null },
      prefixes: ["%m [%p] %u@%d "],
    });
    const whole = sniffFormat(syslog(line), { prefix: "%m [%p] %u " });
    expect(whole).toMatchObject({ envelope: { stamped: false }, prefixes: ["%m [%p] %u "] });
  });
});

test("the log inside of a head", () => {
  const format = sniffFormat(Buffer.from("Nov 22 10:00:00 db postgres[7]: [1-1] LOG:  x\n"), {})!;
  expect(
    insideOf(format, Buffer.from("Nov 22 10:00:00 db postgres[7]: [2-1] LOG:  y")).toString(),
  ).toMatch(/^\d{4}-11-22 10:00:00\.000 UTC \[7\] LOG: {2}y\n$/);
  const plain = Buffer.from("2026-01-01 10:00:00 UTC [7] LOG:  x");
  expect(insideOf({ name: "stderr", envelope: null, prefixes: [] }, plain)).toBe(plain);
});

describe("what is no log", () => {
  test.each([
    ["text", "hello\nworld\n"],
    ["another JSON", '{"level":"info","msg":"x"}\n'],
    ["another list of JSON", '[{"level":"info","textPayload":"x","logName":"y"}]\n'],
    ["a table", "id,name\n1,x\n"],
    ["other programs' syslog", "Nov 22 10:00:00 db sshd[1]: Accepted\n"],
    ["other containers", '{"log":"hello\\n","stream":"stdout","time":"2026-11-22T10:00:00Z"}\n'],
    ["noise", Buffer.from(Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 256))],
  ])("%s", async (_, content) => {
    expect(sniffFormat(Buffer.from(content), {})).toBe(null);
    const input = openInput("-", { stdin: inPieces(Buffer.from(content)) });
    await expect(sniffInput(input, {})).rejects.toMatchObject({
      code: "unknown-log-format",
      message: "stdin is not a log that can be read: no line in it begins a record.",
      hint: expect.stringMatching(/jsonlog, csvlog and stderr.*syslog.*lc_messages/s),
    });
  });

  test("what was said of it is in the error", async () => {
    const input = openInput("-", { stdin: inPieces(GENERAL) });
    await expect(sniffInput(input, { format: "csvlog" })).rejects.toMatchObject({
      hint: expect.stringMatching(/Tried csvlog.*Leave --log-format out/s),
    });
  });
});

describe("an input", () => {
  test("that is empty has the format that is said", async () => {
    const empty = (): ReturnType<typeof openInput> =>
      openInput("-", { stdin: inPieces(Buffer.alloc(0)) });
    expect(await sniffInput(empty(), {})).toEqual({
      name: "stderr",
      envelope: null,
      prefixes: [""],
    });
    expect((await sniffInput(empty(), { format: "csvlog" })).name).toBe("csvlog");
  });

  test("that begins with the rest of a long record", async () => {
    const log = Buffer.concat([Buffer.alloc(5_000_000, "x\n"), LOGS[1]![1].subarray(0, 100_000)]);
    const input = openInput("-", { stdin: inPieces(gzipSync(log)) });
    expect((await sniffInput(input, {})).name).toBe("csvlog");
    const read = Buffer.concat(await Array.fromAsync(input.chunks()));
    expect(read.equals(log)).toBe(true);
  });

  test("of which nothing is known for very long", async () => {
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(100_000, "y\n");
    })();
    await expect(sniffInput(openInput("-", { stdin: endless }), {})).rejects.toMatchObject({
      code: "unknown-log-format",
    });
  });

  test("that is being written has a format with its first record", async () => {
    let go = (): void => {};
    const stdin = (async function* () {
      yield GENERAL.subarray(0, 20);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield GENERAL.subarray(20, 400);
      await new Promise(() => {});
    })();
    const format = sniffInput(openInput("-", { stdin }), {});
    setTimeout(() => go(), 1200);
    expect((await format).name).toBe("mysql-general");
  });
});

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
