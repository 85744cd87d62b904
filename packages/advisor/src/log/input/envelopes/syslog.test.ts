import { describe, expect, test } from "vitest";
import { sampleLog, unwrap } from "./testing/unwrap.ts";
import { chunksOf, interleave, messagesOf } from "./testing/write-syslog.ts";

const SEED = 20_261_122;

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const TAB = (text: string): string => text.replaceAll("\t", "#011");

/** What daemons write, after RFC 3164, RFC 5424, RFC 6587 and rsyslog's `RSYSLOG_FileFormat`. */
const DAEMONS: Readonly<
  Record<string, (pid: string, message: number, chunk: number, text: string) => string>
> = {
  "RFC 3164": (pid, message, chunk, text) =>
    `Nov 22 10:04:54 db-1 postgres[${pid}]: [${message}-${chunk}] ${TAB(text)}`,
  "RFC 3164 with a priority and a day of one digit": (pid, message, chunk, text) =>
    `<134>Nov  2 10:04:54 db-1 postgres-15[${pid}]: [${message}-${chunk}] ${TAB(text)}`,
  "rsyslog with an ISO time": (pid, message, chunk, text) =>
    `2026-11-22T10:04:54.282003+01:00 db-1 postgres[${pid}]: [${message}-${chunk}] ${TAB(text)}`,
  "journalctl -o short-iso": (pid, message, chunk, text) =>
    `2026-11-22T10:04:54+0100 db-1 postgres[${pid}]: [${message}-${chunk}] ${text}`,
  "RFC 5424": (pid, message, chunk, text) =>
    `<134>1 2026-11-22T10:04:54.282003Z db-1 postgres ${pid} - - [${message}-${chunk}] ${text}`,
  "RFC 5424 with data, a mark and octets": (pid, message, chunk, text) =>
    `300 <134>1 2026-11-22T10:04:54.282003Z db-1 postgres ${pid} ID47 [x@1 a="b\\] c"] \uFEFF[${message}-${chunk}] ${text}`,
  "without syslog_sequence_numbers": (pid, _, chunk, text) =>
    `Nov 22 10:04:54 db-1 postgres[${pid}]: [${chunk}] ${TAB(text)}`,
};

function sorted(log: string): string[] {
  return messagesOf(log)
    .map(({ text }) => text)
    .toSorted();
}

describe.each(Object.entries(DAEMONS))("%s", (_, write) => {
  test.each(["pg15-stderr.log.gz", "pg15-auto-explain.log.gz"])(
    "%s comes out as it went in, message by message",
    (sample) => {
      const log = sampleLog(sample).toString();
      const lines = interleave(messagesOf(log), write, randomOf(SEED));
      const { format, text, unreadLines } = unwrap(`${lines.join("\n")}\n`, 10_007);
      expect(format.envelope).toEqual({ name: "syslog", stamped: false, inner: null });
      expect(sorted(text), `seed ${SEED}`).toEqual(sorted(log));
      expect(unreadLines).toBe(0);
    },
  );
});

const write = DAEMONS["RFC 3164"]!;
const prefix = "2026-11-22 10:04:54.282 UTC [7] u@d LOG:  ";

function written(text: string, pid = "7", message = 1): string {
  return chunksOf(text)
    .map((chunk, index) => `${write(pid, message, index + 1, chunk)}\n`)
    .join("");
}

test.each([
  ["words", `select ${"some_word, ".repeat(500)}1`],
  ["one long word", `select '${"x".repeat(5000)}'`],
  ["characters of several bytes", `select '${"ü漢".repeat(1000)}' , '${"ü ".repeat(1000)}'`],
  ["several blanks", `select ${"a     ,   b".repeat(500)}`],
  [
    "lines about as long as a chunk",
    `select\n${Array.from({ length: 40 }, (_, at) => `\t${"x".repeat(880 + at)}`).join("\n")}`,
  ],
  [
    "lines of long words",
    Array.from({ length: 20 }, (_, at) => `\tselect ${`${"y".repeat(200 + at)} `.repeat(9)}`).join(
      "\n",
    ),
  ],
])("a line that was too long is one again: %s", (_, statement) => {
  const log = `${prefix}${statement}`;
  expect(unwrap(written(`${log}\n2026-11-22 10:04:54.282 UTC [7] u@d DETAIL:  x`)).text).toBe(
    `${log}\n2026-11-22 10:04:54.282 UTC [7] u@d DETAIL:  x\n`,
  );
});

test("lines that the daemon kept together, and those that it marked", () => {
  const { text } = unwrap(
    `Nov 22 10:04:54 db postgres[7]: [1-1] ${prefix}select#012#011a#012from t -- LOG:  x #1 #099#012DETAIL:  no field\n`,
  );
  expect(text).toBe(`${prefix}select\n\ta\n\tfrom t -- LOG:  x #1 #099\n\tDETAIL:  no field\n`);
});

test.each([
  ["RFC 3164", "Jan  2 03:04:05 db postgres[7]:", /^\d{4}-01-02 03:04:05\.000 UTC \[7\] /],
  ["ISO", "2026-01-02T03:04:05.678901+02:00 db postgres[7]:", "2026-01-02 01:04:05.678 UTC [7] "],
  ["RFC 5424", "<1>1 2026-01-02T03:04:05Z db postgres 7 - -", "2026-01-02 03:04:05.000 UTC [7] "],
])("time and process are the envelope's where the log has none: %s", (_, head, stamp) => {
  const { format, text } = unwrap(
    [
      `${head} [1-1] u@d LOG:  duration: 1.000 ms  execute s: select $1`,
      `${head} [1-2] #011, 2`,
      `${head} [1-3] u@d DETAIL:  parameters: $1 = 'a'`,
      `${head} [2-1] LOG:  checkpoint starting: time`,
    ].join("\n"),
  );
  expect(format).toMatchObject({ name: "stderr", envelope: { name: "syslog", stamped: true } });
  const found = (typeof stamp === "string" ? stamp : stamp.exec(text)?.[0]) ?? "no stamp";
  expect(text).toBe(
    `${found}u@d LOG:  duration: 1.000 ms  execute s: select $1\n\t, 2\n${found}u@d DETAIL:  parameters: $1 = 'a'\n${found}LOG:  checkpoint starting: time\n`,
  );
  expect(format.prefixes.every((one) => one.startsWith("%m [%p] "))).toBe(true);
});

test("a time without a year is not in the future", () => {
  const tomorrow = new Date(Date.now() + 3 * 86_400_000);
  const month = tomorrow.toLocaleString("en", { month: "short", timeZone: "UTC" });
  const day = `${tomorrow.getUTCDate()}`.padStart(2, " ");
  const { text } = unwrap(`${month} ${day} 10:00:00 db postgres[7]: [1-1] LOG:  x\n`);
  expect(text.slice(0, 4)).toBe(`${tomorrow.getUTCFullYear() - 1}`);
});

test("other programs' lines are no loss, what is no line of syslog is", () => {
  const { text, unreadLines, unreadBytes } = unwrap(
    [
      "Nov 22 10:04:53 db kernel: [12.3] something",
      `Nov 22 10:04:54 db postgres[7]: [1-1] ${prefix}one`,
      "Nov 22 10:04:54 db sshd[99]: Accepted publickey",
      "Nov 22 10:04:54 db systemd[1]: Started.",
      "garbage",
      `Nov 22 10:04:54 db postgres[7]: [2-1] ${prefix}two`,
      "",
    ].join("\n"),
  );
  expect(text).toBe(`${prefix}one\n${prefix}two\n`);
  expect([unreadLines, unreadBytes]).toEqual([1, 8]);
});

test("a message of which a chunk is lost is unread, its neighbours are not", () => {
  const statement = `${prefix}a\n\tb\n\tc\n\td`;
  const lines = written(statement, "7", 2)
    .split("\n")
    .filter((line) => line !== "");
  const before = written(`${prefix}before`, "7", 1);
  const after = written(`${prefix}after`, "7", 3);
  for (const lost of [0, 1, 2]) {
    const kept = lines.filter((_, index) => index !== lost);
    const { text, unreadLines } = unwrap(`${before}${kept.join("\n")}\n${after}`);
    expect(text).toBe(`${prefix}before\n${prefix}after\n`);
    expect(unreadLines).toBe(3);
  }
});

test("what waits for its end is bounded", () => {
  const { format } = unwrap(written(`${prefix}one`));
  expect(format.envelope?.name).toBe("syslog");
  let lines = "";
  for (let pid = 1; pid <= 5000; pid++) lines += written(`${prefix}${pid}`, `${pid}`);
  // A message's end is not written: it is known by what others have written since.
  const late = `Nov 22 10:04:54 db-1 postgres[1]: [1-2] #011late\n`;
  const { text, unreadLines } = unwrap(lines + late);
  expect(text.split("\n").length - 1).toBe(5000);
  expect(unreadLines).toBe(1);
});
