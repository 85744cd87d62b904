import { expect, test } from "vitest";
import { MAX_CLASS_BYTES, parseFailureClass, writeFailureClass } from "./failure-class.ts";
import { createFailureCounts } from "./failure-counts.ts";

function classOf(message: string): string {
  const bytes = Buffer.from(`"0a${message}`);
  const target = Buffer.alloc(MAX_CLASS_BYTES);
  const length = writeFailureClass(target, "error", "23505", { bytes, from: 3, to: bytes.length });
  return parseFailureClass(target.toString("utf8", 0, length)).message;
}

test.each([
  ['relation "orders" does not exist at character 15', "relation ? does not exist"],
  ["Duplicate entry '4711' for key 'users.PRIMARY'", "Duplicate entry ? for key ?"],
  ["Table 'shop.it''s' doesn't exist", "Table ?? doesn't exist"],
  [
    "could not read block 12 in file base/16384/2619: 8 kB",
    "could not read block ? in file base/?: ? kB",
  ],
  ['invalid byte sequence for encoding "UTF8": 0x00', "invalid byte sequence for encoding ?: ?"],
  ["invalid utf8 in t1", "invalid utf8 in t1"],
  ["la relation « orders » n'existe pas", "la relation ? n'existe pas"],
  ["Relation „orders“ existiert nicht", "Relation ? existiert nicht"],
  ["an open 'quote", "an open ?"],
  ["canceling statement due to statement timeout", "canceling statement due to statement timeout"],
  ["2026-03-01 12:00:00.5 is past", "? ? is past"],
  ["", ""],
])("%s", (message, expected) => {
  expect(classOf(message)).toBe(expected);
});

test("a long message is cut", () => {
  expect(classOf("word ".repeat(10_000)).length).toBeLessThanOrEqual(1024);
});

test("classes beyond the limit are counted together", () => {
  const counts = createFailureCounts();
  const total = 5000;
  for (let number = 0; number < total; number += 1) {
    const bytes = Buffer.from(`x${number} broke`);
    counts.count("fatal", "", { bytes, from: 0, to: bytes.length }, number);
  }
  const values = counts.values();
  expect(values.length).toBeLessThan(4000);
  expect(values.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  expect(values.find(({ message }) => message === "(other)")).toMatchObject({ severity: "fatal" });
});
