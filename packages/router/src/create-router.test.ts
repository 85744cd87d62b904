import { onQuery, type QueryEnd, withScope } from "@dbadvise/observe";
import { type Cluster, startCluster } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Router } from "./router.ts";
import { dialectOf, type Routers, routersOver } from "./testing/routers-over.ts";

let cluster: Cluster;
let routers: Routers;
let router: Router<unknown>;

beforeAll(async () => {
  cluster = await startCluster("postgres", { replicas: 1 });
  routers = routersOver("postgres", cluster);
  router = routers.router({ catchUpMs: 10_000 });
  await router.query("create table notes (id int primary key, body text)");
  await router.query("create sequence numbers");
  await router.query(
    "create function sneaky() returns int stable language sql as 'select nextval(''numbers'')::int'",
  );
});
afterAll(async () => {
  await routers?.[Symbol.asyncDispose]();
  await cluster?.close();
});

const READ = "select body from notes where id = $1";

/** The routes of what is sent meanwhile. */
async function routesOf(fn: () => Promise<unknown>): Promise<string[]> {
  const routes: string[] = [];
  const stop = onQuery(({ route }: QueryEnd) => {
    if (route !== undefined) routes.push(route);
  });
  try {
    await fn();
  } finally {
    stop();
  }
  return routes;
}

describe("where a statement goes", () => {
  test("is told by explain, and by the message of the query", async () => {
    expect(router.explain(READ)).toMatchObject({ target: "replica", node: "postgres-2" });
    expect(router.explain("delete from notes")).toMatchObject({
      target: "primary",
      node: "postgres-1",
    });
    // Where the replica has yet to get what was written, a read may be sent to it twice.
    await router.query(READ, [1]);
    const routes = await routesOf(async () => {
      await router.query(READ, [1]);
      await router.query("delete from notes");
    });
    expect(routes[0]).toMatch(/^postgres-2: proved read-only: .*; /);
    expect(routes[1]).toMatch(/^postgres-1: DELETE/);
  });

  test("can be said by a view, an option and a comment; a view wins", async () => {
    const targets = (of: Router<unknown>, sql = READ) => of.explain(sql).target;
    expect(targets(router.primary())).toBe("primary");
    expect(targets(router.replica(), "select numbers.last_value from numbers")).toBe("replica");
    expect(router.explain(READ, { target: "primary" }).target).toBe("primary");
    expect(targets(router, `/* dbadvise:primary */ ${READ}`)).toBe("primary");
    expect(targets(router.replica(), `/* dbadvise:primary */ ${READ}`)).toBe("replica");
    expect(router.explain(READ, { consistency: "strong" }).target).toBe("primary");
  });

  test("a write that was sent to a replica on purpose is refused, and done nowhere", async () => {
    const insert = router.replica().query("insert into notes values (99, 'x')");
    await expect(insert).rejects.toMatchObject({ code: "25006" });
    expect((await router.primary().query(READ, [99])).rows).toEqual([]);
  });

  test("strong consistency and a replica exclude each other", async () => {
    const read = router.replica().query(READ, [1], { consistency: "strong" });
    await expect(read).rejects.toMatchObject({ code: "NO_REPLICA" });
  });

  test("what a replica refuses as a write goes to the primary, once, and from then on at once", async () => {
    // A classifier that takes it for a read: no text that ours takes for one is refused.
    const dialect = dialectOf("postgres");
    const learned = new Set<string>();
    const fooled = routers.router({
      dialect: {
        ...dialect,
        classify: (sql) =>
          learned.has(sql) ? { kind: "write", reason: "learned" } : { kind: "read", reason: "?" },
        learnWrite: (sql) => learned.add(sql),
      },
    });
    const misrouted: string[] = [];
    fooled.on("misrouted", (sql, node) => misrouted.push(`${node}: ${sql}`));
    const sneaky = "select sneaky() as n";
    const nodes = await routesOf(async () => {
      expect((await fooled.query(sneaky)).rows).toEqual([{ n: 1 }]);
      expect((await fooled.query(sneaky)).rows).toEqual([{ n: 2 }]);
    });
    expect(nodes.map((one) => one.slice(0, 10))).toEqual([
      "postgres-2",
      "postgres-1",
      "postgres-1",
    ]);
    expect(misrouted).toEqual([`postgres-2: ${sneaky}`]);
  });
});

describe("what a scope has written", () => {
  test("is seen by its reads, and by those of the scope that takes its token", async () => {
    await cluster.replicas[0]!.pauseReplay();
    try {
      const token = await withScope(async () => {
        expect(router.token()).toBeUndefined();
        await router.query("insert into notes values (1, 'one')");
        expect(router.explain(READ).reason).toContain("asked on the way");
        return router.token();
      });
      const bodies = async (options = {}) => (await quick.query(READ, [1], options)).rows;
      const quick = routers.router({ tokenSecret: "the same in both of them", catchUpMs: 0 });
      const other = routers.router({ tokenSecret: "the same in both of them" });
      expect(() => quick.accept(token!)).toThrow(
        expect.objectContaining({ code: "INVALID_TOKEN" }) as Error,
      );
      const good = await withScope(async () => {
        await other.query("insert into notes values (2, 'two')");
        return other.token()!;
      });
      await withScope(async () => {
        expect(await bodies({ consistency: "eventual" })).toEqual([]);
        quick.accept(good);
        expect(await bodies()).toEqual([{ body: "one" }]);
        expect(await bodies({ consistency: "eventual" })).toEqual([]);
        // What is asked for by the scope.
        quick.setConsistency("eventual");
        expect(await bodies()).toEqual([]);
        expect(await bodies({ consistency: "monotonic" })).toEqual([{ body: "one" }]);
      });
      await withScope(async () => expect(await bodies()).toEqual([]));
    } finally {
      await cluster.replicas[0]!.resumeReplay();
    }
  });

  test("in a transaction too; one that was rolled back wrote nothing", async () => {
    await withScope(async () => {
      const failing = router.transaction(async (lease) => {
        await lease.query("insert into notes values (3, 'three')");
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(router.token()).toBeUndefined();
      await router.transaction(async (lease) => {
        await lease.query("insert into notes values (3, 'three')");
      });
      expect(router.token()).toBeDefined();
      const inside = await router.transaction(
        async (lease) => (await lease.query(READ, [3])).rows,
        { readOnly: true },
      );
      expect(inside).toEqual([{ body: "three" }]);
    });
  });

  test("where its place can't be learned, the primary is read, which tells, or another write does", async () => {
    const dialect = dialectOf("postgres");
    let broken = true;
    const forgetful = routers.router({
      catchUpMs: 10_000,
      dialect: {
        ...dialect,
        positionAfterWrite: (lease) =>
          broken ? Promise.reject(new Error("gone")) : dialect.positionAfterWrite(lease),
      },
    });
    const errors: string[] = [];
    forgetful.on("error", ({ message }) => errors.push(message));
    let lost = 0;
    forgetful.on("writeMayBeLost", () => {
      lost += 1;
    });
    await withScope(async () => {
      await forgetful.query("insert into notes values (4, 'four')");
      expect(forgetful.explain(READ).target).toBe("primary");
      const token = forgetful.token()!;
      await withScope(async () => {
        forgetful.accept(token);
        expect(forgetful.explain(READ).target).toBe("primary");
        expect((await forgetful.query(READ, [4])).rows).toEqual([{ body: "four" }]);
        expect(forgetful.explain(READ).target).toBe("replica");
        expect((await forgetful.query(READ, [4])).rows).toEqual([{ body: "four" }]);
      });
      broken = false;
      expect(forgetful.explain(READ).target).toBe("primary");
      await forgetful.query("insert into notes values (5, 'five')");
      expect(forgetful.explain(READ).target).toBe("replica");
    });
    expect(errors).toEqual(["The place of a write can't be learned"]);
    expect(lost).toBe(0);
  });
});

describe("a session", () => {
  test("can't be used after its end", async () => {
    const session = router.session();
    await session.query(READ, [1]);
    await session.release();
    await expect(session.query(READ, [1])).rejects.toMatchObject({ code: "SESSION_ENDED" });
    await expect(session.release()).rejects.toMatchObject({ code: "SESSION_ENDED" });
  });

  test("keeps the order of what was asked for, on whatever servers", async () => {
    await using session = router.session();
    const [before, , after] = await Promise.all([
      session.query(READ, [6]),
      session.query("insert into notes values (6, 'six')"),
      session.query(READ, [6]),
    ]);
    expect([before.rows, after.rows]).toEqual([[], [{ body: "six" }]]);
  });
});
