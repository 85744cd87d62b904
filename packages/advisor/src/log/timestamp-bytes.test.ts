import { describe, expect, test } from "vitest";
import { createTimestampReader } from "./timestamp-bytes.ts";

function read(text: string, before = "", after = ""): [number, string] {
  const reader = createTimestampReader();
  const from = Buffer.byteLength(before);
  const bytes = Buffer.from(before + text + after);
  const ms = reader.read(bytes, from, bytes.length);
  return [ms, bytes.toString("utf8", from, reader.end)];
}

describe("a timestamp of a log", () => {
  test.each([
    ["2026-11-22 10:04:54.282 UTC", "2026-11-22T10:04:54.282Z"],
    ["2026-11-22 10:04:54 UTC", "2026-11-22T10:04:54Z"],
    ["2026-11-22T10:04:54.282917Z", "2026-11-22T10:04:54.282Z"],
    ["2026-11-22 10:04:54.2", "2026-11-22T10:04:54.2Z"],
    ["2026-11-22 10:04:54.28 +05:30", "2026-11-22T04:34:54.28Z"],
    ["2026-11-22 10:04:54.282 -0330", "2026-11-22T13:34:54.282Z"],
    ["2026-11-22 10:04:54.282-03", "2026-11-22T13:04:54.282Z"],
    // As if UTC: three zones are called so.
    ["2026-11-22 10:04:54.282 CST", "2026-11-22T10:04:54.282Z"],
    ["2024-02-29 23:59:60 GMT", "2024-03-01T00:00:00Z"],
    ["1970-01-01 00:00:00 UTC", "1970-01-01T00:00:00Z"],
  ])("%s", (text, iso) => {
    for (const after of ["", ",", ":", " [7]", "\n"]) {
      expect(read(text, "ü[", after)).toEqual([Date.parse(iso), text]);
    }
  });

  test.each([
    "",
    "2026-11-22 10:04:5",
    "2026-11-22_10:04:54",
    "2026-13-22 10:04:54",
    "2026-00-22 10:04:54",
    "2026-11-32 10:04:54",
    "2026-11-00 10:04:54",
    "2026-11-22 25:04:54",
    "2026-11-22 10:60:54",
    "2026-11-22 10:04:61",
    "2026-11-22 10-04-54",
    "2026-1a-22 10:04:54",
    "0026-11-22 10:04:54",
    "x026-11-22 10:04:54",
  ])("'%s' is none", (text) => {
    expect(read(text, "", "\0\0\0")[0]).toBeNaN();
  });

  test("ends before what belongs to the next field", () => {
    expect(read("2026-11-22 10:04:54", "", ".x")[1]).toBe("2026-11-22 10:04:54");
    expect(read("2026-11-22 10:04:54", "", " [7]")[1]).toBe("2026-11-22 10:04:54");
    expect(read("2026-11-22 10:04:54", "", "-x")[1]).toBe("2026-11-22 10:04:54");
    expect(read("2026-11-22 10:04:54 +02", "", ":x")[1]).toBe("2026-11-22 10:04:54 +02");
    const cut = createTimestampReader();
    const bytes = Buffer.from("2026-11-22 10:04:54.282 UTC");
    expect(cut.read(bytes, 0, 21)).toBe(Date.parse("2026-11-22T10:04:54.2Z"));
    expect(cut.end).toBe(21);
    expect(cut.read(bytes, 0, 18)).toBeNaN();
  });

  test("one reader reads many, back and forth in time, as one made for each does", () => {
    const reader = createTimestampReader();
    const noise = Buffer.from("x".repeat(30));
    for (let step = 0; step < 20_000; step++) {
      const ms =
        Date.UTC(2026, 10, 22, 23, 59, 58) + ((step * 7919) % 5000) + (step % 3) * 86_400_000;
      const text = new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC");
      expect(reader.read(Buffer.from(text), 0, text.length)).toBe(ms);
      expect(step % 100 === 0 ? reader.read(noise, 0, 30) : Number.NaN).toBeNaN();
    }
  });
});
