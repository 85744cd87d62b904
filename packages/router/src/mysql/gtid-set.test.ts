import { startMysql, type TestDatabase } from "@dbadvise/testkit";
import fc from "fast-check";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatGtidSet, missingSources, parseGtidSet, unionOf } from "./gtid-set.ts";

const UUIDS = [1, 2].map((n) => `${String(n).repeat(8)}-aaaa-bbbb-cccc-${"0".repeat(12)}`);

/** Sets as people and servers may write them: out of order, overlapping, with tags. */
const runs = fc
  .array(
    fc
      .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 6 }))
      .map(([from, more]) => (more === 0 ? String(from) : `${from}-${from + more}`)),
    { minLength: 1, maxLength: 4 },
  )
  .map((each) => each.join(":"));
const part = fc
  .tuple(fc.constantFrom(...UUIDS), runs, fc.option(fc.tuple(fc.constantFrom("tag_a", "b"), runs)))
  .map(([uuid, plain, tagged]) => [uuid, plain, ...(tagged ?? [])].join(":"));
const set = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(","));

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startMysql();
  connection = await mysql.createConnection(database.url);
});
afterAll(async () => {
  connection.destroy();
  await database.close();
});

async function valueOf(sql: string, values: readonly string[]): Promise<unknown> {
  const [[row]] = await connection.query<RowDataPacket[]>(sql, [...values]);
  return Object.values(row ?? {})[0];
}

test("what is in a set, and the union of two, is as the server has it", async () => {
  await fc.assert(
    fc.asyncProperty(set, set, async (a, b) => {
      const [left, right] = [parseGtidSet(a), parseGtidSet(b)];
      const isIn = missingSources(left, right).length === 0;
      expect(await valueOf("select gtid_subset(?, ?)", [b, a])).toBe(isIn ? 1 : 0);
      const union = formatGtidSet(unionOf(left, right));
      expect(
        await valueOf("select gtid_subset(?, ?) and gtid_subset(?, ?)", [a, union, b, union]),
      ).toBe(1);
      // Nothing is in it that is in neither.
      expect(await valueOf("select gtid_subtract(gtid_subtract(?, ?), ?)", [union, a, b])).toBe("");
      expect(parseGtidSet(union)).toEqual(parseGtidSet(formatGtidSet(parseGtidSet(union))));
    }),
    { numRuns: 300 },
  );
});

test("a set is read as a long one is written: in lines", () => {
  const text = `${UUIDS[0]!.toUpperCase()}:1-5:7,\n${UUIDS[1]}:1:b:2-3`;
  expect(formatGtidSet(parseGtidSet(text))).toBe(
    `${UUIDS[0]}:1-5:7,${UUIDS[1]}:1,${UUIDS[1]}:b:2-3`,
  );
});

test.each(["x", "1-2", `${UUIDS[0]}:1-`, `${UUIDS[0]}:'`, `${UUIDS[0]}:1;drop`])(
  "%s is no set",
  (text) => {
    expect(() => parseGtidSet(text)).toThrow("Not a GTID set");
  },
);
