import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { typeChange, valuesOf, varcharOf } from "./type-steps.ts";

const list = (kind: "enum" | "set", count: number): string =>
  `${kind}(${Array.from({ length: count }, (_, at) => `'v${at}'`).join(",")})`;

/** Types of utf8mb4 tables, before and after. */
const CHANGES: readonly (readonly [string, string])[] = [
  ["int", "int"],
  ["int", "INTEGER(11)"],
  ["int", "int unsigned"],
  ["int", "bigint"],
  ["bigint", "int"],
  ["boolean", "tinyint(1)"],
  ["numeric(10, 2)", "decimal(10,2)"],
  ["decimal(10,2)", "decimal(11,2)"],
  ["varchar(10)", "varchar(20)"],
  ["varchar(10)", "varchar(9)"],
  ["varchar(31)", "varchar(32)"],
  ["varchar(31)", "varchar(64)"],
  ["varchar(32)", "varchar(64)"],
  ["varchar(63)", "varchar(64)"],
  ["varchar(64)", "varchar(500)"],
  ["varchar(10)", "character varying(20)"],
  ["varchar(10)", "text"],
  ["text", "varchar(10)"],
  ["text", "mediumtext"],
  ["varchar(127) character set latin1", "varchar(256) character set latin1"],
  ["varchar(128) character set latin1", "varchar(256) character set latin1"],
  ["varchar(128) character set latin1", "varchar(255) character set latin1"],
  ["varchar(10) character set latin1", "varchar(10) character set utf8mb4"],
  ["varchar(85) character set utf8mb3", "varchar(86) character set utf8mb3"],
  ["varchar(50) character set utf8mb3", "varchar(85) character set utf8mb3"],
  ["varbinary(100)", "varbinary(255)"],
  ["varbinary(200)", "varbinary(300)"],
  ["char(10)", "char(20)"],
  ["char(10)", "varchar(10)"],
  ["enum('a','b')", "enum('a', 'b', 'c')"],
  ["enum('a','b')", "enum('b','a')"],
  ["enum('a','b')", "enum('a')"],
  ["enum('a')", "set('a','b')"],
  [list("enum", 255), list("enum", 256)],
  [list("enum", 256), list("enum", 300)],
  [list("set", 7), list("set", 8)],
  [list("set", 8), list("set", 9)],
  [list("set", 24), list("set", 25)],
  [list("set", 32), list("set", 33)],
  [list("set", 33), list("set", 64)],
  ["datetime", "timestamp"],
  ["datetime", "datetime(3)"],
];

describe.each([
  ["MariaDB", startMariadb, true],
  ["MySQL", startMysql, false],
] as const)("%s", (_, start, maria) => {
  let database: TestDatabase;
  let connection: Connection;
  beforeAll(async () => {
    database = await start();
    connection = await createConnection(database.url);
  });
  afterAll(async () => {
    await connection?.end();
    await database?.close();
  });

  test.for(
    CHANGES.map(([from, to]) => ({
      from,
      to,
      title: `${from.slice(0, 40)} to ${to.slice(0, 40)}`,
    })),
  )("$title", async ({ from, to }) => {
    await connection.query("drop table if exists t");
    await connection.query(`create table t (id int primary key, x ${from} null) charset=utf8mb4`);
    let copied = false;
    for (const algorithm of ["inplace", "copy"])
      try {
        await connection.query(`alter table t modify x ${to} null, algorithm=${algorithm}`);
        copied = algorithm === "copy";
        break;
      } catch {
        // The next one.
      }
    expect(typeChange(from, to, maria) === "copy").toBe(copied);
  });
});

test("values and lengths of types", () => {
  expect(valuesOf("ENUM ('a', 'it''s', 'b,c')")).toEqual(["'a'", "'it''s'", "'b,c'"]);
  expect(valuesOf("varchar(5)")).toBeNull();
  expect(varcharOf("VARCHAR ( 50 )")).toEqual({ length: 50, most: 63 });
  expect(varcharOf("varchar(50) collate latin1_bin")).toEqual({ length: 50, most: 255 });
  expect(varcharOf("varbinary(50)")).toEqual({ length: 50, most: 255 });
  expect(varcharOf("text")).toBeNull();
});
