import { type Cluster, startCluster } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenedConnection, openConnection } from "./testing/open-connection.ts";
import { valueOf } from "../testing/value-of.ts";
import { trackedGtids } from "./tracked-gtids.ts";

describe.each(["mysql", "mariadb"] as const)("%s", (engine) => {
  let cluster: Cluster;
  let connection: OpenedConnection;
  beforeAll(async () => {
    // Alone, but it writes GTIDs and tells them.
    cluster = await startCluster(engine, { replicas: 0 });
    connection = await openConnection(cluster.primary.url);
    await connection.query("create table t (id int primary key auto_increment, v int)", [], {});
  });
  afterAll(async () => {
    await connection.close();
    await cluster.close();
  });

  const last =
    engine === "mysql" ? "select @@global.gtid_executed as g" : "select @@last_gtid as g";

  /** Whether this is the newest transaction: MySQL tells it alone, and the server's set ends with its number. */
  async function isNewest(gtids: string | undefined): Promise<boolean> {
    const newest = String(await valueOf(connection, last));
    if (gtids === undefined) return false;
    return engine === "mariadb"
      ? newest === gtids
      : newest.endsWith(gtids.slice(gtids.lastIndexOf(":") + 1));
  }

  test("a commit tells them, and is no change of the session", async () => {
    await connection.query("insert into t (v) values (1)", [], {});
    expect(await isNewest(trackedGtids(connection.client))).toBe(true);
    await connection.begin({});
    await connection.query("insert into t (v) values (2)", [], {});
    await connection.commit();
    expect(await isNewest(trackedGtids(connection.client))).toBe(true);
    expect(connection.state()).toBe("clean");
  });

  test("a statement that commits nothing leaves none of the one before it", async () => {
    await connection.query("insert into t (v) values (3)", [], {});
    await connection.query("select 1", [], {});
    expect(trackedGtids(connection.client)).toBeUndefined();
    await connection.query("update t set v = 4 where v = 99", [], {});
    // MariaDB tells that of the INSERT again, which is still the session's last one.
    const told = trackedGtids(connection.client);
    expect(told === undefined || (await isNewest(told))).toBe(true);
  });

  // The other engine has no such statement or state.
  test.each(engine === "mariadb" ? [engine] : [])(
    "INSERT ... RETURNING tells none (%s)",
    async () => {
      await connection.query("insert into t (v) values (5)", [], {});
      await connection.query("insert into t (v) values (6) returning id", [], {});
      expect(trackedGtids(connection.client)).toBeUndefined();
    },
  );

  test("other variables that are tracked are changes of the session", async () => {
    await connection.query("set time_zone = '+01:00'", [], {});
    expect(connection.state()).toBe("dirty");
    await connection.reset();
  });
});
