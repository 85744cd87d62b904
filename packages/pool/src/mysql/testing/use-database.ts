import type { Connection as Client } from "mysql2";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { type OpenedConnection, openConnection } from "./open-connection.ts";

/** Building a MySQL server may take more than a minute, once. */
export const START_MS = 300_000;

/** A database for the tests of one `describe`, with a table `t (id int primary key, n int)`. */
export interface UsedDatabase {
  readonly url: string;
  /** A connection that no test closes. */
  readonly admin: OpenedConnection;
  /** Connects; closed after the test. */
  open(
    config?: Parameters<typeof openConnection>[0],
    options?: Parameters<typeof openConnection>[1],
  ): Promise<OpenedConnection>;
  /** Waits until the server has no session of this id. */
  gone(threadId: number): Promise<void>;
  /** What the server runs for a client. */
  statementOf(client: Client): Promise<string>;
}

/** What the testkit gives. */
export type Start = () => Promise<{ readonly url: string; close(): Promise<void> }>;

export function useDatabase(start: Start): UsedDatabase {
  let database: Awaited<ReturnType<Start>>;
  let admin: OpenedConnection;
  const opened: OpenedConnection[] = [];

  beforeAll(async () => {
    database = await start();
    admin = await openConnection(database.url);
    await admin.query("create table t (id int primary key, n int)", [], {});
  }, START_MS);

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close({ now: true })));
  });

  afterAll(async () => {
    await admin.close();
    await database.close();
  });

  async function sessions(): Promise<{ id: number; statement: string }[]> {
    const { rows } = await admin.query<{ Id: unknown; Info: string | null }>(
      "show full processlist",
      [],
      {},
    );
    return rows.map(({ Id, Info }) => ({ id: Number(Id), statement: Info ?? "" }));
  }

  return {
    get url() {
      return database.url;
    },
    get admin() {
      return admin;
    },
    async open(config = database.url, options = {}) {
      const connection = await openConnection(config, options);
      opened.push(connection);
      return connection;
    },
    async gone(threadId) {
      await vi.waitFor(
        async () => {
          expect((await sessions()).map(({ id }) => id)).not.toContain(threadId);
        },
        { timeout: 10_000, interval: 100 },
      );
    },
    statementOf: async ({ threadId }) =>
      (await sessions()).find(({ id }) => id === threadId)?.statement ?? "",
  };
}
