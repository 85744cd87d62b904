import { expect, test } from "vitest";
import { parseArrayLiteral } from "./array-literal.ts";

test.each([
  ["{}", []],
  ["{a,b}", ["a", "b"]],
  ['{"a,b","c\\"d","e\\\\f",NULL,"NULL",""}', ["a,b", 'c"d', "e\\f", null, "NULL", ""]],
  ["{{1,2},{3,4}}", ["{1,2}", "{3,4}"]],
])("%s", (literal, elements) => {
  expect(parseArrayLiteral(literal)).toEqual(elements);
});
