import { expect, test } from "vitest";
import { mayBeCut, statementOfDigest } from "./digest-text.ts";

test.each([
  [
    "SELECT COUNT ( * ) , `lower` ( `name` ) FROM `shop` . `t` WHERE `a` IN (...) LIMIT ?, ...",
    "SELECT COUNT( * ) , lower( `name` ) FROM `shop` . `t` WHERE `a` IN(?) LIMIT ?, ?",
  ],
  [
    "INSERT INTO `order` ( `a` , `b` ) VALUES (...) /* , ... */",
    "INSERT INTO `order` ( `a` , `b` ) VALUES(?, ?)",
  ],
  [
    "SELECT NOW (?) , `lower` ( `a` ) , `upper` ( `b` ) + INTERVAL ? SQL_TSI_DAY",
    "SELECT NOW(?) , lower( `a` ) , upper( `b` ) + INTERVAL ? DAY",
  ],
  ["SELECT `a` FROM `t` WHERE ( `b` = ? )", "SELECT `a` FROM `t` WHERE( `b` = ? )"],
  [
    "WITH `x` ( `a` ) AS ( SELECT ? ) SELECT * FROM `x`",
    "WITH `x` ( `a` ) AS( SELECT ? ) SELECT * FROM `x`",
  ],
])("%s", (digest, sql) => {
  expect(statementOfDigest(digest)).toBe(sql);
});

test("nothing but its length tells that a digest was cut off", () => {
  const condition = " AND `i` != `i` + ?";
  const digest = (count: number): string =>
    `SELECT \`i\` FROM \`n\` WHERE \`i\` = ?${condition.repeat(count)}`;
  expect(mayBeCut(digest(3), 1024)).toBe(false);
  // As the server left it of 200 conditions.
  expect(mayBeCut(digest(56), 1024)).toBe(true);
});
