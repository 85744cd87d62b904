import { expect, test } from "vitest";
import type { History, Level, Operation } from "./history.ts";
import { verifyHistory } from "./verify-history.ts";

let clock = 0;

/** One after the other, each taking a millisecond. */
function history(...operations: readonly ((at: number) => Operation)[]): History {
  clock = 0;
  return {
    registers: 2,
    errors: 0,
    operations: operations.map((make) => {
      clock += 10;
      return make(clock);
    }),
  };
}
const write =
  (scope: number, version: number, register = 0) =>
  (at: number) =>
    ({ kind: "write", scope, register, version, invoked: at, returned: at + 1 }) as const;
const read =
  (scope: number, version: number, level: Level, register = 0) =>
  (at: number) =>
    ({
      kind: "read",
      scope,
      register,
      version,
      level,
      node: "x",
      invoked: at,
      returned: at + 1,
    }) as const;
const pass = (from: number, to: number) => (at: number) =>
  ({ kind: "pass", from, to, invoked: at, returned: at + 1 }) as const;
const failover =
  (...survived: number[]) =>
  (at: number) =>
    ({ kind: "failover", survived, invoked: at, returned: at + 1 }) as const;

const count = (...operations: readonly ((at: number) => Operation)[]): number =>
  verifyHistory(history(...operations)).violations.length;

test("a scope's own write must be read, another's need not", () => {
  expect(count(write(1, 5), read(1, 5, "read-your-writes"))).toBe(0);
  expect(count(write(1, 5), read(1, 4, "read-your-writes"))).toBe(1);
  expect(count(write(1, 5), read(2, 0, "read-your-writes"))).toBe(0);
  expect(count(write(1, 5), read(1, 0, "read-your-writes", 1))).toBe(0);
  expect(count(write(1, 5), read(1, 0, "eventual"))).toBe(0);
});

test("what was seen at the level must be seen again", () => {
  expect(count(write(1, 5), read(2, 5, "monotonic"), read(2, 4, "monotonic"))).toBe(1);
  expect(count(write(1, 5), read(2, 5, "monotonic"), read(2, 4, "read-your-writes"))).toBe(0);
  expect(count(write(1, 5), read(2, 5, "eventual"), read(2, 4, "monotonic"))).toBe(0);
  expect(count(write(1, 5), read(1, 4, "monotonic"))).toBe(1);
});

test("strong sees all, bounded all but the newest", () => {
  expect(count(write(1, 5), read(2, 4, "strong"))).toBe(1);
  expect(count(write(1, 5), read(2, 4, { bounded: 100 }))).toBe(0);
  expect(count(write(1, 5), read(2, 4, { bounded: 5 }))).toBe(1);
});

test("a token carries what its scope knew", () => {
  expect(count(write(1, 5), pass(1, 2), read(2, 4, "read-your-writes"))).toBe(1);
  expect(count(write(1, 5), read(3, 5, "monotonic"), pass(3, 2), read(2, 4, "monotonic"))).toBe(1);
  expect(count(pass(1, 2), write(1, 5), read(2, 4, "read-your-writes"))).toBe(0);
});

test("what a failover lost is asked of nobody afterwards, what survived is", () => {
  const told = history(
    write(1, 4),
    write(1, 5),
    failover(4, 0),
    read(1, 4, "read-your-writes"),
    read(2, 4, "strong"),
    write(1, 6),
    read(1, 4, "read-your-writes"),
  );
  expect(verifyHistory(told)).toMatchObject({ lost: 1, violations: [{ least: 6 }] });
  expect(count(write(1, 4), failover(4, 0), read(1, 3, "read-your-writes"))).toBe(1);
  expect(count(write(1, 5), read(1, 4, "read-your-writes"), failover(4, 0))).toBe(1);
});

test("who misses a write of its own that a failover lost is told apart", () => {
  const told = history(
    write(1, 4),
    write(2, 5),
    write(3, 6, 1),
    write(4, 7),
    failover(4, 0),
    read(1, 4, "monotonic"),
    read(2, 4, "read-your-writes"),
    read(3, 0, "monotonic", 1),
    read(4, 4, "eventual"),
  );
  expect(verifyHistory(told)).toMatchObject({ violations: [], bereft: new Set([2, 3]) });
});

test("all reads can be held to another level than the one asked for", () => {
  const eventual = history(write(1, 5), read(1, 4, "eventual"));
  expect(verifyHistory(eventual).violations).toHaveLength(0);
  expect(verifyHistory(eventual, "read-your-writes").violations).toHaveLength(1);
});
