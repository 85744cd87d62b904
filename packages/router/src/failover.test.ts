import { setTimeout as sleep } from "node:timers/promises";
import { type Connector, createPool, type Pool } from "@dbadvise/pool";
import { mysql as mysqlConnector } from "@dbadvise/pool/mysql";
import { postgres as postgresConnector } from "@dbadvise/pool/postgres";
import {
  type Cluster,
  type ClusterNode,
  DIALECTS,
  type Engine,
  startCluster,
} from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createRouter } from "./create-router.ts";
import { mariadb, mysql } from "./mysql.ts";
import { postgres } from "./postgres.ts";
import type { RouterDialect } from "./router-dialect.ts";
import type { RouterOptions } from "./router-options.ts";
import type { Router } from "./router.ts";

type Client = unknown;

interface Words {
  readonly dialect: () => RouterDialect<unknown>;
  readonly connect: (url: string) => Connector<unknown>;
  /** A read that tells which server answers. */
  readonly port: string;
  readonly table: string;
}

const MYSQL: Omit<Words, "dialect"> = {
  connect: mysqlConnector,
  port: "select @@port as port",
  table: "create table if not exists notes (id int auto_increment primary key, text text)",
};

const WORDS: Readonly<Record<Engine, Words>> = {
  postgres: {
    dialect: postgres,
    connect: postgresConnector,
    port: "select current_setting('port') as port",
    table: "create table if not exists notes (id serial primary key, text text)",
  },
  mysql: { ...MYSQL, dialect: mysql },
  mariadb: { ...MYSQL, dialect: mariadb },
};

interface Rig extends AsyncDisposable {
  readonly router: Router<Client>;
  readonly events: readonly (readonly unknown[])[];
  /** Where a read went. */
  read(): Promise<string>;
  write(): Promise<void>;
}

/** Installing a server may take a while, once. */
const LIMIT_MS = 120_000;

let servers: Cluster;
let words: Words;
const startServers = async (engine: Engine): Promise<void> => {
  words = WORDS[engine];
  servers = await startCluster(engine, { replicas: 2 });
};
const stopServers = (): Promise<void> => servers.close();

function poolOf({ name, proxy }: ClusterNode): Pool<Client> {
  return createPool({
    connector: words.connect(proxy.url),
    name,
    backoffMs: { first: 50, last: 500 },
    connectTimeoutMs: 2000,
  });
}

async function startRig(given: Partial<RouterOptions<Client>> = {}): Promise<Rig> {
  const nodes = [servers.primary, ...servers.replicas];
  const pools = nodes.map(poolOf);
  const [primary, ...replicas] = pools;
  const router = createRouter<Client>({
    dialect: words.dialect(),
    primary: primary!,
    replicas,
    pollMs: 100,
    ...given,
  });
  const events: unknown[][] = [];
  for (const name of [
    "primaryChanged",
    "splitBrain",
    "health",
    "error",
    "writeMayBeLost",
  ] as const) {
    router.on(name, (...args: unknown[]) => void events.push([name, ...args]));
  }
  const names = new Map(nodes.map(({ name, url }) => [new URL(url).port, name]));
  await router.query(words.table);
  return {
    router,
    events,
    read: async () => {
      const { rows } = await router.query<{ port: string | number }>(words.port);
      return names.get(String(rows[0]!.port))!;
    },
    write: async () => {
      await router.query("insert into notes (text) values ('x')");
    },
    [Symbol.asyncDispose]: async () => {
      await router.close();
      await Promise.all(pools.map((pool) => pool.drain({ timeoutMs: 500 }).catch(() => undefined)));
    },
  };
}

function until(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 30_000, interval: 20 });
}

function health(events: Rig["events"], name: string): unknown {
  return events.findLast(([event, node]) => event === "health" && node === name)?.[2] ?? "up";
}

/** Reads go on all the while; none may fail, and how many did go where. */
function keepReading(one: Rig): { stop(): Promise<Map<string, number>> } {
  const places = new Map<string, number>();
  const ending = new AbortController();
  const work = (async () => {
    while (!ending.signal.aborted) {
      const place = await one.read();
      places.set(place, (places.get(place) ?? 0) + 1);
      await sleep(5);
    }
  })();
  // Told by `stop`.
  work.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await work;
      return places;
    },
  };
}

async function countNotes({ url }: ClusterNode): Promise<number> {
  const connector = words.connect(url);
  const pool = createPool({ connector, max: 1, name: "count" });
  const { rows } = await pool.query<{ count: number | string }>(
    "select count(*) as count from notes",
  );
  await pool.drain();
  return Number(rows[0]!.count);
}

describe("a router over PostgreSQL", () => {
  beforeAll(() => startServers("postgres"), LIMIT_MS);
  afterAll(stopServers);

  it(
    "reads on while a replica dies, and from it again when it is back (sequelize #7180, makara #36, pgdog #785)",
    { timeout: LIMIT_MS },
    async () => {
      await using one = await startRig();
      const [two] = servers.replicas as [ClusterNode, ClusterNode];
      await until(async () => expect(await one.read()).toBe(two.name));
      const reading = keepReading(one);
      await two.kill();
      await until(() => expect(health(one.events, two.name)).toBe("ejected"));
      await two.start();
      await until(() => expect(health(one.events, two.name)).toBe("probation"));
      const places = await reading.stop();
      expect(places.has(servers.primary.name)).toBe(false);
      await until(async () => expect(await one.read()).toBe(two.name));
    },
  );

  it(
    "reads from the primary while every replica is dead, within a budget (sequelize #7180, aws-jdbc #223)",
    { timeout: LIMIT_MS },
    async () => {
      await using one = await startRig({ spill: 0.1 });
      for (const node of servers.replicas) await node.kill();
      for (const { name } of servers.replicas) {
        await until(() => expect(health(one.events, name)).toBe("ejected"));
      }
      const answers = await Promise.allSettled(Array.from({ length: 3000 }, () => one.read()));
      const refused = answers.filter(({ status }) => status === "rejected");
      expect(refused.map((answer) => (answer as PromiseRejectedResult).reason.code)).toEqual(
        refused.map(() => "NO_REPLICA"),
      );
      // A tenth, a burst of a hundred, and ten a second.
      expect(answers.length - refused.length).toBeGreaterThan(200);
      expect(answers.length - refused.length).toBeLessThan(900);
      for (const node of servers.replicas) await node.start();
      await until(async () => expect(await one.read()).toMatch(/-[23]$/));
    },
  );

  it("leaves a replica that hangs, and takes it back", { timeout: LIMIT_MS }, async () => {
    await using one = await startRig();
    const [two, three] = servers.replicas as [ClusterNode, ClusterNode];
    await two.pause();
    await until(() => expect(health(one.events, two.name)).toBe("ejected"));
    for (let time = 0; time < 50; time++) expect(await one.read()).toBe(three.name);
    await two.resume();
    await until(() => expect(health(one.events, two.name)).toBe("probation"));
    await until(async () => expect(await one.read()).toBe(two.name));
  });

  it(
    "sees a receiver that stopped, which the replica's own clock does not show (pgpool2 #96, pgdog #1122)",
    { timeout: LIMIT_MS },
    async () => {
      await using one = await startRig({ maxLagMs: 1000 });
      const [two, three] = servers.replicas as [ClusterNode, ClusterNode];
      // An idle primary makes nobody lag.
      await sleep(1500);
      expect(one.events).toEqual([]);
      await two.stopReceiver();
      const writing = setInterval(() => void one.write(), 50);
      try {
        await until(() => expect(health(one.events, two.name)).toBe("lagging"));
        one.router.setConsistency("eventual");
        for (let time = 0; time < 30; time++) expect(await one.read()).toBe(three.name);
        one.router.setConsistency({ bounded: 900 });
        for (let time = 0; time < 30; time++) expect(await one.read()).not.toBe(two.name);
      } finally {
        clearInterval(writing);
      }
      await two.startReceiver();
      await until(() => expect(health(one.events, two.name)).toBe("up"));
      one.router.setConsistency("read-your-writes");
    },
  );
});

describe.each(DIALECTS)("a router over $name, when another node is promoted", ({ name }) => {
  beforeAll(() => startServers(name), LIMIT_MS);
  afterAll(stopServers);

  it("follows it, and reads all the while", { timeout: LIMIT_MS }, async () => {
    await using one = await startRig();
    const [two, three] = servers.replicas as [ClusterNode, ClusterNode];
    await one.write();
    await two.catchUp(servers.primary);
    const reading = keepReading(one);
    await servers.primary.kill();
    await two.promote();
    await three.follow(two);
    await until(() => one.write());
    const places = await reading.stop();
    expect([...places.keys()]).not.toContain(servers.primary.name);
    expect(one.events).toContainEqual(["primaryChanged", two.name, servers.primary.name]);
    // The writes are seen.
    const { rows } = await one.router.query<{ count: number | string }>(
      "select count(*) as count from notes",
    );
    expect(Number(rows[0]!.count)).toBe(await countNotes(two));
    // The old one comes back, and takes writes: nobody sends it any.
    await servers.primary.start();
    await until(() => expect(health(one.events, servers.primary.name)).toBe("fenced"));
    const before = await countNotes(servers.primary);
    for (let time = 0; time < 20; time++) await one.write();
    for (let time = 0; time < 50; time++) expect(await one.read()).not.toBe(servers.primary.name);
    expect(await countNotes(servers.primary)).toBe(before);
  });
});

describe("a router over PostgreSQL, when there are two primaries", () => {
  beforeAll(() => startServers("postgres"), LIMIT_MS);
  afterAll(stopServers);

  it(
    "fences a primary that lives on when another was promoted",
    { timeout: LIMIT_MS },
    async () => {
      await using one = await startRig();
      const [two] = servers.replicas as [ClusterNode, ClusterNode];
      await one.write();
      await two.catchUp(servers.primary);
      await two.promote();
      await until(() => expect(health(one.events, servers.primary.name)).toBe("fenced"));
      const before = await countNotes(servers.primary);
      for (let time = 0; time < 20; time++) await one.write();
      expect(await countNotes(servers.primary)).toBe(before);
      expect(await countNotes(two)).toBe(before + 20);
      // The timelines say which history is the newer: nothing is in dispute.
      expect(one.events.map(([event]) => event)).not.toContain("splitBrain");
    },
  );
});
