import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analyze.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { statementList } from "../log/statement-list.ts";
import { mysql } from "./engine.ts";
import { parse } from "./parse.ts";
import { snapshotOf } from "./scratch/testing/shop.ts";
import { runScript } from "./testing/run-script.ts";

/** A statement that MariaDB takes and the parser does not know; MySQL refuses it. */
const UNREAD = "delete history from audit before system_time '2020-01-01'";

test("a text that can't be read is known by its tables, names and values in place", async () => {
  const parsed = await parse("select frobnicate from a, `B`, s.c where x = ? by 'k' limit ? and ?");
  expect(parsed.kind).toBe("error");
  const unread = parsed.kind === "error" ? parsed.unread : undefined;
  expect(unread?.normalized).toBe(
    "select frobnicate from a, `B`, s.c where x = ? by ? limit ? and ?",
  );
  expect(unread?.sample(["v", "3", null])).toBe(
    "select frobnicate from a, `B`, s.c where x = 'v' by 'k' limit 3 and NULL",
  );
});

test.each(["frobnicate the table", "not sql at all", "create tabel a (id int)"])(
  "%s is nothing that a server would plan",
  async (sql) => {
    expect(await parse(sql)).not.toHaveProperty("unread");
  },
);

describe.each([
  ["MariaDB", startMariadb],
  ["MySQL", startMysql],
] as const)("on %s", (product, start) => {
  let database: TestDatabase;
  let snapshot: Snapshot;

  beforeAll(async () => {
    database = await start();
    const versioned = product === "MariaDB" ? "with system versioning" : "";
    await runScript(database.url, [
      `create table audit (id int primary key, at datetime, who int, key by_who (who)) ${versioned}`,
      "create view audits as select * from audit",
      "insert into audit values (1, now(), 1), (2, now(), 2)",
    ]);
    snapshot = await snapshotOf(database.url);
  });
  afterAll(() => database?.close());

  test("its tables are found, through views too", async () => {
    const parsed = await parse("select frobnicate from audits by 'x'");
    const unread = parsed.kind === "error" ? parsed.unread : undefined;
    const described = unread?.describe(snapshot.catalog);
    expect(described).toMatchObject({ kind: "select", tablesOnly: true, unresolved: [] });
    expect(described?.tables.map(({ table, predicates }) => [table.name, predicates])).toEqual([
      ["audit", []],
    ]);
  });

  test("what the server plans is counted as a query, what it refuses is listed with its words", async () => {
    const report = await analyze({
      engine: mysql,
      snapshot,
      sources: [
        statementList(
          [UNREAD, "select who from audit", "select frobnicate from audit by 1"],
          "list",
        ),
      ],
      planner: (from) => mysql.createPlanner(from, () => undefined, { scratchUrl: database.url }),
    });
    expect(report.notAnalyzed.queries.map(({ sql }) => sql)).toEqual(
      product === "MariaDB"
        ? ["select frobnicate from audit by ?"]
        : ["delete history from audit before system_time ?", "select frobnicate from audit by ?"],
    );
    const note = "1 query (1 call) could not be parsed and is known by the server's EXPLAIN only";
    const noted = report.notes.filter((each) => each.startsWith(note));
    expect(noted).toHaveLength(product === "MariaDB" ? 1 : 0);
    expect(report.workload.queries).toBe(product === "MariaDB" ? 2 : 1);
  });
});
