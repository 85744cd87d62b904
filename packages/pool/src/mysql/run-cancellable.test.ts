import { setTimeout as sleep } from "node:timers/promises";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, test, vi } from "vitest";
import { valueOf } from "../testing/value-of.ts";
import { useDatabase } from "./testing/use-database.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (name, start) => {
  const database = useDatabase(start);
  const { open, statementOf } = database;

  test("gives rows, or how many were changed", async () => {
    const connection = await open();
    const changed = await connection.query("insert into t values (?, ?), (?, ?)", [1, 2, 3, 4], {});
    const changes = { affected: 2, changed: 0, insertId: undefined };
    expect(changed).toEqual({ rows: [], rowCount: 2, changes });
    // Two are matched, one is changed.
    const updated = await connection.query("update t set n = 4", [], {});
    expect(updated.changes).toMatchObject({ affected: 2, changed: 1 });
    await connection.query(
      "create temporary table ids (id bigint unsigned auto_increment primary key)",
      [],
      {},
    );
    const insert = "insert into ids values (?)";
    const large = 9_007_199_254_740_995n;
    expect((await connection.query(insert, [large - 1n], {})).rowCount).toBe(1);
    expect((await connection.query(insert, [null], {})).changes?.insertId).toBe(large);
    const read = await connection.query("select id from t order by id", [], {});
    expect(read).toEqual({ rows: [{ id: 1 }, { id: 3 }], rowCount: 2 });
    await connection.query("create procedure p() begin select 7 as x; end", [], {});
    expect(await connection.query("call p()", [], {})).toEqual({ rows: [{ x: 7 }], rowCount: 1 });
    await connection.query("drop procedure p", [], {});
    await connection.query("delete from t", [], {});
  });

  test.each(["select sleep(60) as x", "select count(*) from t as a where sleep(60) = 0"])(
    "an abort kills it on the server, and the connection is of further use: %s",
    async (sql) => {
      const connection = await open();
      await connection.query("insert ignore into t values (1, 1)", [], {});
      const reason = new Error("nobody wants it any more");
      const abort = new AbortController();
      const running = connection.query(sql, [], { signal: abort.signal });
      const rejected = running.catch((error: unknown) => error);
      await vi.waitFor(() => expect(statementOf(connection.client)).resolves.toContain("sleep"));
      expect(connection.state()).toBe("busy");
      abort.abort(reason);
      expect(await rejected).toBe(reason);
      expect(connection.state()).toBe("clean");
      expect(connection.retired).toEqual([]);
      for (let round = 0; round < 5; round += 1) {
        expect(await valueOf(connection, "select 1 as x")).toBe(1);
      }
    },
  );

  test("an abort before sending sends nothing, and one in the queue leaves the running statement alone", async () => {
    const connection = await open();
    const aborted = AbortSignal.abort(new Error("early"));
    await expect(
      connection.query("insert into t values (5, 5)", [], { signal: aborted }),
    ).rejects.toThrow("early");
    const abort = new AbortController();
    const first = connection.query("select sleep(0.3) as x", [], {});
    const second = connection.query("insert into t values (5, 5)", [], { signal: abort.signal });
    abort.abort(new Error("in the queue"));
    await expect(second).rejects.toThrow("in the queue");
    expect(await first).toEqual({ rows: [{ x: 0 }], rowCount: 1 });
    expect(await valueOf(connection, "select count(*) as n from t where id = 5")).toBe(0);
    expect(connection.state()).toBe("clean");
  });

  test("aborts at any moment: none hits a statement that comes after", async () => {
    const connection = await open();
    for (let round = 0; round < 40; round += 1) {
      const abort = new AbortController();
      const running = connection.query("select sleep(0.02) as x", [], { signal: abort.signal });
      const ended = running.catch(() => undefined);
      // Behind it already: it must not be taken for the one that is killed.
      const next = round % 2 === 0 ? undefined : valueOf(connection, "select sleep(0.001) as x");
      setTimeout(() => abort.abort(new Error("round")), round);
      expect((await next) ?? 0, `round ${round}`).toBe(0);
      await ended;
      expect(await valueOf(connection, "select sleep(0.001) as x"), `round ${round}`).toBe(0);
    }
    expect(connection.retired).toEqual([]);
  });

  test("a KILL that may be too late is used up by a statement of no effect (MySQL bug 45679)", async () => {
    const connection = await open();
    const done = async (): Promise<number> => {
      const { rows } = await connection.query<{ Value: string }>(
        "show session status like 'Com_do'",
        [],
        {},
      );
      return Number(rows[0]?.Value);
    };
    // Killed, this one ends well.
    const sql = "select ifnull((select sleep(60)), 1) as x";
    const abort = new AbortController();
    const running = connection.query(sql, [], { signal: abort.signal });
    // Behind it: it must not be the one that the KILL is used up by.
    const next = done();
    await vi.waitFor(() => expect(statementOf(connection.client)).resolves.toContain("sleep"));
    abort.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    expect(await next).toBe(name === "MySQL" ? 1 : 0);
  });

  test("a statement is killed by the address that it runs at, and nothing else is killed", async () => {
    const connection = await open();
    const other = await open();
    // The same id as seen elsewhere belongs to another statement.
    Object.defineProperty(connection.client, "threadId", { value: other.client.threadId });
    const innocent = other.query("select sleep(1) as innocent", [], {});
    const abort = new AbortController();
    const running = connection.query("select sleep(60) as x", [], { signal: abort.signal });
    await sleep(100);
    abort.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    expect(connection.retired.length).toBeGreaterThan(0);
    expect(await innocent).toEqual({ rows: [{ innocent: 0 }], rowCount: 1 });
  });
});
