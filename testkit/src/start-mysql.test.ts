import mysql, { type RowDataPacket } from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { startMariadb, startMysql } from "./start-mysql.ts";

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

describe.each([
  { name: "MySQL", start: startMysql, isMariadb: false },
  { name: "MariaDB", start: startMariadb, isMariadb: true },
])("$name", ({ start, isMariadb }) => {
  test("databases are empty, apart from each other, and gone when closed", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await query(first.url, "create table t (id int primary key)");
    expect(await query(first.url, "show tables")).toHaveLength(1);
    expect(await query(second.url, "show tables")).toHaveLength(0);

    const open = await mysql.createConnection(first.url);
    open.on("error", () => {});
    await open.query("start transaction");
    await open.query("insert into t values (1)");
    await first.close();
    await expect(query(first.url, "select 1")).rejects.toThrow(/Unknown database/);
    open.destroy();
    await second.close();
  });

  test("the server is of this engine, and its user has all privileges", async () => {
    const database = await start();
    const [row] = await query(database.url, "select version() as version, current_user() as user");
    expect(/MariaDB/.test(row!["version"])).toBe(isMariadb);
    expect(row!["user"]).toBe("root@%");
    await query(database.url, "set global max_connect_errors = 1000");
    await query(database.url, "create table t (s varchar(10))");
    const [table] = await query(database.url, "show create table t");
    expect(table!["Create Table"]).toContain("utf8mb4");
    await database.close();
  });
});
