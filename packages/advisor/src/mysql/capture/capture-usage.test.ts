import {
  type Cluster,
  type PrivateServer,
  startCluster,
  startPrivateServer,
} from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeUsage, Snapshot } from "../../catalog/snapshot.ts";
import type { CaptureOptions } from "../../engine.ts";
import { connect } from "../connect.ts";
import { identify } from "../identify.ts";
import { capture, captureUsage } from "./capture.ts";

const OPTIONS: CaptureOptions = { values: true, workload: true, node: "db:3306/shop" };

async function captured(url: string): Promise<Snapshot> {
  const session = await connect(url);
  try {
    return await capture(session, OPTIONS);
  } finally {
    await session.close();
  }
}

function scansOf({ indexes }: NodeUsage): Readonly<Record<string, number>> {
  return Object.fromEntries(indexes.map(({ index, scans }) => [index.name, scans]));
}

async function fill(owner: Connection): Promise<void> {
  await owner.query(
    "create table orders (id int auto_increment primary key, customer int, state varchar(10), key by_customer (customer), key by_state (state))",
  );
  await owner.query(
    "insert into orders (customer, state) values (1, 'open'), (2, 'open'), (3, 'done')",
  );
}

describe.each(["mysql", "mariadb"] as const)(
  "counters of a private %s with performance_schema",
  (engine) => {
    let server: PrivateServer;
    let owner: Connection;

    beforeAll(async () => {
      server = await startPrivateServer(engine, { "performance-schema": "ON" });
      owner = await createConnection({ uri: server.url });
      await fill(owner);
      // What is made before the start is counted from then on.
      await owner.end();
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await server.restart();
      owner = await createConnection({ uri: server.url });
    });
    afterAll(async () => {
      await owner.end();
      await server.close();
    });

    it("counts rows read through each index since the server's start, and a capture adds none to secondary ones", async () => {
      await owner.query("select state from orders force index (by_customer) where customer = 2");
      await owner.query("update orders set state = 'done' where id = 1");
      await captured(server.url);
      const {
        nodes: [node],
        gaps,
      } = await captured(server.url);
      expect(node).toMatchObject({ role: "primary", standbys: 0 });
      expect(Date.parse(node!.since!)).toBeGreaterThan(Date.now() - 600_000);
      expect(scansOf(node!)).toMatchObject({ "orders.by_customer": 1, "orders.by_state": 0 });
      expect(node!.tables).toMatchObject([{ inserts: 0, updates: 1, deletes: 0 }]);
      expect(gaps.map(({ reason }) => reason)).not.toContainEqual(
        expect.stringMatching(/usage|counters/),
      );
    });

    it("knows the time of the start to the second, whenever it is asked", async () => {
      const times = new Set<string | null>();
      for (let asked = 0; asked < 8; asked++) {
        const session = await connect(server.url);
        times.add((await captureUsage(session, "db")).since);
        await session.close();
        await new Promise((resolve) => setTimeout(resolve, 170));
      }
      expect([...times]).toHaveLength(1);
    });

    it("does not take the counters of an altered table for those since the start", async () => {
      await owner.query("alter table orders add key by_both (customer, state)");
      await owner.query("select state from orders force index (by_customer) where customer = 2");
      const { nodes, gaps } = await captured(server.url);
      expect(scansOf(nodes[0]!)).toHaveProperty(["orders.by_customer"]);
      expect(scansOf(nodes[0]!)).not.toHaveProperty(["orders.by_state"]);
      expect(gaps).toContainEqual({
        object: "performance_schema.table_io_waits_summary_by_index_usage",
        reason: expect.stringMatching(
          /^Of \d indexes without a use the counters began after the server's start/,
        ),
      });
    });

    it("says so where nothing is counted", async () => {
      await owner.query(
        "update performance_schema.setup_instruments set enabled = 'NO' where name = 'wait/io/table/sql/handler'",
      );
      const { nodes, gaps } = await captured(server.url);
      expect(nodes[0]).toMatchObject({ since: null, indexes: [], tables: [] });
      expect(gaps).toContainEqual({
        object: "usage counters of db:3306/shop",
        reason: expect.stringContaining("wait/io/table/sql/handler"),
      });
    });
  },
);

describe.each(["mysql", "mariadb"] as const)("a %s cluster", (engine) => {
  let cluster: Cluster;
  let owner: Connection;

  beforeAll(async () => {
    cluster = await startCluster(engine, { replicas: 1 });
    owner = await createConnection({ uri: cluster.primary.url });
    await fill(owner);
  });
  afterAll(async () => {
    await owner.end();
    await cluster.close();
  });

  const usageOf = async (url: string): Promise<{ node: NodeUsage; identity: string | null }> => {
    const session = await connect(url);
    try {
      return { identity: await identify(session), node: await captureUsage(session, "db") };
    } finally {
      await session.close();
    }
  };

  it("tells primary and replica, and that they hold the same database where that can be told", async () => {
    const replica = cluster.replicas[0]!;
    await expect.poll(async () => (await usageOf(replica.url)).node.role).toBe("replica");
    const [one, other] = [await usageOf(cluster.primary.url), await usageOf(replica.url)];
    expect(one.node).toMatchObject({ role: "primary", standbys: 1 });
    expect(other.node).toMatchObject({ role: "replica", standbys: 0 });
    expect(one.node.incarnation).not.toBe(other.node.incarnation);
    expect(other.identity).toBe(one.identity);
    expect(one.identity === null).toBe(engine === "mariadb");
  });
});

it("reads MariaDB's own statistics where they are on, and does not take their silence for zero", async () => {
  const server = await startPrivateServer("mariadb", { userstat: "1" });
  try {
    const owner = await createConnection({ uri: server.url });
    await fill(owner);
    await owner.query("select state from orders force index (by_customer) where customer = 2");
    await owner.end();
    const { nodes, gaps } = await captured(server.url);
    expect(nodes[0]?.since).toBeNull();
    expect(scansOf(nodes[0]!)).toMatchObject({ "orders.by_customer": 1 });
    expect(scansOf(nodes[0]!)).not.toHaveProperty(["orders.by_state"]);
    expect(gaps.map(({ object }) => object)).toContain("information_schema.INDEX_STATISTICS");
  } finally {
    await server.close();
  }
});
