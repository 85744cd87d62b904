import { randomBytes } from "node:crypto";
import type { RowDataPacket } from "mysql2/promise";
import { runOnMysql } from "./servers/run-on-mysql.ts";
import { sharedServerUrl } from "./servers/server-broker.ts";
import type { TestDatabase } from "./test-database.ts";

/**
 * Makes an empty database on a real MySQL server; the user is `root` with all privileges. Vitest runs share one server,
 * which starts at the first call. Anywhere else it stops when the process ends.
 */
export async function startMysql(): Promise<TestDatabase> {
  return createMysqlDatabase(await sharedServerUrl("mysql"));
}

/** The same on a real MariaDB server. Its URL begins with `mysql:` too: the protocol is the same. */
export async function startMariadb(): Promise<TestDatabase> {
  return createMysqlDatabase(await sharedServerUrl("mariadb"));
}

/** Makes an empty database on the server. */
export async function createMysqlDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `dbadvise_test_${randomBytes(6).toString("hex")}`;
  await runOnMysql(serverUrl, (connection) => connection.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: () =>
      runOnMysql(serverUrl, async (connection) => {
        // The statement would wait for transactions that are open.
        const [sessions] = await connection.query<RowDataPacket[]>("show processlist");
        for (const session of sessions) {
          // It may have ended meanwhile.
          if (session["db"] === name)
            await connection.query(`kill ${Number(session["Id"])}`).catch(() => {});
        }
        await connection.query(`drop database if exists ${name}`);
      }),
  };
}

/**
 * The same for an account that `read_only` binds: `root` is above it, and MariaDB has nothing like MySQL's
 * `super_read_only`.
 */
export async function createMariadbDatabase(serverUrl: string): Promise<TestDatabase> {
  const database = await createMysqlDatabase(serverUrl);
  const url = await createAccount(database.url);
  const { username } = new URL(url);
  await runOnMysql(serverUrl, (connection) =>
    connection.query(`revoke read only admin on *.* from ${username}@'%'`),
  );
  return { ...database, url };
}

/** Makes an account that is not `root`, with all its privileges and its password. Returns the URL with it. */
export async function createAccount(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  url.username = "dbadvise";
  await runOnMysql(databaseUrl, async (connection) => {
    const account = `${url.username}@'%'`;
    await connection.query(`create user ${account} identified by '${url.password}'`);
    await connection.query(`grant all privileges on *.* to ${account} with grant option`);
  });
  return url.href;
}
