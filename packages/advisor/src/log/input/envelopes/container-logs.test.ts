import { describe, expect, test } from "vitest";
import { sampleLog, unwrap, unwrapAs } from "./testing/unwrap.ts";

/** Docker's `jsonfilelog`, after its documentation: lines of at most 16 KiB each, `log` with the line break. */
function dockerLog(log: Buffer): string {
  return entries(log, 16 * 1024)
    .map(({ text, partial, index }) =>
      JSON.stringify({
        log: partial ? text : `${text}\n`,
        stream: "stderr",
        ...(index % 2 === 0 ? {} : { attrs: { tag: "x" } }),
        time: "2026-11-22T10:04:54.282003123Z",
      }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** The container runtime interface's format, after its design: time, stream, F or P, text. */
function criLog(log: Buffer): string {
  return entries(log, 8 * 1024)
    .map(
      ({ text, partial }) =>
        `2026-11-22T10:04:54.282003123Z stderr ${partial ? "P" : "F"} ${text}\n`,
    )
    .join("");
}

/** Lines in pieces of so many characters. */
function entries(
  log: Buffer,
  size: number,
): { readonly text: string; readonly partial: boolean; readonly index: number }[] {
  const lines = log.toString().split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.flatMap((line, index) => {
    const pieces = line.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [""];
    return pieces.map((text, piece) => ({ text, partial: piece < pieces.length - 1, index }));
  });
}

const long = `2026-11-22 10:04:55.000 UTC [1] LOG:  duration: 1.000 ms  statement: select '${'ü\t\\"x'.repeat(30_000)}'\n`;

describe.each([
  ["docker", dockerLog],
  ["cri", criLog],
] as const)("%s", (name, wrap) => {
  test.each([
    "pg15-stderr.log.gz",
    "pg15-auto-explain.log.gz",
    "pg15-csvlog.csv.gz",
    "pg15-auto-explain.json.gz",
    "mariadb-10.11-slow-explain.log.gz",
  ])("%s comes out as it went in", (sample) => {
    const log = Buffer.concat([sampleLog(sample), Buffer.from(long)]);
    const wrapped = wrap(log);
    for (const chunkBytes of [1021, 1_000_000]) {
      const { format, text, unreadLines } = unwrap(wrapped, chunkBytes);
      expect(format.envelope).toEqual({ name, stamped: false, inner: null });
      expect(text === log.toString()).toBe(true);
      expect(unreadLines).toBe(0);
    }
  });

  test("every cut into chunks gives the same", () => {
    const log =
      "2026-11-22 10:04:54.282 UTC [7] LOG:  duration: 1 ms  statement: select\n\t'ü\"'\n";
    const wrapped = Buffer.from(wrap(Buffer.from(log)));
    for (let size = 1; size <= wrapped.length; size++) {
      expect(unwrap(wrapped, size).text).toBe(log);
    }
  });

  test("the lines of two streams are put together each", () => {
    const line = "2026-11-22 10:04:54.282 UTC [7] LOG:  duration: 1 ms  statement: select 1";
    const other = "2026-11-22 10:04:54.282 UTC [8] LOG:  ready";
    const wrapped =
      name === "docker"
        ? [
            { log: line.slice(0, 30), stream: "stderr", time: "t" },
            { log: `${other}\n`, stream: "stdout", time: "t" },
            { log: `${line.slice(30)}\n`, stream: "stderr", time: "t" },
          ].map((entry) => JSON.stringify(entry))
        : [
            `2026-11-22T10:04:54Z stderr P ${line.slice(0, 30)}`,
            `2026-11-22T10:04:54Z stdout F ${other}`,
            `2026-11-22T10:04:54+02:00 stderr F ${line.slice(30)}`,
          ];
    expect(unwrap(`${wrapped.join("\r\n")}\n`).text).toBe(`${other}\n${line}\n`);
  });

  test("damage costs its lines alone", () => {
    const log = "2026-11-22 10:04:54.282 UTC [7] LOG:  duration: 1 ms  statement: select 1\n";
    const lines = wrap(Buffer.from(log.repeat(4))).split("\n");
    lines[1] = lines[1]!.slice(0, 12);
    lines[2] = "\u0000\u0001 garbage";
    const { text, unreadLines, unreadBytes } = unwrap(lines.join("\n"));
    expect(text).toBe(log.repeat(2));
    expect(unreadLines).toBe(2);
    expect(unreadBytes).toBe(lines[1].length + lines[2].length + 2);
  });

  test("a line without an end does not fill the memory", () => {
    const first = wrap(Buffer.from("2026-11-22 10:04:54.282 UTC [7] LOG:  x\n"));
    const { format } = unwrap(first);
    const part = wrap(Buffer.from(`${"x".repeat(100_000)}\n`));
    const endless = part.slice(0, part.lastIndexOf("\n", part.length - 2) + 1);
    const { text, unreadLines, unreadBytes } = unwrapAs(
      format,
      Buffer.from(first + endless.repeat(90) + first + first),
      1 << 20,
    );
    expect(unreadLines).toBe(1);
    expect(unreadBytes).toBeGreaterThan(8_000_000);
    expect(text).toBe("2026-11-22 10:04:54.282 UTC [7] LOG:  x\n".repeat(2));
  });
});
