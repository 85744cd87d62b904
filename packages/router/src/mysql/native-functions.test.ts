import { startMariadb, startMysql } from "@dbadvise/testkit";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { nativeFunctions } from "./native-functions.ts";

/** "This function has the same name as a native function". */
const ER_NATIVE_FCT_NAME_COLLISION = 1585;

/** Loadable since MySQL 9.6. */
const LOADABLE = ["md5", "sha", "sha1"];

describe.each([
  { system: "mysql", start: startMysql },
  { system: "mariadb", start: startMariadb },
] as const)("functions that are known on $system", ({ system, start }) => {
  test("are native: the server says so when a stored one gets such a name", async () => {
    const database = await start();
    const connection = await mysql.createConnection(database.url);
    const stored: string[] = [];
    for (const name of nativeFunctions(system)) {
      await connection.query(`create function \`${name}\`() returns int deterministic return 1`);
      const [warnings] = await connection.query<RowDataPacket[]>("show warnings");
      if (!warnings.some(({ Code }) => Code === ER_NATIVE_FCT_NAME_COLLISION)) stored.push(name);
      await connection.query(`drop function \`${name}\``);
    }
    await connection.end();
    await database.close();
    expect(stored.filter((name) => system !== "mysql" || !LOADABLE.includes(name))).toEqual([]);
  });
});
