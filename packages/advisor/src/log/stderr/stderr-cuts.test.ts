import { describe, expect, test } from "vitest";
import { type Random, seededRandom } from "../../random-database/random.ts";
import { newTranscript, openStderr, readStderr, type Transcript } from "./testing/read-stderr.ts";

const MS = "2026-11-22 10:04:54.282 UTC";
const PREFIXES = ["%m [%p] %q%u@%d ", "%m [%p]: "];

/** Everything that may be in a log: two prefixes, interleaved fields, further lines, garbage, NUL, invalid UTF-8. */
const LINES: readonly (string | Buffer)[] = [
  "\tof the log before this one",
  `${MS} [1] DETAIL:  of the log before this one`,
  "\tas well",
  `${MS} [1] a@b LOG:  duration: 1.000 ms  statement: select 1`,
  `${MS} [1] a@b LOG:  duration: 1.000 ms  execute <unnamed>: select $1`,
  "\tfrom t -- ü",
  "\t",
  `${MS} [2] LOG:  checkpoint starting: time`,
  `${MS} [1] a@b DETAIL:  parameters: $1 = 'x`,
  `\t${MS} [3] LOG:  quoted`,
  "",
  `${MS} [2] HINT:  skipped`,
  "\tskipped too",
  "garbage without a tab",
  "\tafter garbage",
  `${MS} [1]: ERROR:  42P01: relation "nosuch" does not exist at character 15`,
  `${MS} [1]: DETAIL:  d`,
  `${MS} [1]: STATEMENT:  select *`,
  "\t  from nosuch",
  Buffer.from([0, 0, 0, 255, 254, 0xc3, 40]),
  `${MS} [1 LOG:  broken`,
  `${MS} [4] LOG:  @shop LOG:  x`,
  `${MS} [5] c@d FATAL:  terminating connection`,
  `${MS} [5] c@d STATEMENT:  select ${"long ".repeat(200)}`,
  "x".repeat(700),
  `${MS} [6] c@d LOG:  the last has no line break`,
];

function logOf(lines: readonly (string | Buffer)[], lineBreak: string): Buffer {
  return Buffer.concat(
    lines.flatMap((line, index) => [
      Buffer.from(line),
      Buffer.from(index < lines.length - 1 ? lineBreak : ""),
    ]),
  );
}

/** The parts of a log, each read by a reader of its own, as the parts of a file are. */
function readParts(log: Buffer, cuts: readonly number[]): Transcript {
  const transcript = newTranscript();
  let from = 0;
  for (const cut of [...cuts, log.length]) {
    if (cut < from) continue;
    const found =
      cut === log.length
        ? -1
        : openStderr(newTranscript(), PREFIXES).findBlock(log, 0, cut, log.length);
    const to = found < 0 ? log.length : found;
    if (to === from) continue;
    expect(openStderr(transcript, PREFIXES).read(log, from, to, true)).toBe(to);
    from = to;
  }
  return transcript;
}

/** The log as it comes, so many bytes at a time, in a buffer that holds only what is still needed. */
function readChunks(log: Buffer, chunk: () => number): Transcript {
  const transcript = newTranscript();
  const reader = openStderr(transcript, PREFIXES);
  let left = Buffer.alloc(0);
  for (let at = 0; at < log.length;) {
    const next = Math.min(log.length, at + chunk());
    // What comes after the bytes that are there is of another time.
    const buffer = Buffer.concat([left, log.subarray(at, next), Buffer.from(" LOG:  x\n")]);
    const to = left.length + next - at;
    const done = reader.read(buffer, 0, to, next === log.length);
    left = Buffer.from(buffer.subarray(done, to));
    at = next;
  }
  return transcript;
}

describe.each([
  ["\n", logOf(LINES, "\n")],
  ["\r\n", logOf(LINES, "\r\n")],
  ["\n after a byte order mark", Buffer.concat([Buffer.from("\uFEFF"), logOf(LINES, "\n")])],
  ["\n at the end too", logOf([...LINES, ""], "\n")],
])("a log with line breaks %j", (_, log) => {
  const whole = readStderr(log, PREFIXES);

  test("is read", () => {
    expect(whole.messages.map(({ session, message }) => [session, message.slice(0, 20)])).toEqual([
      [1, "duration: 1.000 ms  "],
      [1, "duration: 1.000 ms  "],
      [2, "checkpoint starting:"],
      [1, 'relation "nosuch" do'],
      [4, "@shop LOG:  x"],
      [5, "terminating connecti"],
      [6, "the last has no line"],
    ]);
    expect(whole.late.map(([session, field]) => [session, field])).toEqual([
      [1, "detail"],
      [1, "detail"],
    ]);
    expect(whole.unreadLines).toBe(5);
    expect(whole.messages[3]).toMatchObject({
      code: "42P01",
      detail: "d",
      statement: "select *\n  from nosuch",
    });
  });

  test("the same in two parts, wherever it is cut", () => {
    for (let cut = 0; cut <= log.length; cut++) {
      expect(readParts(log, [cut]), `cut at ${cut}`).toEqual(whole);
    }
  });

  test("the same in many parts", () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = seededRandom(seed);
    for (let round = 0; round < 200; round++) {
      const cuts = Array.from({ length: random.int(2, 9) }, () => random.int(0, log.length));
      expect(
        readParts(
          log,
          cuts.toSorted((a, b) => a - b),
        ),
        `seed ${seed}, round ${round}`,
      ).toEqual(whole);
    }
  });

  test("the same as it comes, in chunks of any size", () => {
    for (let size = 1; size < 200; size += size < 20 ? 1 : 13) {
      expect(
        readChunks(log, () => size),
        `chunks of ${size}`,
      ).toEqual(whole);
    }
  });

  test("nothing is told of a line that may go on", () => {
    const reader = openStderr(newTranscript(), PREFIXES);
    for (let from = 0; from < log.length; from += 29) {
      const found = reader.findBlock(log, 0, from, log.length);
      for (let to = from; to < log.length; to += 11) {
        const sooner = reader.findBlock(log, 0, from, to);
        expect(sooner === -1 || sooner === found, `${from} to ${to}`).toBe(true);
      }
    }
  });
});

test("a line that two prefixes fit is not told by its beginning", () => {
  const prefixes = ["%m [%p] %u@%d ", "%m [%p] %u/%d "];
  const log = Buffer.from(`${MS} [5] E:  x/y LOG:  z@w DETAIL:  q\n`);
  for (let to = 0; to <= log.length; to++) {
    expect(openStderr(newTranscript(), prefixes).findBlock(log, 0, 0, to), `to ${to}`).toBe(-1);
  }
});

test("damage anywhere: the same in parts and in chunks, and nothing is lost silently", () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  for (let round = 0; round < 400; round++) {
    const log = damaged(logOf(LINES, "\n"), random);
    const name = `seed ${seed}, round ${round}`;
    const whole = readStderr(log, PREFIXES);
    const cuts = Array.from({ length: 3 }, () => random.int(0, log.length));
    expect(
      readParts(
        log,
        cuts.toSorted((a, b) => a - b),
      ),
      name,
    ).toEqual(whole);
    expect(
      readChunks(log, () => random.int(1, 500)),
      name,
    ).toEqual(whole);
    expect(whole.messages.length, name).toBeGreaterThan(0);
  }
});

test("a damaged record takes no other along", () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const records = Array.from(
    { length: 9 },
    (_, pid) =>
      `${MS} [${pid + 1}] a@b LOG:  duration: 1.000 ms  statement: select ${pid}\n\tfrom t`,
  );
  for (let round = 0; round < 400; round++) {
    const bytes = damaged(Buffer.from(records[4] ?? ""), random);
    // A line break more ends the record before it.
    const log = logOf([...records.slice(0, 4), bytes, ...records.slice(5)], "\n");
    const { messages } = readStderr(log, PREFIXES);
    const others = messages.filter(({ session }) => session !== 5).map(({ message }) => message);
    for (const index of [0, 1, 2, 5, 6, 7, 8]) {
      expect(others, `seed ${seed}, round ${round}`).toContain(
        `duration: 1.000 ms  statement: select ${index}\nfrom t`,
      );
    }
  }
});

/** Bytes changed, put in, taken out and said twice. */
function damaged(log: Buffer, random: Random): Buffer {
  let bytes = log;
  for (let change = random.int(1, 4); change > 0; change--) {
    const at = random.int(0, bytes.length - 1);
    const length = random.int(0, 40);
    const noise = Buffer.from(
      Array.from({ length: random.int(1, 9) }, () =>
        random.pick([0, 9, 10, 13, 32, 58, 76, 255, random.int(0, 255)]),
      ),
    );
    const middle = random.pick([noise, Buffer.alloc(0), bytes.subarray(at, at + 2 * length)]);
    bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + length)]);
    if (bytes.length === 0) return log;
  }
  return bytes;
}
