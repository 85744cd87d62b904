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

  test("a transaction is seen as the server tells it, without a round trip", async () => {
    const connection = await open();
    const sent = await questions();
    expect(connection.state()).toBe("clean");
    await raw(connection, "start transaction");
    expect(connection.state()).toBe("dirty");
    await raw(connection, "insert into t values (1, 1)");
    expect(connection.state()).toBe("dirty");
    await raw(connection, "commit");
    expect(connection.state()).toBe("clean");
    await raw(connection, "delete from t");
    expect(connection.state()).toBe("clean");
    expect(await questions()).toBe(sent + 5);

    async function questions(): Promise<number> {
      const { rows } = await connection.query<{ Value: string }>(
        "show session status like 'Questions'",
        [],
        {},
      );
      return Number(rows[0]?.Value);
    }
  });

  test("by statements that answer with rows too, where autocommit is off", async () => {
    const connection = await open(database.url, {
      onConnect: (client) => client.promise().query("set autocommit = 0"),
    });
    expect(connection.state()).toBe("clean");
    await valueOf(connection, "select count(*) as n from t");
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(connection.state()).toBe("clean");
    // An error carries no status: the transaction that its statement began must be assumed.
    await expect(raw(connection, "insert into t values (1, 2, 3)")).rejects.toThrow("ount");
    expect(connection.state()).toBe("dirty");
  });

  test.each([
    "set @x = 1",
    "select @x := 1 as x",
    "select 1 into @x",
    "set sql_mode = ''",
    "set names latin1",
    "create temporary table temp_t (id int)",
    "select get_lock('dbadvise pool test', 1)",
    "prepare p from 'select 1'",
    "lock tables t read",
    "use information_schema",
    "/*!40101 set @saved = 1 */",
    "/* comment */ set /* comment */ @x = 1",
  ])("is changed by %s", async (sql) => {
    const connection = await open();
    await raw(connection, sql);
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(connection.state()).toBe("clean");
  });

  test("the next transaction's characteristics go with that transaction", async () => {
    const connection = await open();
    await raw(connection, "set transaction isolation level serializable");
    expect(connection.state()).toBe("dirty");
    await raw(connection, "start transaction");
    await raw(connection, "commit");
    expect(connection.state()).toBe("clean");
  });

  test("a failed statement and a released one are not busy, a running one is", async () => {
    const connection = await open();
    const { client } = connection;
    const states = await new Promise<string[]>((resolve) => {
      const seen: string[] = [];
      client.query("select from where", () => {
        seen.push(connection.state());
        client.execute("select * from no_such_table", () => {
          seen.push(connection.state());
          client.query("select 1", () => {
            seen.push(connection.state());
            resolve(seen);
          });
          seen.push(connection.state());
        });
      });
      seen.push(connection.state());
    });
    expect(states).toEqual(["busy", "clean", "clean", "busy", "clean"]);
  });

  test("prepared statements of execute are no change, and survive what is none", async () => {
    const connection = await open();
    const { client } = connection;
    await client.promise().execute("select ? + 1 as x", [1]);
    await raw(connection, "start transaction");
    await connection.reset();
    expect(await preparedHere()).toBe(1);
    await client.promise().execute("select ? + 1 as x", [1]);
    expect(await preparedHere()).toBe(1);

    async function preparedHere(): Promise<number> {
      const { rows } = await connection.query<{ Value: string }>(
        "show session status like 'Com_stmt_prepare'",
        [],
        {},
      );
      return Number(rows[0]?.Value);
    }
  });
});
