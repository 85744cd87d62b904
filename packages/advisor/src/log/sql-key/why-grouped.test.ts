import { expect, test } from "vitest";
import { LEXIS } from "./lexis.ts";
import { whyGrouped } from "./why-grouped.ts";

const { postgres } = LEXIS;
const text = (
  sql: string,
  fingerprint: string | null = null,
): { sql: string; fingerprint: string | null } => ({ sql, fingerprint });

test("the same bytes but for data", () => {
  const why = whyGrouped(
    postgres,
    text("SELECT a FROM t WHERE b = 'secret'"),
    text("select a from t where b=2 -- x"),
  );
  expect(why).toMatchObject({ same: true, by: "key", difference: null });
  expect(why.one).toEqual(why.other);
  expect(why.one).toEqual({
    normalized: "select a from t where b = ?",
    key: expect.stringMatching(/^[0-9a-f]{16}$/),
    fingerprint: null,
  });
  expect(JSON.stringify(why)).not.toContain("secret");
});

test("the parser has the last word", () => {
  const one = text("select a as b from t", "0123456789abcdef");
  const other = text("select a b from t", "0123456789abcdef");
  expect(whyGrouped(postgres, one, other)).toMatchObject({
    same: true,
    by: "fingerprint",
    difference: { position: 9, one: "as", other: "b" },
  });
});

test.each([
  ["select a from t1 where b = 1", "select a from t2 where b = 2", 14, "t1", "t2"],
  ["select a", "select a, b", 8, "", ","],
  ["select a limit 1", "select a", 9, "limit", ""],
  ["select a, b", "select a", 8, ",", ""],
  ['select "A"', 'select "a b"', 7, '"A"', '"a b"'],
])("%s and %s part", (one, other, position, left, right) => {
  expect(whyGrouped(postgres, text(one), text(other, "0123456789abcdef"))).toMatchObject({
    same: false,
    by: null,
    difference: { position, one: left, other: right },
  });
});
