import { onQuery, type QueryEnd } from "@dbadvise/observe";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, test, vi } from "vitest";
import { useDatabase } from "./testing/use-database.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  const database = useDatabase(start);
  const { open } = database;

  async function observed(use: () => Promise<unknown>): Promise<QueryEnd[]> {
    const seen: QueryEnd[] = [];
    const stop = onQuery((query) => seen.push(query));
    try {
      await use();
    } finally {
      stop();
    }
    return seen;
  }

  test("every way to send a query", async () => {
    const connection = await open();
    const { client } = connection;
    const seen = await observed(async () => {
      await connection.query("select ? as lease", [1], {});
      await new Promise((resolve) => client.query("select 1 as callback", resolve));
      await new Promise((resolve) => client.query("select ? as listed", [1], resolve));
      await new Promise((resolve) =>
        client.query({ sql: "select ? as object", values: [1] }, resolve),
      );
      await client.promise().query("select ? as promised", [1]);
      await client.promise().execute("select ? as executed", [1]);
      for await (const row of client.query("select id from t where id < 0").stream()) void row;
      const statement = await client.promise().prepare("select ? as prepared");
      await statement.execute([1]);
      await statement.execute([2]);
      await client.promise().beginTransaction();
      await client.promise().rollback();
    });
    expect(seen.map(({ sql, parameterCount, rows }) => [sql, parameterCount, rows])).toEqual([
      ["select ? as lease", 1, 1],
      ["select 1 as callback", 0, 1],
      ["select ? as listed", 1, 1],
      ["select ? as object", 1, 1],
      ["select ? as promised", 1, 1],
      ["select ? as executed", 1, 1],
      ["select id from t where id < 0", 0, 0],
      ["select ? as prepared", 1, 1],
      ["select ? as prepared", 1, 1],
      ["START TRANSACTION", 0, 0],
      ["ROLLBACK", 0, 0],
    ]);
    expect(seen.every(({ pool, error }) => pool === "test" && error === undefined)).toBe(true);
    expect(seen[0]?.server).toEqual(connection.server);
  });

  test("errors: of the statement, of its preparation, of a stream, of a lost connection", async () => {
    const connection = await open();
    const { client } = connection;
    const seen = await observed(async () => {
      await client
        .promise()
        .query("select * from no_such_table")
        .catch(() => {});
      await client
        .promise()
        .execute("select * from no_such_table")
        .catch(() => {});
      const stream = client.query("select * from no_such_table").stream();
      await new Promise((resolve) => stream.once("error", resolve));
      // mysql2 tells a stream nothing when its connection is lost.
      client.query("select sleep(60)").stream();
      await database.admin.client.promise().query(`kill ${client.threadId}`);
      await vi.waitFor(() => expect(connection.retired).not.toEqual([]));
      await expect(client.promise().query("select 1")).rejects.toThrow(/lost|closed/);
    });
    const codes = seen.map(({ sql, errorCode }) => `${sql}: ${errorCode}`);
    expect(codes.filter((code) => !code.startsWith("kill")).toSorted()).toEqual([
      "select * from no_such_table: ER_NO_SUCH_TABLE",
      "select * from no_such_table: ER_NO_SUCH_TABLE",
      "select * from no_such_table: ER_NO_SUCH_TABLE",
      expect.stringContaining("select 1: "),
      expect.stringMatching(/^select sleep\(60\): (PROTOCOL_CONNECTION_LOST|ER_)/),
    ]);
  });
});
