import { createPool } from "@dbadvise/pool";
import { mysql as connect } from "@dbadvise/pool/mysql";
import { startFaultProxy, startMariadb, startMysql } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import { sendGuarded } from "./guarded-query.ts";

const ENGINES = [
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const;

test.each(ENGINES)(
  "it ends when its connection is lost, before the guard is answered or ever after (%s)",
  async (_, start) => {
    const database = await start();
    const proxy = await startFaultProxy(database.url);
    const pool = createPool({ connector: connect(proxy.url), name: "guarded", max: 1 });
    try {
      const lease = await pool.acquire();
      const send = () => sendGuarded(lease, "select '1' as guard", "select 2 as two", [], {});
      expect(await send()).toMatchObject({ guard: "1", result: { rows: [{ two: 2 }] } });
      proxy.drop("toClient");
      const unanswered = send().catch((error: unknown) => error);
      proxy.reset();
      expect(await unanswered).toMatchObject({ code: "ECONNRESET" });
      await expect(send()).rejects.toThrow("closed state");
      lease.release();
    } finally {
      await pool.drain({ timeoutMs: 1000 }).catch(() => undefined);
      proxy.close();
      await database.close();
    }
  },
);

test.each(ENGINES)(
  "an error of the guard is told, and the connection goes on (%s)",
  async (_, start) => {
    const database = await start();
    const pool = createPool({ connector: connect(database.url), name: "guarded", max: 1 });
    try {
      const lease = await pool.acquire();
      await expect(
        sendGuarded(lease, "select nothing", "select 2 as two", [], {}),
      ).rejects.toMatchObject({ errno: 1054 });
      expect((await lease.query("select 3 as three")).rows).toEqual([{ three: 3 }]);
      lease.release();
    } finally {
      await pool.drain();
      await database.close();
    }
  },
);
