import { expect, test } from "vitest";
import { type ByteSpan, emptySpan, setSpan } from "../byte-span.ts";
import { createLineJoiner } from "./line-joiner.ts";

function spanOf(text: string): ByteSpan {
  const span = emptySpan();
  const bytes = Buffer.from(`<${text}>`);
  setSpan(span, bytes, 1, bytes.length - 1);
  return span;
}

function textOf({ bytes, from, to }: ByteSpan): string {
  return bytes.toString("utf8", from, to);
}

test("spans grow line by line, in any order, and keep what they have when memory is renewed", () => {
  const joiner = createLineJoiner();
  const append = (span: ByteSpan, text: string): void => {
    const bytes = Buffer.from(`<${text}>`);
    joiner.append(span, bytes, 1, bytes.length - 1);
  };
  // Memory is used again after each round.
  for (let round = 0; round < 3; round++) {
    const spans = ["a", "ü", ""].map(spanOf);
    const expected = ["a", "ü", ""];
    for (let line = 0; line < 60; line++) {
      const index = line < 20 ? Math.floor(line / 7) : line % 3;
      const text = ["", "short", "x".repeat(47), "ü".repeat(1000), "y".repeat(30_000)][line % 5];
      append(spans[index]!, text!);
      expected[index] += `\n${text}`;
    }
    expect(spans.map(textOf)).toEqual(expected);
    joiner.clear();
  }
});

test("memory is used again", () => {
  const joiner = createLineJoiner();
  const first = spanOf("a");
  joiner.append(first, Buffer.from("b"), 0, 1);
  joiner.clear();
  const second = spanOf("c");
  joiner.append(second, Buffer.from("d"), 0, 1);
  expect([second.bytes, second.from]).toEqual([first.bytes, first.from]);
});
