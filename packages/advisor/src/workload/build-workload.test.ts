import { describe, expect, it } from "vitest";
import type { EventSource } from "../log/event-source.ts";
import type { QueryEvent } from "../log/query-event.ts";
import { parse } from "../postgres/parse.ts";
import { OWN_QUERY } from "../postgres/read-rows.ts";
import { shopCatalog } from "../postgres/testing/shop-catalog.ts";
import { buildWorkload } from "./build-workload.ts";
import { MAX_SAMPLES, type Workload } from "./workload.ts";

function source(
  name: string,
  events: readonly Partial<QueryEvent>[],
  seconds?: number,
): EventSource {
  return {
    name,
    events: (async function* () {
      for (const event of events) yield { sql: "", calls: 1, totalMs: undefined, ...event };
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds }),
  };
}

function build(...sources: readonly EventSource[]): Promise<Workload> {
  return buildWorkload(sources, parse, shopCatalog);
}

const byCustomer = (value: string): string => `SELECT id FROM orders WHERE customer_id = ${value}`;

describe("buildWorkload", () => {
  it("groups texts of one shape over all sources, and adds up what is known", async () => {
    const workload = await build(
      source("pg_stat_statements", [{ sql: byCustomer("$1"), calls: 10, totalMs: 50, rows: 30 }]),
      source("app.log", [{ sql: byCustomer("5"), totalMs: 2 }, { sql: byCustomer("7") }]),
    );
    expect(workload.queries).toHaveLength(1);
    expect(workload.queries[0]).toMatchObject({
      sql: byCustomer("$1"),
      calls: 12,
      totalMs: 52,
      rows: 30,
      sources: ["pg_stat_statements", "app.log"],
      callSites: [],
    });
    expect(workload.queries[0]?.statement.tables[0]?.predicates[0]?.column).toBe("customer_id");
  });

  it("adds up the lines of code that sent a query, over all sources", async () => {
    const site = (line: number, calls: number) => ({
      file: "src/orders.ts",
      line,
      column: 3,
      function: "findOrders",
      calls,
    });
    const workload = await build(
      source("pg_stat_statements", [{ sql: byCustomer("$1"), calls: 10 }]),
      source("a.ndjson", [{ sql: byCustomer("$1"), callSites: [site(7, 2), site(42, 5)] }]),
      source("b.ndjson", [
        { sql: byCustomer("5"), callSites: [1, 2, 3, 4].map((line) => site(line, line)) },
        { sql: byCustomer("$1"), callSites: [site(7, 4)] },
      ]),
    );
    expect(workload.queries).toHaveLength(1);
    expect(workload.queries[0]?.callSites.map(({ line, calls }) => [line, calls])).toEqual([
      [7, 6],
      [42, 5],
      [4, 4],
      [3, 3],
      [2, 2],
    ]);
  });

  it("leaves time and rows unknown where no source knows them", async () => {
    const { queries, seconds } = await build(source("list.sql", [{ sql: byCustomer("1") }]));
    expect(queries[0]?.totalMs).toBeUndefined();
    expect(queries[0]?.rows).toBeUndefined();
    expect(seconds).toBeUndefined();
  });

  it("orders by time, then calls", async () => {
    const { queries } = await build(
      source("a", [
        { sql: "SELECT 1 FROM items", calls: 5 },
        { sql: "SELECT 1 FROM orders", calls: 9 },
        { sql: "SELECT 1 FROM products", calls: 1, totalMs: 3 },
      ]),
    );
    expect(queries.map((query) => query.statement.tables[0]?.table.name)).toEqual([
      "products",
      "orders",
      "items",
    ]);
  });

  it("keeps a few distinct samples, the same ones in whatever order they come", async () => {
    const events = Array.from({ length: 200 }, (_, at) => ({
      sql: byCustomer(String(at % 50)),
      totalMs: 1,
    }));
    const [one] = (await build(source("a", events))).queries;
    const [two] = (await build(source("a", events.toReversed()))).queries;
    expect(one?.samples).toHaveLength(MAX_SAMPLES);
    expect(new Set(one?.samples.map((sample) => sample.sql)).size).toBe(MAX_SAMPLES);
    expect(two?.samples).toEqual(one?.samples);
    const values = one?.samples.map((sample) => Number(/\d+$/.exec(sample.sql)?.[0])) ?? [];
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(10);
  });

  it("writes logged parameters into samples; texts with open placeholders are none", async () => {
    const [query] = (
      await build(
        source("a", [{ sql: byCustomer("$1") }, { sql: byCustomer("$1"), parameters: ["7"] }]),
      )
    ).queries;
    expect(query?.samples).toEqual([{ sql: byCustomer("'7'"), calls: 1, durationMs: undefined }]);
    expect(query?.sql).toBe(byCustomer("$1"));
  });

  it("reads the structure from the first text with values", async () => {
    const like = "SELECT id FROM customers WHERE name LIKE $1";
    const role = ({ queries }: Workload): string | undefined =>
      queries[0]?.statement.tables[0]?.predicates[0]?.role;
    expect(role(await build(source("a", [{ sql: like }])))).toBe("other");
    expect(
      role(await build(source("a", [{ sql: like }, { sql: like, parameters: ["ab%"] }]))),
    ).toBe("range");
    expect(role(await build(source("a", [{ sql: like, parameters: ["%ab"] }])))).toBe("other");
  });

  describe("keeps a literal", () => {
    const literals = async (events: readonly Partial<QueryEvent>[]): Promise<unknown> => {
      const { queries } = await build(source("a", events));
      return queries[0]?.statement.tables[0]?.predicates.map(({ literal }) => literal);
    };
    const search = (status: string, customer: string): string =>
      `SELECT id FROM orders WHERE status = '${status}' AND customer_id = ${customer}`;

    it("that each execution had in its text", async () => {
      const events = ["1", "2", "3"].map((id) => ({ sql: search("open", id) }));
      expect(await literals(events)).toEqual(["'open'", undefined]);
    });

    it("beside placeholders, also of one execution", async () => {
      const sql = search("open", "$1");
      expect(await literals([{ sql, parameters: ["7"] }])).toEqual(["'open'", undefined]);
    });

    it("of a text that ran twice, of which nothing varies", async () => {
      expect(await literals([{ sql: search("open", "7"), calls: 2 }])).toEqual(["'open'", "7"]);
    });

    it.each<[string, readonly Partial<QueryEvent>[]]>([
      ["that changes", [{ sql: search("open", "1") }, { sql: search("done", "1") }]],
      ["that was seen once", [{ sql: search("open", "1") }]],
      ["that statistics replaced", [{ sql: search("$1", "$2").replaceAll("'", ""), calls: 9 }]],
    ])("but none %s", async (_, events) => {
      expect((await literals(events)) as unknown[]).not.toContain("'open'");
    });

    it("but no parameter, though its value is always the same", async () => {
      const sql = "SELECT id FROM orders WHERE status = $1 AND customer_id = $2";
      const events = ["1", "2"].map((id) => ({ sql, parameters: ["open", id] }));
      expect(await literals(events)).toEqual([undefined, undefined]);
    });
  });

  it("only counts what has no plan, is this tool's own, or reads the server's catalogs", async () => {
    const { queries, skipped, ignoredCalls } = await build(
      source("a", [
        { sql: "BEGIN", calls: 2 },
        { sql: "VACUUM orders" },
        { sql: `select ${OWN_QUERY} 1 from orders` },
        { sql: byCustomer("1"), application: "dbadvise" },
        { sql: "SELECT relname FROM pg_class WHERE oid = 5" },
        { sql: "SELECT * FROM information_schema.tables" },
      ]),
    );
    expect(queries).toEqual([]);
    expect(skipped).toEqual([]);
    expect(ignoredCalls).toBe(7);
  });

  it("names what it can't read, without its constants, and never the same twice", async () => {
    const { skipped } = await build(
      source("a", [
        { sql: "SELECT id FROM orders WHERE name = 'secret", totalMs: 4 },
        { sql: "SELECT id FROM orders WHERE name = 'other secret", totalMs: 4 },
        { sql: "SELEC 4711, 'secret'" },
        { sql: "SELECT 1; SELECT 2" },
      ]),
    );
    expect(skipped.map(({ sql, calls, totalMs }) => ({ sql, calls, totalMs }))).toEqual([
      { sql: "SELECT id FROM orders WHERE name =", calls: 2, totalMs: 8 },
      { sql: "SELEC ?, ?", calls: 1, totalMs: undefined },
      { sql: "SELECT ?; SELECT ?", calls: 1, totalMs: undefined },
    ]);
    expect(JSON.stringify(skipped)).not.toMatch(/secret|4711/);
  });

  it("keeps long lists of unreadable texts short, and counts them all", async () => {
    const events = Array.from({ length: 500 }, (_, at) => ({
      sql: `SELEC c${"x".repeat(at)} FROM t`,
    }));
    const { skipped } = await build(source("a", events));
    expect(skipped.length).toBeLessThanOrEqual(101);
    expect(skipped.reduce((sum, one) => sum + one.calls, 0)).toBe(500);
    expect(Math.max(...skipped.map((one) => one.sql.length))).toBeLessThanOrEqual(200);
  });

  it("parses a repeated text once, and does not remember all texts with literals", async () => {
    let parsed = 0;
    const counting = (sql: string): ReturnType<typeof parse> => {
      parsed += 1;
      return parse(sql);
    };
    const repeated = Array.from({ length: 500 }, () => ({ sql: byCustomer("$1") }));
    await buildWorkload([source("a", repeated)], counting, shopCatalog);
    expect(parsed).toBe(1);
    parsed = 0;
    const distinct = Array.from({ length: 2_500 }, (_, at) => ({ sql: byCustomer(String(at)) }));
    await buildWorkload(
      [source("a", [...distinct, ...distinct.slice(0, 10)])],
      counting,
      shopCatalog,
    );
    // Some are read once more, for the literals that they share.
    expect(parsed).toBe(2_510 + 20);
  });

  it.each([
    [
      "files of different hours add up",
      [
        [3600, 10],
        [3600, 20],
      ],
      7200,
    ],
    [
      "the same hour counts once",
      [
        [3600, 10],
        [3600, 10],
      ],
      3600,
    ],
    [
      "half an hour in common",
      [
        [3600, 10],
        [3600, 10.5],
      ],
      5400,
    ],
    [
      "a view that covers a month holds the hour too",
      [
        [2_592_000, undefined],
        [3600, 10],
      ],
      2_592_000,
    ],
    [
      "one source that does not know",
      [
        [undefined, undefined],
        [60, undefined],
      ],
      60,
    ],
  ] as const)("covers time: %s", async (_what, sources, seconds) => {
    const all = sources.map(([covered, hour], at) =>
      source(
        `s${at}`,
        [{ sql: byCustomer("1"), ...(hour === undefined ? {} : { at: hour * 3_600_000 }) }],
        covered,
      ),
    );
    expect((await build(...all)).seconds).toBe(seconds);
  });
});
