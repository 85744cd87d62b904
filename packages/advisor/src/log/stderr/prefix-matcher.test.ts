import { describe, expect, test } from "vitest";
import { type Random, seededRandom } from "../../random-database/random.ts";
import { sessionNumber } from "../session-id-bytes.ts";
import { createPrefixMatcher, matchPrefix } from "./prefix-matcher.ts";
import { SPAN } from "./prefix-ops.ts";
import { readStderr } from "./testing/read-stderr.ts";

/** A value and how it is printed. */
interface Field {
  readonly escape: string;
  readonly printed: string;
  /** Background processes print nothing for it. */
  readonly isOfSession: boolean;
}

const SEPARATORS = [
  " ",
  ":",
  "@",
  ",",
  "|",
  " [",
  "] ",
  "~",
  " db=",
  "]: [",
  "%%",
  ";",
  ") (",
  "ü",
];
const NAMES = [
  "bob",
  "",
  "x",
  "Order Service",
  "größe",
  "a@b.c",
  "[weird]",
  "x=y;z",
  "LOG:",
  "psql - main",
  "ERROR",
  "5",
  "漢字",
  "a".repeat(63),
  'o\'brien "q"',
];
const ZONES = ["UTC", "GMT", "+02", "-03", "+0530", "CEST"];
const MESSAGE = "duration: 1.000 ms  statement: select 'LOG:  x'";

function randomField(random: Random, escape: string, at: Date, zone: string): Field {
  const second = at.toISOString().slice(0, 19).replace("T", " ");
  const field = (printed: string, isOfSession = false): Field => ({ escape, printed, isOfSession });
  const number = (): string => String(random.int(0, 99_999));
  switch (escape) {
    case "m":
      return field(`${second}.${String(at.getMilliseconds()).padStart(3, "0")} ${zone}`);
    case "t":
    case "s":
      return field(`${second} ${zone}`);
    case "n":
      return field((at.getTime() / 1000).toFixed(3));
    case "p":
      return field(String(random.int(1, 4_194_303)));
    case "c":
      return field(`${random.int(1e9, 2e9).toString(16)}.${random.int(1, 4_194_303).toString(16)}`);
    case "l":
    case "x":
      return field(number());
    case "P":
      return field(random.chance(0.5) ? "" : number());
    case "Q":
      return field(random.pick(["0", "-8271", "9223372036854775807"]));
    case "v":
      return field(random.pick(["", "3/12", "0/0"]));
    case "e":
      return field(random.pick(["00000", "42P01", "XX000", "23505"]));
    case "r":
      return field(
        random.pick(["10.0.0.7(5432)", "[local]", "::1(77)", "db.example.org(5)"]),
        true,
      );
    case "h":
    case "L":
      return field(random.pick(["10.0.0.7", "[local]", "db.example.org"]), true);
    case "i":
      return field(random.pick(["SELECT", "idle", "CREATE TABLE"]), true);
    case "b":
      return field(random.pick(["client backend", "autovacuum worker"]), true);
    default:
      return field(random.pick(NAMES), true);
  }
}

/** Whether what is printed can only be read one way. */
function isPlain(printed: string, separator: string, isPadded: boolean): boolean {
  if (isPadded && printed !== printed.trim()) return false;
  const rest = separator === "" ? " LOG:  " : separator;
  return `${printed}${rest}`.indexOf(rest) === printed.length;
}

test("what a prefix printed is read back", () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  let lines = 0;
  for (let round = 0; round < 4000; round++) {
    const at = new Date(Date.UTC(2026, 10, 22, 10, 4, 54, 282) + random.int(-1e11, 1e11));
    const zone = random.pick(ZONES);
    const escapes = random.shuffle("audrhLbpPtmnieclsvxQ".split("")).slice(0, random.int(0, 12));
    const optionalFrom = random.chance(0.5) ? random.int(0, escapes.length) : escapes.length + 1;
    const isBackground = random.chance(0.3);
    let template = random.chance(0.5) ? "" : random.pick(["<", "100%% ", "x "]);
    let printed = template.replaceAll("%%", "%");
    const values = new Map<string, string>();
    let ends = false;
    let isReadable = true;
    for (const [index, escape] of escapes.entries()) {
      if (index === optionalFrom) {
        template += "%q";
        ends = isBackground;
      }
      const field = randomField(random, escape, at, zone);
      const text = isBackground && field.isOfSession ? "" : field.printed;
      const padding = random.chance(0.2) ? random.int(-12, 12) : 0;
      // Nothing follows the last one, at times.
      const separator =
        index === escapes.length - 1 && random.chance(0.5) ? "" : random.pick(SEPARATORS);
      const plainSeparator = separator.replaceAll("%%", "%");
      template += `%${padding === 0 ? "" : padding}${escape}${separator}`;
      const padded = padding > 0 ? padStart(text, padding) : padEnd(text, -padding);
      if (!ends) {
        printed += padded + plainSeparator;
        values.set(escape, text);
        if (!isPlain(text, plainSeparator, padding !== 0)) isReadable = false;
        if ("arhLibud".includes(escape) && separator === "" && /^\s|\s$|:\s/.test(text))
          isReadable = false;
      }
    }
    // What ends a label is one.
    if (!isReadable || /: {2}/.test(printed)) continue;
    lines++;
    const { messages, unreadLines } = readStderr(`${printed}LOG:  ${MESSAGE}\n`, [template]);
    const told = (escape: string): string => values.get(escape) ?? "";
    const session = Buffer.from(told("c"));
    const offset = zoneMinutes(zone) * 60_000;
    // The first of several times counts, seconds since the epoch before all others.
    const first = escapes.includes("n") ? "n" : escapes.find((escape) => "mt".includes(escape));
    const seconds = Math.floor(at.getTime() / 1000) * 1000;
    const ms =
      first === undefined || !values.has(first)
        ? Number.NaN
        : first === "n"
          ? at.getTime()
          : (first === "m" ? at.getTime() : seconds) - offset;
    expect(
      { messages, unreadLines },
      `seed ${seed}, round ${round}: '${template}' as '${printed}'`,
    ).toEqual({
      messages: [
        {
          severity: "log",
          at: ms,
          session: escapes.includes("c")
            ? sessionNumber(session, 0, session.length)
            : Number(told("p")),
          user: told("u"),
          database: told("d"),
          application: told("a"),
          code: told("e"),
          queryId: told("Q") === "0" ? "" : told("Q"),
          message: MESSAGE,
          detail: "",
          statement: "",
        },
      ],
      unreadLines: 0,
    });
  }
  expect(lines).toBeGreaterThan(1000);
});

/** The server pads to bytes. */
function padStart(text: string, bytes: number): string {
  return " ".repeat(Math.max(0, bytes - Buffer.byteLength(text))) + text;
}

function padEnd(text: string, bytes: number): string {
  return text + " ".repeat(Math.max(0, bytes - Buffer.byteLength(text)));
}

function zoneMinutes(zone: string): number {
  const match = /^([+-])(\d\d)(\d\d)?$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === "-" ? -minutes : minutes;
}

describe("a prefix", () => {
  const matches = (template: string, line: string): boolean => {
    const bytes = Buffer.from(line);
    return matchPrefix(createPrefixMatcher(template), bytes, 0, bytes.length);
  };

  test.each([
    // A lone `%` and what no version knows print nothing.
    ["a%", "a"],
    ["a%Zb", "ab"],
    ["a%-", "a"],
    ["a%5", "a"],
    ["a% b", "ab"],
    ["%%p", "%p"],
    ["%5%p ", "p"],
    // Blanks at the end do not count.
    ["%p", "7 "],
    ["%p   ", "7"],
    ["%q%u ", ""],
    ["%v %x ", " 0"],
    ["%P|", "|"],
    ["%10P|%-10P|", "          |          |"],
    ["%8p|%-8p|", "      77|77      |"],
    ["%30t|", "       2026-11-22 10:04:54 UTC|"],
    ["%20r|", "             [local]|"],
    ["%-20r|", "[local]             |"],
    ["%6r|", "10.0.0.7(1)|"],
    // Letters of a zone before letters of a label.
    ["%t", "2026-11-22 10:04:54 CEST"],
    ["%t%q%u", "2026-11-22 10:04:54 UTC"],
    ["%n %s", "1795341894.282 2026-11-22 10:04:54 UTC"],
  ])("'%s' prints '%s'", (template, printed) => {
    expect(matches(template, `${printed}LOG:  x`)).toBe(true);
  });

  test.each([
    ["%p", ""],
    ["%p", "x"],
    ["%p", "123456789012"],
    ["%m ", "2026-11-22 10:04:54.28 UTC "],
    ["%m ", "2026-11-22 10:04:54 UTC "],
    ["%t ", "2026-11-22 10:04:54.282 UTC "],
    ["%t ", "2026-11-22T10:04:54 UTC "],
    ["%m", "2026-11-22 10-04-54.282 UTC"],
    ["%t", "2026-13-22 10:04:54 UTC"],
    ["%n", "1795341894"],
    ["%n", "1795341894.28"],
    ["%n", "123456789012345.282"],
    ["%c", "6b02be46"],
    ["%c", "6b02be46.xyz"],
    ["%e", "0000"],
    ["%s", "2026-11-22"],
    ["%l|", "|"],
    ["%8p|", "     77|"],
    ["%r|", "host|"],
    ["%u|", "bob"],
    ["abc", "ab"],
    ["%u ", `${"x".repeat(600)} `],
  ])("'%s' does not print '%s'", (template, printed) => {
    expect(matches(template, `${printed}LOG:  x`)).toBe(false);
  });

  test("tells where in the line its parts are", () => {
    const matcher = createPrefixMatcher("%m [%p] %a ");
    const line = "2026-11-22 10:04:54.282 UTC [7] my app STATEMENT:  select";
    const bytes = Buffer.from(`before${line}after`);
    expect(matchPrefix(matcher, bytes, 6, 6 + line.length)).toBe(true);
    expect(matcher.label).toMatchObject({ severity: null, field: "statement" });
    expect(bytes.toString("utf8", matcher.textFrom, 6 + line.length)).toBe("select");
    const [from, to] = matcher.spans.subarray(SPAN.application);
    expect(bytes.toString("utf8", from, to)).toBe("my app");
    expect(matchPrefix(matcher, bytes, 6, line.length)).toBe(true);
    expect(matchPrefix(matcher, bytes, 6, line.indexOf("STATEMENT"))).toBe(false);
  });
});
