import { expect, test } from "vitest";
import { arrayLiteral, parseArrayLiteral } from "./array-literal.ts";

test.each([
  ["{}", []],
  ["{a,b}", ["a", "b"]],
  ['{"a,b","c\\"d","e\\\\f",NULL,"NULL",""}', ["a,b", 'c"d', "e\\f", null, "NULL", ""]],
  ["{{1,2},{3,4}}", ["{1,2}", "{3,4}"]],
])("%s", (literal, elements) => {
  expect(parseArrayLiteral(literal)).toEqual(elements);
});

test.each([
  [[], "{}"],
  [["a", "b"], "{a,b}"],
  [["a,b", 'c"d', "e\\f", null, "null", "", " x"], '{"a,b","c\\"d","e\\\\f",NULL,"null",""," x"}'],
])("writes %j so that it is read again", (elements, literal) => {
  expect(arrayLiteral(elements)).toBe(literal);
  expect(parseArrayLiteral(literal)).toEqual(elements);
});
