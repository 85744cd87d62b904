import { expect, test } from "vitest";
import { type Random, seededRandom } from "../../random-database/random.ts";
import { newTranscript, openStderr, readStderr } from "./testing/read-stderr.ts";

const SEED = Number(process.env["DBADVISE_SEED"] ?? Date.now() % 1e6);
/** Behind the lines: a head is known only where more bytes than it may have are there. */
const PADDING = Buffer.from(`\t${"x".repeat(400)}\n`);

const PREFIXES = [
  "%m [%p] %q%u@%d ",
  "%m [%p]: ",
  "%m %u@%d [%p] ",
  "%m %q[%p] %u ",
  "%m:%p:%u",
  "%m %p",
];

/** Lines that are alike, as those of a log are, but for what may change anywhere in a head. */
function randomLine(random: Random): string {
  const second = random.pick(["04:54", "04:54", "04:54", "04:55"]);
  const fraction = random.pick([".282", ".007", ".999", ".9", ".28x", ".2826", ""]);
  const zone = random.pick([" UTC", " UTC", " UTC", " +02", " +0200", " CEST", ""]);
  const pid = random.pick(["19671", "19671", "7", "19672", "123456", "99999999999", "x", ""]);
  const name = random.pick(["logres", "logres", "root", "a b", "[unknown]", ""]);
  const database = random.pick(["shop", "shop", "x"]);
  const label = random.pick(["LOG", "LOG", "LOG", "ERROR", "DETAIL", "STATEMENT", "LOGS"]);
  const head = random.pick([
    `[${pid}] ${name}@${database} `,
    `[${pid}] ${name}@${database} `,
    `[${pid}] ${name}@${database} `,
    `[${pid}] `,
    `[${pid}]: `,
    `${name}@${database} [${pid}] `,
    `[${pid}] ${name} `,
    `:${pid}:${name}`,
    pid,
    "",
  ]);
  const separator = random.chance(0.9) ? " " : "";
  return `2026-11-22 10:${second}${fraction}${zone}${separator}${head}${label}:  text ${random.int(0, 9)}\n`;
}

test(`a head that is known tells what it tells when it is read anew (DBADVISE_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  for (let round = 0; round < 1500; round++) {
    const prefixes = random.chance(0.7) ? [random.pick(PREFIXES)] : PREFIXES.slice(0, 2);
    // Few different lines, so that many are known.
    const lines = Array.from({ length: random.int(2, 8) }, () => randomLine(random));
    const blocks = Array.from({ length: 40 }, () => random.pick(lines));
    const transcript = newTranscript();
    const reader = openStderr(transcript, prefixes);
    for (const block of blocks) {
      const bytes = Buffer.concat([Buffer.from(block), PADDING]);
      // Where a block starts is asked of lines that aren't read then, and stand elsewhere.
      if (random.chance(0.3)) {
        const other = Buffer.from(`\n${random.pick(lines)}${random.pick(lines)}`);
        reader.findBlock(Buffer.concat([other, PADDING]), 0, 1, other.length + PADDING.length);
      }
      reader.read(bytes, 0, bytes.length, true);
    }
    const anew = blocks.map((block) =>
      readStderr(Buffer.concat([Buffer.from(block), PADDING]), prefixes),
    );
    const why = `round ${round}`;
    expect(transcript.messages, why).toEqual(anew.flatMap(({ messages }) => messages));
    expect(transcript.late, why).toEqual(anew.flatMap(({ late }) => late));
    expect(transcript.unreadLines, why).toBe(
      anew.reduce((sum, { unreadLines }) => sum + unreadLines, 0),
    );
  }
});
