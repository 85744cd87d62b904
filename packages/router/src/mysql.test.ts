import { onQuery, type QueryEnd } from "@dbadvise/observe";
import { createPool, type Lease, type Pool } from "@dbadvise/pool";
import { mysql as connect } from "@dbadvise/pool/mysql";
import { type Cluster, type ClusterNode, startCluster } from "@dbadvise/testkit";
import type { Connection } from "mysql2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mariadb, mysql } from "./mysql.ts";
import type { Position } from "./position.ts";

describe.each([
  ["mysql", mysql()],
  ["mariadb", mariadb()],
] as const)("%s", (engine, dialect) => {
  const { covers, merge } = dialect;
  let cluster: Cluster;
  const pools = new Map<string, Pool<Connection>>();

  interface Address {
    readonly name: string;
    readonly url: string;
  }
  const poolOf = ({ name, url }: Address): Pool<Connection> => {
    const known = pools.get(name);
    if (known !== undefined) return known;
    const pool = createPool({ name, connector: connect(url), max: 3 });
    pools.set(name, pool);
    return pool;
  };
  const on = async <Result>(
    node: Address,
    use: (lease: Lease<Connection>) => Promise<Result>,
  ): Promise<Result> => {
    await using lease = await poolOf(node).acquire();
    return await use(lease);
  };
  const write = (id: number, node: ClusterNode = cluster.primary): Promise<Position> =>
    on(node, async (lease) => {
      await lease.query("insert into t values (?)", [id]);
      return dialect.positionAfterWrite(lease);
    });
  const COUNT = "select count(*) as n from t where id = ?";
  const readAt = (node: Address, wanted: Position, id: number) =>
    on(node, (lease) => dialect.queryAt<{ n: number }>(lease, wanted, COUNT, [id], {}));

  beforeAll(async () => {
    cluster = await startCluster(engine, { replicas: 2 });
    await on(cluster.primary, (lease) => lease.query("create table t (id int primary key)"));
    for (const replica of cluster.replicas) await replica.catchUp(cluster.primary);
  });
  afterAll(async () => {
    await Promise.all([...pools.values()].map((pool) => pool.drain()));
    await cluster.close();
  });

  test("each tells its role, its place and which one it is, whatever way it is reached", async () => {
    const nodes = [cluster.primary, ...cluster.replicas];
    const states = await Promise.all(nodes.map((node) => on(node, dialect.readState)));
    expect(states.map(({ role }) => role)).toEqual(["primary", "replica", "replica"]);
    expect(new Set(states.map(({ server }) => server)).size).toBe(3);
    expect(new Set(states.map(({ position }) => position.epoch)).size).toBe(1);
    const proxied = { name: "proxied", url: cluster.replicas[0]!.proxy.url };
    expect((await on(proxied, dialect.readState)).server).toBe(states[1]!.server);
  });

  // On MariaDB the account may not end it.
  // The other engine has no such statement or state.
  test.each(engine === "mysql" ? [engine] : [])(
    "a replica that takes writes is one all the same (%s)",
    async () => {
      await on(cluster.replicas[0]!, async (lease) => {
        await lease.query("set global super_read_only = off");
        await lease.query("set global read_only = off");
        const { role } = await dialect.readState(lease);
        await lease.query("set global super_read_only = on");
        expect(role).toBe("replica");
      });
    },
  );

  test("a replica that hasn't reached a place gives no rows, and stays in use", async () => {
    const [replica] = cluster.replicas;
    await replica!.pauseReplay();
    const wanted = await write(1);
    const id = () =>
      on(replica!, async (lease) => (await lease.query("select connection_id() as id")).rows);
    const before = await id();
    expect(await readAt(replica!, wanted, 1)).toBeUndefined();
    expect(await on(replica!, (lease) => dialect.waitFor(lease, wanted, 0))).toBe("behind");
    expect(await on(replica!, (lease) => dialect.waitFor(lease, wanted, 50))).toBe("behind");
    await replica!.resumeReplay();
    expect(await on(replica!, (lease) => dialect.waitFor(lease, wanted, 30_000))).toBe("reached");
    expect(await readAt(replica!, wanted, 1)).toEqual({ rows: [{ n: 1 }], rowCount: 1 });
    expect(await id()).toEqual(before);
  });

  test("rows are as the driver gives them, and are those of the query alone", async () => {
    const wanted = await write(2);
    await on(cluster.replicas[0]!, async (lease) => {
      await dialect.waitFor(lease, wanted, 30_000);
      const sql = "select ? + 1 as i, '' as e, null as x, timestamp '2020-01-01 00:00:00' as d";
      const { rows } = await lease.query(sql, [1]);
      expect(await dialect.queryAt(lease, wanted, sql, [1], {})).toEqual({ rows, rowCount: 1 });
      const none = await dialect.queryAt(lease, wanted, "select 1 from dual where false", [], {});
      expect(none).toEqual({ rows: [], rowCount: 0 });
    });
  });

  test("an error of the query is its own, and what follows is well", async () => {
    const wanted = await write(3);
    await on(cluster.replicas[0]!, async (lease) => {
      await dialect.waitFor(lease, wanted, 30_000);
      await expect(dialect.queryAt(lease, wanted, "selekt", [], {})).rejects.toMatchObject({
        errno: 1064,
      });
      const refused = await dialect
        .queryAt(lease, wanted, "insert into t values (99)", [], {})
        .catch((error: unknown) => error);
      expect(dialect.isReadOnlyRefusal(refused)).toBe(true);
      expect(await dialect.queryAt(lease, wanted, COUNT, [3], {})).toMatchObject({
        rows: [{ n: 1 }],
      });
    });
  });

  test("it is cancelled by its signal, and observed as one query", async () => {
    const [replica] = cluster.replicas;
    const wanted = await write(4);
    await on(replica!, async (lease) => {
      await dialect.waitFor(lease, wanted, 30_000);
      const signal = AbortSignal.timeout(100);
      await expect(
        dialect.queryAt(lease, wanted, "select sleep(60)", [], { signal }),
      ).rejects.toMatchObject({ name: "TimeoutError" });
    });
    const seen: QueryEnd[] = [];
    const stop = onQuery((query) => seen.push(query));
    expect(await readAt(replica!, wanted, 4)).toMatchObject({ rows: [{ n: 1 }] });
    stop();
    expect(seen.map(({ sql, rows, errorCode }) => ({ sql, rows, errorCode }))).toEqual([
      { sql: COUNT, rows: 1, errorCode: undefined },
    ]);
  });

  // Trap: one statement for both opens its snapshot before it asks for the place.
  test(
    "no read misses a write, while the replica replays others",
    { timeout: 120_000 },
    async () => {
      const [replica] = cluster.replicas;
      const counts = { fresh: 0, behind: 0 };
      const run = async (first: number): Promise<void> => {
        for (let id = first; id < first + 200; id += 1) {
          const wanted = await write(id);
          let result = await readAt(replica!, wanted, id);
          for (; result === undefined; result = await readAt(replica!, wanted, id))
            counts.behind += 1;
          expect([id, result.rows]).toEqual([id, [{ n: 1 }]]);
          counts.fresh += 1;
        }
      };
      await Promise.all([run(1000), run(2000), run(3000)]);
      expect(counts.fresh).toBe(600);
      expect(counts.behind).toBeGreaterThan(0);
    },
  );

  // Trap: a place that is read before COMMIT doesn't cover it.
  test("the place of a transaction is that of its commit", async () => {
    await on(cluster.primary, async (lease) => {
      await lease.begin();
      await lease.query("insert into t values (6)");
      const before = await dialect.positionAfterWrite(lease);
      await lease.commit();
      expect(covers(before, await dialect.positionAfterWrite(lease))).toBe("behind");
    });
  });

  test("where the server tells no GTID with a commit, it is asked", async () => {
    const variable =
      engine === "mysql" ? "session_track_gtids = off" : "session_track_system_variables = ''";
    await on(cluster.primary, async (lease) => {
      await lease.query(`set session ${variable}`);
      await lease.query("insert into t values (7)");
      const wanted = await dialect.positionAfterWrite(lease);
      await on(cluster.replicas[0]!, (reader) => dialect.waitFor(reader, wanted, 30_000));
      expect(await readAt(cluster.replicas[0]!, wanted, 7)).toMatchObject({ rows: [{ n: 1 }] });
    });
  });

  // Trap: a statement with rows tells no `last_gtid`, and that of the one before it is older.
  // The other engine has no such statement or state.
  test.each(engine === "mariadb" ? [engine] : [])(
    "INSERT ... RETURNING has its own place (%s)",
    async () => {
      const [replica] = cluster.replicas;
      const before = await write(8);
      const wanted = await on(cluster.primary, async (lease) => {
        await lease.query("insert into t values (80)");
        await lease.query("insert into t values (9) returning id");
        const place = await dialect.positionAfterWrite(lease);
        const { position } = await dialect.readState(lease);
        expect(covers(place, position)).toBe("reached");
        return place;
      });
      expect(covers(before, wanted)).toBe("behind");
      await on(replica!, (lease) => dialect.waitFor(lease, wanted, 30_000));
      expect(await readAt(replica!, wanted, 9)).toMatchObject({ rows: [{ n: 1 }] });
    },
  );

  test("an account that may know nothing of replication reads at places too", async () => {
    const [replica] = cluster.replicas;
    await on(cluster.primary, async (lease) => {
      await lease.query("create user plain identified by 'plain'");
      await lease.query("grant select on t to plain");
    });
    const wanted = await write(11);
    await replica!.catchUp(cluster.primary);
    const url = new URL(replica!.url);
    url.username = url.password = "plain";
    const plain = { name: "plain", url: url.href };
    expect(await readAt(plain, wanted, 11)).toMatchObject({ rows: [{ n: 1 }] });
    const { role, position } = await on(plain, dialect.readState);
    expect([role, covers(position, wanted)]).toEqual(["replica", "reached"]);
  });

  test("the primary itself has reached what it wrote", async () => {
    const wanted = await write(12);
    expect(await readAt(cluster.primary, wanted, 12)).toMatchObject({ rows: [{ n: 1 }] });
    const { position } = await on(cluster.primary, dialect.readState);
    expect(covers(position, wanted)).toBe("reached");
    expect(covers(merge(position, wanted), position)).toBe("reached");
  });

  // Trap: after a failover a server can be beyond a number and lack its row.
  test("a lost write is nowhere, however far a server gets", async () => {
    const { primary, replicas } = cluster;
    const [successor, other] = replicas;
    const shared = await write(13);
    for (const replica of replicas) await replica.catchUp(primary);
    for (const replica of replicas) await replica.stopReceiver();
    const lost = await write(14);
    await primary.kill();
    await successor!.promote();
    expect((await on(successor!, dialect.readState)).role).toBe("primary");
    let kept = shared;
    for (let id = 20_000; id < 20_005; id += 1) kept = await write(id, successor);
    await other!.follow(successor!);
    await other!.catchUp(successor!);

    for (const node of [successor!, other!]) {
      const { position } = await on(node, dialect.readState);
      expect(covers(position, kept)).toBe("reached");
      expect(covers(position, merge(kept, shared))).toBe("reached");
      expect(covers(position, lost)).toBe("unknown");
      expect(covers(position, merge(lost, kept))).toBe("unknown");
      expect(await readAt(node, lost, 14)).toBeUndefined();
      expect(await readAt(node, shared, 13)).toMatchObject({ rows: [{ n: 1 }] });
      expect(await readAt(node, kept, 20_004)).toMatchObject({ rows: [{ n: 1 }] });
    }
    await other!.pauseReplay();
    const newest = await write(15, successor);
    expect(covers((await on(other!, dialect.readState)).position, newest)).toBe("behind");
  });
});

test("errors are told apart: refused as read-only, the caller's, the server's", () => {
  const dialect = mysql();
  const error = (errno: number, message = "x"): Error =>
    Object.assign(new Error(message), { errno });
  const readOnly = "The MySQL server is running with the --super-read-only option";
  expect(dialect.isReadOnlyRefusal(error(1290, readOnly))).toBe(true);
  expect(dialect.isReadOnlyRefusal(error(1290, "--secure-file-priv"))).toBe(false);
  expect(dialect.isReadOnlyRefusal(error(1792))).toBe(true);
  expect(dialect.isReadOnlyRefusal(error(1836))).toBe(true);
  // duplicate entry, syntax, interrupted, lock wait timeout, deadlock
  for (const errno of [1062, 1064, 1317, 1205, 1213])
    expect([errno, dialect.isCallersError(error(errno))]).toEqual([errno, true]);
  expect(dialect.isCallersError(AbortSignal.abort().reason)).toBe(true);
  for (const errno of [1040, 1053, 1021, -104])
    expect([errno, dialect.isCallersError(error(errno))]).toEqual([errno, false]);
});
