import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, test } from "vitest";
import { raw } from "./testing/open-connection.ts";
import { valueOf } from "../testing/value-of.ts";
import { useDatabase } from "./testing/use-database.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  const database = useDatabase(start);
  const { open } = database;

  test("brings back the state after connecting", async () => {
    const connection = await open();
    const settings = `select concat_ws(' ', @@character_set_client, @@character_set_results,
        @@character_set_connection, @@collation_connection, @@sql_mode, @@time_zone, @@autocommit,
        database()) as x`;
    const before = await valueOf(connection, settings);
    await raw(connection, "create temporary table temp_t (id int)");
    await raw(connection, "set @x = 1, sql_mode = '', time_zone = '+07:00', autocommit = 0");
    await raw(connection, "set names latin1");
    await raw(connection, "select get_lock('dbadvise reset', 1)");
    await raw(connection, "use information_schema");
    await connection.client.promise().execute("select ? as x", [1]);
    await raw(connection, `insert into ${new URL(database.url).pathname.slice(1)}.t values (9, 9)`);
    expect(connection.state()).toBe("dirty");

    await connection.reset();

    expect(connection.state()).toBe("clean");
    expect(await valueOf(connection, settings)).toBe(before);
    expect(await valueOf(connection, "select @x as x")).toBeNull();
    expect(await valueOf(connection, "select is_used_lock('dbadvise reset') as x")).toBeNull();
    expect(await valueOf(connection, "select count(*) as n from t")).toBe(0);
    await expect(raw(connection, "select * from temp_t")).rejects.toMatchObject({ errno: 1146 });
    // What is not ASCII goes out as before.
    await connection.reset();
    const { rows } = await connection.query("select ? as x, hex('ü') as h", ["größer 😀"], {});
    expect(rows).toEqual([{ x: "größer 😀", h: "C3BC" }]);
  });

  test("forgets prepared statements, whose ids the server gives out again", async () => {
    const connection = await open();
    const { client } = connection;
    const execute = async (sql: string) => (await client.promise().execute(sql, [1]))[0];
    expect(await execute("select ? + 1 as x")).toEqual([{ x: 2 }]);
    await raw(connection, "set @x = 1");
    await connection.reset();
    expect(await execute("select ? + 2 as y")).toEqual([{ y: 3 }]);
    expect(await execute("select ? + 1 as x")).toEqual([{ x: 2 }]);
    expect(await execute("select ? + 2 as y")).toEqual([{ y: 3 }]);
  });

  test("rejects where there is no way back: no database, or another user", async () => {
    const url = new URL(database.url);
    url.pathname = "/";
    const connection = await open(url.href);
    await raw(connection, "use information_schema");
    await expect(connection.reset()).rejects.toThrow("no way back");
    const other = await open();
    await other.client.promise().changeUser({ database: "information_schema" });
    expect(other.retired).toContain("CHANGE_USER");
  });

  test("takes away listeners that a holder left on the client", async () => {
    const connection = await open();
    const listeners = connection.client.listenerCount("error");
    connection.client.on("error", () => {});
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(connection.client.listenerCount("error")).toBe(listeners);
  });
});
