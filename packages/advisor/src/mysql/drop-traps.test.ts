import {
  type PrivateServer,
  startMariadb,
  startMysql,
  startPrivateServer,
  type TestDatabase,
} from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../catalog/snapshot.ts";
import { duplicateIndex } from "../findings/duplicate-index.ts";
import type { Finding } from "../findings/finding.ts";
import type { FindingContext } from "../findings/finding-context.ts";
import { redundantIndex } from "../findings/redundant-index.ts";
import { realContext, withOldCounters } from "../findings/testing/real-context.ts";
import { unusedIndex } from "../findings/unused-index.ts";
import { verifyTogether } from "../findings/verify-together.ts";
import { mysql } from "./engine.ts";
import { DROP_TRAPS, TRAP_TABLE } from "./testing/drop-traps.ts";

// Tables on real servers, captured once and planned by one scratch server. Only the counters are made up: a test can't wait weeks.
describe.each([
  { product: "MySQL" as const, start: startMysql, hidden: "invisible" },
  { product: "MariaDB" as const, start: startMariadb, hidden: "ignored" },
])("$product", ({ product, start, hidden }) => {
  const traps = DROP_TRAPS.filter(({ only }) => (only ?? product) === product).map(
    (trap, position) => ({ ...trap, table: `t${position}`, parent: `p${position}` }),
  );
  const named = (sql: string, { table, parent }: (typeof traps)[number]): string =>
    sql
      .replaceAll(/\bT\b/g, table)
      .replaceAll(/\bP\b/g, parent)
      .replaceAll(/\bHIDDEN\b/g, hidden);

  let database: TestDatabase;
  let scratch: PrivateServer;
  let owner: Connection;
  let context: FindingContext;
  let close: () => Promise<void>;
  let all: readonly Finding[] = [];
  let advised: ReadonlySet<string>;

  beforeAll(async () => {
    database = await start();
    // Not every machine has the programs where the advisor looks for them.
    scratch = await startPrivateServer(product === "MySQL" ? "mysql" : "mariadb");
    owner = await createConnection({ uri: database.url, multipleStatements: true });
    await owner.query(
      "create table numbers (i int primary key); insert into numbers with recursive n as (select 1 i union all select i + 1 from n where i < 999) select i from n; insert into numbers select i + 999 from numbers; insert into numbers select i + 1998 from numbers where i <= 1002",
    );
    for (const trap of traps) {
      await owner.query(named(TRAP_TABLE, trap));
      // An index can't be added and hidden in one statement.
      for (const part of trap.sql.split(/, (?=alter index)/)) {
        if (part === "") continue;
        const sql = part.startsWith("alter index") ? `alter table T ${part}` : part;
        await owner.query(named(sql, trap));
      }
    }
    const [tables] = await owner.query("show tables");
    for (const row of tables as object[])
      await owner.query(`analyze table \`${Object.values(row)[0]}\``);
    const statements = traps.flatMap((trap) =>
      [...(trap.queries ?? []), "select * from T where id = 7"].map((sql) => named(sql, trap)),
    );
    ({ context, close } = await realContext(
      mysql,
      database.url,
      statements,
      (snapshot) => withOldCounters(withCounters(snapshot)),
      { scratchUrl: scratch.url },
    ));
    all = await findings(context);
    advised = new Set(
      all.flatMap(({ object, ddl }) => (ddl === null ? [] : [`${object.table}.${object.name}`])),
    );
  }, 600_000);
  afterAll(async () => {
    await close?.();
    await owner?.end();
    await database?.close();
    await scratch?.close();
  });

  /** Zero scans of the indexes that the trap says, five of all others. */
  function withCounters(snapshot: Snapshot): Snapshot {
    const byTable = new Map(traps.map((trap) => [trap.table, trap]));
    const scansOf = (table: string, name: string): number => {
      const trap = byTable.get(table);
      const idle = trap?.idle ?? [...(trap?.keep ?? []), ...(trap?.keepOneOf ?? [])];
      return name === "ctl" || idle.includes(name) ? 0 : 5;
    };
    const { schema } = snapshot.catalog.tables[0]!;
    const indexes = snapshot.catalog.tables.flatMap(({ name: table, indexes: own }) =>
      own.map(({ name }) => {
        const scans = scansOf(table, name);
        const index = { schema, name: `${table}.${name}` };
        return { index, scans, tuplesRead: scans, tuplesFetched: scans, lastScan: null };
      }),
    );
    return {
      ...snapshot,
      nodes: snapshot.nodes.map((node) => ({ ...node, standbys: 0, indexes })),
    };
  }

  /** All that may advise a drop, verified together. */
  async function findings(from: FindingContext): Promise<readonly Finding[]> {
    const found = [
      ...(await duplicateIndex(from)),
      ...(await redundantIndex(from)),
      ...(await unusedIndex(from)),
    ];
    return verifyTogether(found, from);
  }

  const told = (table: string): readonly unknown[] =>
    all
      .filter(({ object }) => object.table === table)
      .map(({ code, object, message, queries }) => [
        code,
        object.name,
        message,
        queries.map(({ sql, planBefore, planAfter }) => [sql, planBefore, planAfter]),
      ]);

  test("everything was captured and planned", () => {
    expect(context.planner?.gaps.filter(({ object }) => object !== "planner")).toEqual([]);
    expect(context.workload.skipped).toEqual([]);
    expect(new Set(traps.map(({ name }) => name)).size).toBe(traps.length);
  });

  test.each(traps)("must stay: $name", ({ table, keep = [], keepOneOf = [] }) => {
    const own = context.snapshot.catalog.tables.find(({ name }) => name === table);
    const known = own?.indexes.map(({ name }) => name) ?? [];
    expect([...keep, ...keepOneOf].filter((name) => !known.includes(name))).toEqual([]);
    const gone = (name: string): boolean => advised.has(`${table}.${name}`);
    const wrong = [
      ...keep.filter(gone),
      ...(keepOneOf.length > 0 && keepOneOf.every(gone) ? keepOneOf : []),
    ];
    expect(wrong, JSON.stringify(told(table), null, 1)).toEqual([]);
  });

  test("caution is not the trick: what may go is advised away on every table", () => {
    const missing = traps.filter(({ table }) => !advised.has(`${table}.ctl`));
    expect(
      missing.map(({ name }) => name),
      JSON.stringify(
        missing.slice(0, 2).map(({ table }) => told(table)),
        null,
        1,
      ),
    ).toEqual([]);
  });

  test.each(
    traps.filter(
      ({ keepOneOf = [], queries = [] }) => keepOneOf.length > 0 && queries.length === 0,
    ),
  )("where one of a pair may go, it does: $name", ({ table, keepOneOf = [] }) => {
    expect(
      keepOneOf.some((name) => advised.has(`${table}.${name}`)),
      JSON.stringify(told(table), null, 1),
    ).toBe(true);
  });

  test("no message speaks of what the server does not have", () => {
    const text = JSON.stringify(all.map(({ message, evidence, ddl }) => [message, evidence, ddl]));
    for (const word of [
      "CONCURRENTLY",
      "replica identity",
      "autovacuum",
      "VACUUM",
      "heap",
      "INCLUDE",
      "operator class",
      "partitioned index",
    ])
      expect(text).not.toContain(word);
  });

  test("every advised statement runs, and is taken back", async () => {
    const changes = all.flatMap(({ ddl }) => (ddl === null ? [] : [ddl]));
    expect(changes.length).toBeGreaterThan(traps.length);
    for (const { apply, later } of changes)
      for (const sql of [...apply, ...(later?.apply ?? [])]) await owner.query(sql);
    for (const { undo, later } of changes.toReversed())
      for (const sql of [...(later?.undo ?? []), ...undo]) await owner.query(sql);
  }, 600_000);
});
