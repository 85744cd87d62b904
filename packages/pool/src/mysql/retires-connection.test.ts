import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, test, vi } from "vitest";
import { raw } from "./testing/open-connection.ts";
import { useDatabase } from "./testing/use-database.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  const database = useDatabase(start);
  const { open } = database;

  test.each([
    [1290, "The server is running with the --read-only option so it cannot execute this"],
    [1290, "The server is running with the --super-read-only option so it cannot execute this"],
    [1792, "Cannot execute statement in a READ ONLY transaction."],
    [1836, "Running in read-only mode"],
    [1053, "Server shutdown in progress"],
    [1927, "Connection was killed"],
    [1047, "WSREP has not yet prepared node for application use"],
  ])("error %i: %s (mysql2 #2050, #3123)", async (errno, message) => {
    const connection = await open();
    const fail = `signal sqlstate 'HY000' set mysql_errno = ${errno}, message_text = '${message}'`;
    await expect(raw(connection, fail)).rejects.toMatchObject({ errno });
    expect(connection.retired).toHaveLength(1);
  });

  test("a read-only error is no reason on a replica, nor where it was asked for, nor another 1290", async () => {
    const fail = (errno: number, message: string) =>
      `signal sqlstate 'HY000' set mysql_errno = ${errno}, message_text = '${message}'`;
    const replica = await open(database.url, { role: "replica" });
    await expect(raw(replica, fail(1290, "with the --read-only option"))).rejects.toThrow("only");
    expect(replica.retired).toEqual([]);

    const connection = await open();
    await expect(raw(connection, fail(1290, "with the --secure-file-priv option"))).rejects.toThrow(
      "secure",
    );
    await connection.begin({ readOnly: true });
    await expect(raw(connection, "insert into t values (1, 1)")).rejects.toMatchObject({
      errno: 1792,
    });
    await connection.rollback();
    expect(connection.retired).toEqual([]);
    await raw(connection, "start transaction");
    await expect(raw(connection, fail(1792, "READ ONLY transaction"))).rejects.toThrow("ONLY");
    expect(connection.retired).toHaveLength(1);
  });

  test("a connection that the server ended while idle (mysql2 #683, #939, #2498)", async () => {
    const connection = await open();
    await database.admin.query(`kill ${connection.client.threadId}`, [], {});
    await vi.waitFor(() => expect(connection.retired.length).toBeGreaterThan(0));
    expect(connection.state()).toBe("busy");
    await expect(connection.validate()).rejects.toMatchObject({ fatal: true });
    await connection.close();
  });

  test("a connection that is lost in a query (knex #5186, mysql2 #2962)", async () => {
    const connection = await open();
    const running = connection.query("select sleep(60)", [], {});
    const failed = running.catch((error: Error) => error.message);
    await database.admin.query(`kill ${connection.client.threadId}`, [], {});
    expect(await failed).toMatch(/lost|closed|killed|reset/i);
    await vi.waitFor(() => expect(connection.retired.length).toBeGreaterThan(0));
  });
});
