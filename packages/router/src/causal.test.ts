import { randomInt } from "node:crypto";
import * as observe from "@dbadvise/observe";
import {
  type Clients,
  type Cluster,
  DIALECTS,
  type Level,
  recordHistory,
  startCluster,
  unguarded,
  untilViolated,
  verifyHistory,
  withFaults,
} from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialectOf, routersOver } from "./testing/routers-over.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;
const SECONDS = Number(process.env["DBADVISE_CAUSAL_SECONDS"] ?? 8);
const REGISTERS = 8;
const LEVELS: readonly Level[] = [
  "eventual",
  "read-your-writes",
  "monotonic",
  "strong",
  { bounded: 2000 },
];

describe.each(DIALECTS)("a causal history of $name", ({ name }) => {
  let cluster: Cluster;
  const seed = randomInt(2 ** 31);

  beforeAll(async () => {
    cluster = await startCluster(name, { replicas: 2 });
  }, START_MS);
  afterAll(() => cluster?.close());

  async function record(
    levels: readonly Level[],
    dialect: ReturnType<typeof dialectOf>,
    work: (clients: Clients) => Promise<void>,
  ): ReturnType<typeof recordHistory> {
    await using routers = routersOver(name, cluster);
    const router = routers.router({ dialect, spill: 1, pollMs: 100 });
    const options = { clients: 6, registers: REGISTERS, levels, seed };
    return await recordHistory(name, cluster, router, observe, options, work);
  }

  test.each([
    ["reads that may miss anything miss own writes", ["eventual"], dialectOf(name)],
    ["a guard that always says yes is found out", ["read-your-writes"], unguarded(dialectOf(name))],
  ] as const)(
    "%s",
    async (_, levels, dialect) => {
      const [replica] = cluster.replicas;
      const { history } = await record(levels, dialect, (clients) =>
        untilViolated(replica!, clients, 10),
      );
      expect(verifyHistory(history, "read-your-writes").violations).not.toHaveLength(0);
    },
    START_MS,
  );

  // The last one: the first primary is gone then.
  test(
    "shows no read that sees less than its level, whatever happens to the cluster",
    async () => {
      const { history, told } = await record(LEVELS, dialectOf(name), (clients) =>
        withFaults(name, cluster, clients, SECONDS),
      );
      const verified = verifyHistory(history);
      expect(verified.violations.slice(0, 3), `seed ${seed}`).toEqual([]);
      // It has seen something: reads that had to see a write, and a failover that lost some, as was told to who misses them.
      expect(verified.held).toBeGreaterThan(1000);
      expect(verified.lost).toBeGreaterThan(0);
      expect(told.size).toBeGreaterThan(0);
      expect(verified.bereft.difference(told), `seed ${seed}`).toEqual(new Set());
      const replicas = history.operations.filter(
        (one) => one.kind === "read" && one.node !== "" && !one.node.endsWith("-1"),
      );
      expect(replicas.length).toBeGreaterThan(verified.reads / 10);
      process.stdout.write(
        `${name}: ${history.operations.length} operations, ${history.errors} failed, ${verified.held} of ${verified.reads} reads held to something, ${replicas.length} from replicas, ${verified.lost} writes lost, ${told.size} scopes told, ${verified.bereft.size} miss a write\n`,
      );
    },
    START_MS + SECONDS * 3000,
  );
});
