import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { IndexKey } from "../catalog/catalog.ts";
import { findTable } from "../catalog/partitions.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { DdlChange, DdlWriter } from "../engine.ts";
import { capture } from "./capture/capture.ts";
import { connect } from "./connect.ts";
import { mysqlDdl } from "./ddl.ts";
import { mysqlIndexForms } from "./index-forms.ts";

const TOO_LONG = 1071;
const CAPTURE = { values: false, workload: false, node: "db:3306/shop" };

function key(text: string): IndexKey {
  const [, column = null, prefix, desc] = /^(\w+)(?:\((\d+)\))?( desc)?$/.exec(text) ?? [];
  return {
    column,
    expression: column === null ? text : `\`${column}\``,
    direction: desc === undefined ? "asc" : "desc",
    nulls: desc === undefined ? "first" : "last",
    operatorClass: null,
    collation: null,
    ...(prefix === undefined ? {} : { prefix: Number(prefix) }),
  };
}

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
])("statements for $product", ({ product, start }) => {
  let database: TestDatabase;
  let owner: Connection;
  let schema = "";

  beforeAll(async () => {
    database = await start();
    owner = await createConnection({ uri: database.url });
    schema = new URL(database.url).pathname.slice(1);
  });
  afterEach(async () => {
    await owner.query("set foreign_key_checks = 0");
    for (const name of await tableNames()) await owner.query(`drop table \`${name}\``);
    await owner.query("set foreign_key_checks = 1");
  });
  afterAll(async () => {
    await owner.end();
    await database.close();
  });

  async function tableNames(): Promise<readonly string[]> {
    const [rows] = await owner.query<RowDataPacket[]>("show tables");
    return rows.map((row) => String(Object.values(row)[0]));
  }

  /** Each table's lines, whatever order its indexes have. */
  async function structure(): Promise<readonly string[]> {
    const all: string[] = [];
    for (const name of await tableNames()) {
      const [[row]] = await owner.query<RowDataPacket[]>(`show create table \`${name}\``);
      const lines = String(row?.["Create Table"]).split("\n");
      all.push(...lines.map((line) => `${name}: ${line.replace(/,$/, "")}`).toSorted());
    }
    return all;
  }

  async function take(): Promise<{ readonly snapshot: Snapshot; readonly ddl: DdlWriter }> {
    const session = await connect(database.url);
    const snapshot = await capture(session, CAPTURE);
    await session.close();
    return { snapshot, ddl: mysqlDdl(snapshot) };
  }

  async function run(statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      await owner.query(statement);
      // MariaDB shortens a key that is too long, and only says so.
      const [warnings] = await owner.query<RowDataPacket[]>("show warnings");
      expect(warnings.map((row) => Number(row["Code"]))).not.toContain(TOO_LONG);
    }
  }

  /** Runs a change with all its steps, and takes it back step by step: all is then as it was. */
  async function forthAndBack(change: DdlChange): Promise<readonly (readonly string[])[]> {
    const states = [await structure()];
    await run(change.apply);
    states.push(await structure());
    if (change.later) {
      await run(change.later.apply);
      states.push(await structure());
      // Who wants it back wants plans to use it.
      await run(change.later.undo);
    }
    await run(change.undo);
    expect(await structure()).toEqual(states[0]);
    return states;
  }

  function candidate(
    table: string,
    keys: readonly string[],
    more: Partial<CandidateIndex> = {},
  ): CandidateIndex {
    return {
      table: { schema, name: table },
      method: "btree",
      keys: keys.map(key),
      include: [],
      predicate: null,
      ...more,
    };
  }

  const TABLE =
    "create table t (id int primary key, a int, b int, v varchar(255), x text, g point not null)";

  test.each([
    ["keys", ["a", "b"], {}, "(`a`, `b`), ALGORITHM=INPLACE, LOCK=NONE;"],
    ["a descending key", ["a", "b desc"], {}, "(`a`, `b` DESC), ALGORITHM=INPLACE, LOCK=NONE;"],
    ["a prefix", ["x(20)", "a"], {}, "(`x`(20), `a`), ALGORITHM=INPLACE, LOCK=NONE;"],
    ["words", ["x"], { method: "fulltext" }, "(`x`), ALGORITHM=INPLACE, LOCK=SHARED;"],
    ["shapes", ["g"], { method: "spatial" }, "(`g`), ALGORITHM=INPLACE, LOCK=SHARED;"],
    ...(product === "MySQL"
      ? [
          [
            "an expression",
            ["(`a` + 1)"],
            {},
            "((`a` + 1)), ALGORITHM=INPLACE, LOCK=SHARED;",
          ] as const,
        ]
      : []),
  ] as const)("an index on %s is built in place, and dropped again", async (_, keys, more, end) => {
    await owner.query(TABLE);
    const { snapshot, ddl } = await take();
    const wanted = candidate("t", keys, more);
    const name = ddl.indexName(wanted, snapshot.catalog, new Set());
    const change = ddl.createIndex(wanted, name, snapshot.catalog);
    expect(change.apply.join()).toContain(end);
    const [before, after] = await forthAndBack(change);
    expect(after).toHaveLength((before?.length ?? 0) + 1);
  });

  test("asks for no more than the server does: the next better lock is refused", async () => {
    await owner.query(TABLE);
    for (const kind of ["fulltext index i (x)", "spatial index i (g)"]) {
      await expect(
        owner.query(`alter table t add ${kind}, algorithm=inplace, lock=none`),
      ).rejects.toThrow(/LOCK=NONE is not supported/);
    }
  });

  test("other storage engines copy the table", async () => {
    await owner.query("create table m (id int primary key, a int, key old (a)) engine=myisam");
    const { snapshot, ddl } = await take();
    const change = ddl.createIndex(candidate("m", ["a", "id"]), "i", snapshot.catalog);
    expect(change.apply.join()).toContain("ALGORITHM=COPY, LOCK=SHARED");
    await forthAndBack(change);
    await forthAndBack(ddl.dropIndex({ schema, name: "m.old" }, snapshot.catalog));
  });

  test("an index that the server made for a foreign key stays beside a wider one", async () => {
    await owner.query("create table p (x int primary key)");
    await owner.query(
      "create table c (id int primary key, x int, y int, foreign key (x) references p (x))",
    );
    const { snapshot, ddl } = await take();
    const change = ddl.createIndex(candidate("c", ["x", "y"]), "wide", snapshot.catalog);
    const [before, after] = await forthAndBack(change);
    expect(after).toEqual(expect.arrayContaining([...(before ?? [])]));
  });

  test.each([
    ["plain", "key i (a, b desc)"],
    ["unique", "unique key i (a)"],
    ["a prefix", "key i (x(9)) comment 'it''s'"],
    ["words", "fulltext key i (x)"],
    ["shapes", "spatial key i (g)"],
    ...(product === "MySQL"
      ? ([
          ["an expression", "key i ((lower(v)), a)"],
          ["words by n-grams", "fulltext key i (x) with parser ngram"],
        ] as const)
      : []),
  ] as const)("%s: hidden first, dropped later, each step with its way back", async (_, index) => {
    await owner.query(TABLE.replace(/\)$/, `, ${index})`));
    const { snapshot, ddl } = await take();
    const change = ddl.dropIndex({ schema, name: "t.i" }, snapshot.catalog);
    const word = product === "MySQL" ? "INVISIBLE" : "IGNORED";
    expect(change.apply).toEqual([`ALTER TABLE \`${schema}\`.\`t\` ALTER INDEX \`i\` ${word};`]);
    const [, hidden, gone] = await forthAndBack(change);
    expect(hidden?.join()).toContain(word);
    expect(gone?.join()).not.toContain("KEY `i`");
  });

  test("one that is hidden already is dropped at once, comes back hidden, and can be shown", async () => {
    await owner.query(TABLE);
    const word = product === "MySQL" ? "invisible" : "ignored";
    await owner.query(`alter table t add index i (a), alter index i ${word}`).catch(async () => {
      await owner.query("alter table t add index i (a)");
      await owner.query(`alter table t alter index i ${word}`);
    });
    const { snapshot, ddl } = await take();
    const change = ddl.dropIndex({ schema, name: "t.i" }, snapshot.catalog);
    expect(change.later).toBeUndefined();
    await forthAndBack(change);
    const [, shown] = await forthAndBack(ddl.showIndex!({ schema, name: "t.i" }, snapshot.catalog));
    expect(shown?.join().toLowerCase()).not.toContain(word);
  });

  test("the primary key is not dropped as an index", async () => {
    await owner.query(TABLE);
    const { snapshot, ddl } = await take();
    expect(() => ddl.dropIndex({ schema, name: "t.PRIMARY" }, snapshot.catalog)).toThrow(
      /is the primary key/,
    );
    expect(() => ddl.dropIndex({ schema, name: "t.nobody" }, snapshot.catalog)).toThrow(/no index/);
  });

  test.each([
    ["plainly", "", "ALGORITHM=INPLACE, LOCK=NONE"],
    ["beside a full text, by a copy", ", fulltext key f (x)", "ALGORITHM=COPY, LOCK=SHARED"],
    ["counting", "", "ALGORITHM=INPLACE, LOCK=NONE"],
  ])("a unique index becomes the primary key: %s", async (how, more, rung) => {
    const number = how === "counting" ? "int not null auto_increment" : "int not null";
    await owner.query(`create table u (a ${number}, x text, unique key ua (a)${more})`);
    await owner.query("create table r (a int, foreign key (a) references u (a))");
    const { snapshot, ddl } = await take();
    const change = ddl.promoteToPrimaryKey({ schema, name: "u.ua" }, snapshot.catalog);
    expect(change.apply.join()).toContain(rung);
    await forthAndBack(change);
  });

  test("statistics are read anew", async () => {
    await owner.query(TABLE);
    const { ddl } = await take();
    const { apply, undo } = ddl.refreshStatistics({ schema, name: "t" }, null);
    expect([apply, undo]).toEqual([[`ANALYZE TABLE \`${schema}\`.\`t\`;`], []]);
    await run(apply);
  });

  test("names fit, are free in their table in any case, and keep their words", async () => {
    const long = "l".repeat(60);
    await owner.query(`create table ${long} (a int, b int, key ${long.slice(0, 30)}_A (b))`);
    await owner.query(
      "create table t (a int, `größe (cm)` int, key T_A_idx (a), key other_idx (a))",
    );
    const { snapshot, ddl } = await take();
    const name = (table: string, keys: readonly string[], taken: readonly string[] = []): string =>
      ddl.indexName(candidate(table, keys), snapshot.catalog, new Set(taken));
    expect(name("t", ["a"])).toBe("t_a_idx1");
    expect(name("t", ["a"], ["t_a_idx1"])).toBe("t_a_idx2");
    expect(name(long, ["a", "b"])).toHaveLength(64);
    const odd = candidate("t", ["a"], { keys: [{ ...key("a"), column: "größe (cm)" }] });
    const chosen = ddl.indexName(odd, snapshot.catalog, new Set());
    expect(chosen).toBe("t_größe_cm_idx");
    await forthAndBack(ddl.createIndex(odd, chosen, snapshot.catalog));
    const most = name(long, ["a", "b"]);
    await forthAndBack(ddl.createIndex(candidate(long, ["a", "b"]), most, snapshot.catalog));
  });

  test.each([
    ["dynamic", "text", "utf8mb4"],
    ["dynamic", "text", "latin1"],
    ["dynamic", "blob", "latin1"],
    ["dynamic", "varchar(800)", "utf8mb4"],
    ["dynamic", "varchar(1100)", "utf8mb3"],
    ["dynamic", "varchar(3000)", "latin1"],
    ["dynamic", "varbinary(3073)", "latin1"],
    ["dynamic", "varchar(2000)", "ucs2"],
    ["dynamic", "char(255)", "utf32"],
    ["compact", "varchar(191)", "utf8mb4"],
    ["compact", "varchar(192)", "utf8mb4"],
    ["redundant", "text", "utf8mb4"],
    ["compact", "varchar(767)", "latin1"],
    ["compact", "varchar(768)", "latin1"],
    ["dynamic", "enum('a','b')", "utf8mb4"],
    ["dynamic", "decimal(60, 10)", "utf8mb4"],
    ["dynamic", "json", "utf8mb4"],
  ])("%s, %s of %s: the longest key that the server takes", async (format, type, set) => {
    await owner.query(
      `create table t (id int primary key, c ${type}) row_format=${format} character set ${set}`,
    );
    const { snapshot, ddl } = await take();
    const table = findTable({ schema, name: "t" }, snapshot.catalog)!;
    const forms = mysqlIndexForms(snapshot);
    const most = forms.prefixOf(table.columns[1]!, table);
    const takes = async (text: string): Promise<boolean> => {
      const { apply, undo } = ddl.createIndex(candidate("t", [text]), "i", snapshot.catalog);
      const taken = await run(apply).then(
        () => true,
        () => false,
      );
      await run(undo).catch(() => {});
      return taken;
    };
    // As long as may be, and one character more.
    const [longest, beyond] = most === null ? ["c", null] : [`c(${most})`, `c(${most + 1})`];
    expect(await takes(most === 0 ? "c" : longest)).toBe(most !== 0);
    expect(beyond !== null && (await takes(beyond))).toBe(false);
  });

  test("16 keys, 32 on MariaDB, and 3072 bytes are the most together", async () => {
    const columns = Array.from({ length: 33 }, (_, at) => `n${at} int`);
    const texts = Array.from({ length: 4 }, (_, at) => `v${at} varchar(255)`);
    await owner.query(`create table w (${[...columns, ...texts].join(", ")}) charset utf8mb4`);
    const { snapshot, ddl } = await take();
    const table = findTable({ schema, name: "w" }, snapshot.catalog)!;
    const { fits } = mysqlIndexForms(snapshot);
    const most = product === "MySQL" ? 16 : 32;
    const names = columns.map((column) => column.split(" ")[0]!);
    for (const [keys, expected] of [
      [names.slice(0, most), true],
      [names.slice(0, most + 1), false],
      [["v0", "v1", "v2", "n0", "n1", "n2"], true],
      [["v0", "v1", "v2", "n0", "n1", "n2", "n3"], false],
      [["v0", "v1", "v2", "v3(3)"], true],
      [["v0", "v1", "v2", "v3(4)"], false],
    ] as const) {
      const wanted = candidate("w", keys);
      expect(fits(wanted.keys, table), keys.join()).toBe(expected);
      const { apply, undo } = ddl.createIndex(wanted, "i", snapshot.catalog);
      const made = await run(apply).then(
        () => true,
        () => false,
      );
      expect(made, keys.join()).toBe(expected);
      if (made) await run(undo);
    }
  });
});
