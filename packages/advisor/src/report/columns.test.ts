import { describe, expect, test } from "vitest";
import { cut, padEnd, textWidth, wrap } from "./columns.ts";

describe("columns", () => {
  test.each([
    ["abc", 3],
    ["größe", 5],
    ["gro\u0308ße", 5],
    ["日本語", 6],
    ["👩‍👩‍👧‍👦", 2],
    ["", 0],
  ])("%s takes %i", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["abc def", 5, "abc…"],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["a👩‍👩‍👧‍👦b", 3, "a…"],
    ["aa👩‍👩‍👧‍👦", 4, "aa👩‍👩‍👧‍👦"],
    ["gro\u0308ße", 4, "gro\u0308…"],
    ["ab", 1, "…"],
  ])("%s cut to %i is %s", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
    expect(textWidth(cut(text, width))).toBeLessThanOrEqual(width);
  });

  test("cutting a megabyte looks at its beginning only", () => {
    expect(cut("x".repeat(1_000_000), 10)).toBe(`${"x".repeat(9)}…`);
  });

  test("pads by columns", () => {
    expect(padEnd("日本", 6)).toBe("日本  ");
    expect(padEnd("long", 2)).toBe("long");
  });

  test("wraps at blanks, keeps long words and no-break spaces whole", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("a averylongword b", 5)).toEqual(["a", "averylongword", "b"]);
    expect(wrap("one\u00a0· two", 5)).toEqual(["one ·", "two"]);
    expect(wrap("", 5)).toEqual([""]);
  });
});
