import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Index, Table } from "../../catalog/catalog.ts";
import { readSnapshot } from "../../catalog/read-snapshot.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { writeSnapshot } from "../../catalog/write-snapshot.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { connect } from "../connect.ts";
import { capture, captureUsage } from "./capture.ts";
import { createShop } from "./testing/create-shop.ts";

const OPTIONS: CaptureOptions = { values: true, workload: true, node: "db:3306/shop" };

function tableOf(snapshot: Snapshot, name: string): Table {
  const table = snapshot.catalog.tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

function indexOf(snapshot: Snapshot, table: string, name: string): Index {
  const index = tableOf(snapshot, table).indexes.find((one) => one.name === name);
  if (!index) throw new Error(`no index ${name}`);
  return index;
}

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("capture from $product", ({ product, start }) => {
  const mysql = product === "MySQL";
  let database: TestDatabase;
  let owner: Connection;
  let session: Session;
  let snapshot: Snapshot;
  let schema: string;
  const account = `poor_${process.pid}`;

  const asReader = async <Result>(read: (session: Session) => Promise<Result>): Promise<Result> => {
    const url = new URL(database.url);
    url.username = account;
    url.password = "pw";
    const reader = await connect(url.href);
    try {
      return await read(reader);
    } finally {
      await reader.close();
    }
  };

  beforeAll(async () => {
    database = await start();
    schema = new URL(database.url).pathname.slice(1);
    owner = await createConnection({ uri: database.url });
    await createShop(owner, product);
    await owner.query(`create user '${account}'@'%' identified by 'pw'`);
    await owner.query(`grant select on ${schema}.* to '${account}'@'%'`);
    session = await connect(database.url);
    snapshot = await capture(session, OPTIONS);
  });
  afterAll(async () => {
    await session.close();
    await owner.query(`drop user '${account}'@'%'`);
    await owner.end();
    await database.close();
  });

  describe("structure", () => {
    it("names the server", () => {
      expect(snapshot.server).toMatchObject({ engine: "MySQL", database: schema });
      expect(snapshot.server.product).toBe(mysql ? undefined : "MariaDB");
      expect(snapshot.server.versionNumber).toBeGreaterThan(mysql ? 80_000 : 100_600);
      expect(snapshot.settings).toMatchObject({
        innodb_page_size: "16384",
        optimizer_switch: expect.stringContaining("mrr="),
        ...(mysql && {
          "server_cost.row_evaluate_cost": "0.1",
          "engine_cost.default.io_block_read_cost": "1",
        }),
      });
    });

    it("holds tables as they are, partitioned ones as one, and views in the order of their making", () => {
      expect(snapshot.catalog.tables.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
        "customers table",
        "heap table",
        "keyless table",
        "legacy table",
        "odd `name table",
        "orders table",
        "refunds table",
      ]);
      expect(snapshot.catalog.searchPath).toEqual([schema]);
      const orders = tableOf(snapshot, "orders");
      expect(orders.partitionKey).toMatch(/^RANGE COLUMNS \(`ordered_on`\)$/);
      expect(orders.storageParameters).toContain("partitions=2");
      expect(orders.rows).toBe(3);
      expect(tableOf(snapshot, "legacy").storageParameters).toContain("engine=MyISAM");
      expect(snapshot.catalog.views.map(({ name }) => name)).toEqual([
        "debtors",
        "a_german_debtors",
      ]);
      expect(snapshot.catalog.views[1]?.definition).toMatch(/^select .*`debtors`/);
    });

    it("describes columns", () => {
      const columns = Object.fromEntries(
        tableOf(snapshot, "customers").columns.map((column) => [column.name, column]),
      );
      expect(columns["id"]).toMatchObject({
        type: expect.stringMatching(/^bigint(\(20\))? unsigned$/),
        notNull: true,
        collation: null,
        generated: null,
        length: 8,
      });
      expect(columns["email"]?.collation).toMatch(/^utf8mb4_/);
      expect(columns["name"]).toMatchObject({
        collation: "utf8mb4_bin",
        notNull: false,
        length: -1,
      });
      expect(columns["created_at"]).toMatchObject({ type: "datetime(3)", length: 7 });
      expect(columns["balance"]).toMatchObject({ type: "decimal(12,2)", length: 6 });
      expect(columns["kind"]).toMatchObject({
        type: "enum('private','company','it''s')",
        length: 1,
      });
      expect(columns["bits"]?.length).toBe(2);
      expect(columns["token"]?.length).toBe(16);
      expect(columns["lower_name"]?.generated).toMatch(/^(lower|lcase)\(`name`\)$/);
      expect(columns["lower_name"]?.virtual).toBeUndefined();
      expect(columns["shouted"]).toMatchObject({
        generated: mysql ? "concat(`name`,_utf8mb4'!')" : "concat(`name`,'!')",
        virtual: true,
      });
      expect(tableOf(snapshot, "odd `name").columns.map(({ name }) => name)).toEqual([
        "the column",
        "select",
      ]);
    });

    it("describes indexes of every kind", () => {
      expect(indexOf(snapshot, "customers", "PRIMARY")).toMatchObject({
        nameInSchema: "customers.PRIMARY",
        primary: true,
        unique: true,
        constraint: "PRIMARY",
        definition: `ALTER TABLE \`${schema}\`.\`customers\` ADD PRIMARY KEY (\`id\`)`,
      });
      expect(indexOf(snapshot, "customers", "email_unique")).toMatchObject({
        unique: true,
        constraint: null,
        definition: `CREATE UNIQUE INDEX \`email_unique\` ON \`${schema}\`.\`customers\` (\`email\`)`,
      });
      expect(indexOf(snapshot, "customers", "name_start").keys).toEqual([
        {
          column: "name",
          expression: "`name`",
          direction: "asc",
          nulls: "first",
          operatorClass: null,
          collation: null,
          prefix: 5,
        },
      ]);
      expect(indexOf(snapshot, "customers", "newest").keys).toMatchObject([
        { column: "created_at", direction: "desc", nulls: "last" },
        { column: "id", direction: "asc" },
      ]);
      expect(indexOf(snapshot, "customers", "hidden").visible).toBe(false);
      expect(indexOf(snapshot, "customers", "email_unique").visible).toBeUndefined();
      expect(indexOf(snapshot, "customers", "notes_words").method).toBe("fulltext");
      expect(indexOf(snapshot, "customers", "place_area")).toMatchObject({
        method: "spatial",
        keys: [{ column: "place" }],
      });
      const functional = tableOf(snapshot, "customers").indexes.filter(({ keys }) =>
        keys.some(({ column }) => column === null),
      );
      expect(functional.map(({ name, keys }) => [name, keys[0]?.expression])).toEqual(
        mysql ? [["lower_email", "(lower(`email`))"]] : [],
      );
      expect(indexOf(snapshot, "odd `name", "odd key").definition).toBe(
        `CREATE INDEX \`odd key\` ON \`${schema}\`.\`odd \`\`name\` (\`select\`)`,
      );
    });

    it("tells what makes each index anew, as the server takes it", async () => {
      for (const table of snapshot.catalog.tables) {
        for (const { name, definition } of table.indexes) {
          if (name === "PRIMARY" || table.name === "refunds") continue;
          const quoted = (text: string): string => `\`${text.replaceAll("`", "``")}\``;
          const shown = async (): Promise<unknown> => {
            const [[row]] = (await owner.query(
              `show create table ${quoted(table.name)}`,
            )) as unknown as [{ "Create Table": string }[]];
            return row?.["Create Table"].split("\n").toSorted();
          };
          const before = await shown();
          await owner.query(`alter table ${quoted(table.name)} drop index ${quoted(name)}`);
          await owner.query(definition);
          const withoutComma = (lines: unknown): unknown =>
            (lines as string[]).map((line) => line.replace(/,$/, "")).toSorted();
          expect(withoutComma(await shown())).toEqual(withoutComma(before));
        }
      }
    });

    it("tells the index that rows are stored in", () => {
      expect(tableOf(snapshot, "customers").rowIndex).toBe("PRIMARY");
      expect(tableOf(snapshot, "keyless").rowIndex).toBe("z_first");
      expect(tableOf(snapshot, "heap").rowIndex).toBeUndefined();
      expect(tableOf(snapshot, "legacy").rowIndex).toBeUndefined();
    });

    it("tells sizes and distinct values, the primary key's columns at an index's end included", () => {
      const customers = tableOf(snapshot, "customers");
      expect(customers).toMatchObject({ rows: 3, pages: 2, currentPages: 2, allVisiblePages: 2 });
      expect(indexOf(snapshot, "customers", "hidden")).toMatchObject({
        prefixDistinct: [2, 3],
        pages: 2,
        rows: 3,
      });
      expect(indexOf(snapshot, "orders", "by_customer").prefixDistinct).toHaveLength(1);
      expect(typeof indexOf(snapshot, "customers", "hidden").cachedPages).toBe(
        mysql ? "number" : "undefined",
      );
    });

    it("holds constraints, and the whole statement", () => {
      expect(tableOf(snapshot, "refunds").foreignKeys).toEqual([
        {
          name: "refund_backup",
          columns: ["backup_id"],
          references: { schema, name: "customers" },
          referencedColumns: ["id"],
          onDelete: "cascade",
          definition: `FOREIGN KEY (\`backup_id\`) REFERENCES \`${schema}\`.\`customers\` (\`id\`) ON DELETE CASCADE ON UPDATE CASCADE`,
        },
        expect.objectContaining({ name: "refund_customer", onDelete: "set null" }),
      ]);
      const checks = tableOf(snapshot, "customers").checks.map(({ definition }) => definition);
      expect(checks).toContainEqual(expect.stringMatching(/^CHECK \(.*`balance` > -/));
      expect(checks).toContainEqual(expect.stringMatching(/'it(''|\\')s'/));
      expect(tableOf(snapshot, "customers").definition).toMatch(/^CREATE TABLE `customers` \(/);
    });

    it("marks the indexes that a foreign key needs, where no other could serve it", async () => {
      const required = snapshot.catalog.tables.flatMap(({ name, indexes }) =>
        indexes.flatMap(({ name: index, requiredBy }) =>
          requiredBy === undefined ? [] : [`${name}.${index}`],
        ),
      );
      expect(required).toEqual(["customers.PRIMARY", "refunds.by_customer"]);
      await expect(owner.query("alter table refunds drop index by_customer")).rejects.toMatchObject(
        {
          errno: 1553,
        },
      );
      await owner.query("alter table refunds drop index by_backup");
      const after = await capture(session, OPTIONS);
      expect(indexOf(after, "refunds", "by_backup_too").requiredBy).toBe("refund_backup");
      await owner.query("alter table refunds add index by_backup (backup_id)");
    });

    it("tells what counters gave last, and where their types end", () => {
      expect(snapshot.catalog.sequences).toContainEqual({
        schema,
        name: "refunds.id",
        first: 1,
        limit: 255,
        increment: 1,
        limitedByColumn: true,
        column: {
          table: { schema, name: "refunds" },
          name: "id",
          type: expect.stringMatching(/^tinyint/),
        },
      });
      expect(snapshot.nodes[0]?.sequences).toContainEqual({
        sequence: { schema, name: "refunds.id" },
        lastValue: 201,
      });
    });
  });

  describe("values", () => {
    const statisticsOf = (from: Snapshot, table: string, column: string) => {
      const found = from.statistics.find(
        (one) => one.relation.name === table && one.column === column,
      );
      if (!found) throw new Error(`no statistics of ${table}.${column}`);
      return found;
    };

    it("keeps values of every type as the server prints them", () => {
      const shown = (column: string): unknown => {
        const { commonValues, histogram } = statisticsOf(snapshot, "customers", column);
        return commonValues ?? histogram;
      };
      expect(shown("id")).toBe("{1,2,7}");
      expect(shown("name")).toBe('{Ada,Bob,"Céline \\"C\\", {x}"}');
      expect(shown("country")).toBe("{DE}");
      expect(shown("created_at")).toBe(
        '{"2024-01-01 10:00:00.123","2024-01-02 10:00:00.123","2024-01-03 10:00:00.123"}',
      );
      expect(shown("balance")).toBe("{-1.25,10.50}");
      expect(shown("kind")).toBe("{private,company,it's}");
      expect(shown("flags")).toBe('{"","a,c"}');
      expect(shown("bits")).toBe("{1,5}");
      expect(shown("born")).toBe("{1990,2001}");
      expect(shown("opens")).toBe("{-12:30:00.50,100:00:00.00}");
      expect(shown("raw")).toBe("{0x,0x7879}");
      expect(statisticsOf(snapshot, "customers", "token")).toMatchObject({
        nullFraction: 0.666667,
        averageWidth: 16,
      });
      expect(statisticsOf(snapshot, "customers", "notes").averageWidth).toBeCloseTo((7 + 500) / 2);
    });

    it("leaves texts out where it is told to", async () => {
      const without = await capture(session, { ...OPTIONS, values: false });
      expect(without.values).toBe(false);
      for (const column of [
        "email",
        "name",
        "country",
        "kind",
        "flags",
        "token",
        "raw",
        "notes",
        "settings",
      ]) {
        expect(statisticsOf(without, "customers", column)).toMatchObject({
          commonValues: null,
          commonFrequencies: null,
          histogram: null,
        });
      }
      expect(statisticsOf(without, "customers", "id").histogram).toBe("{1,2,7}");
      expect(statisticsOf(without, "customers", "created_at").histogram).not.toBeNull();
      const text = JSON.stringify({ ...without, catalog: null });
      for (const value of ["ada@example.org", "Céline", "one two"])
        expect(text).not.toContain(value);
    });

    it("carries the server's own histograms along, text for text", async () => {
      await owner.query(
        mysql
          ? "analyze table customers update histogram on balance, country with 10 buckets"
          : "analyze table customers persistent for columns (balance, country) indexes ()",
      );
      const { serverHistogram } = statisticsOf(
        await capture(session, OPTIONS),
        "customers",
        "balance",
      );
      const [[row]] = (await owner.query(
        mysql
          ? "select cast(histogram as char) as h from information_schema.column_statistics where schema_name = database() and column_name = 'balance'"
          : "select hex(histogram) as h from mysql.column_stats where db_name = database() and column_name = 'balance'",
      )) as unknown as [{ h: string }[]];
      const shown: unknown = mysql
        ? serverHistogram
        : (JSON.parse(serverHistogram ?? "{}") as { histogram: string }).histogram;
      expect(shown).toBe(row?.h);
      const without = await capture(session, { ...OPTIONS, values: false });
      expect(statisticsOf(without, "customers", "country").serverHistogram).toBeUndefined();
    });

    it("goes by the statistics that plans go by", async () => {
      await owner.query(
        "create table measured (id int primary key, a int, b int, key both_of (a, b))",
      );
      await owner.query("insert into measured values (1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 4)");
      await owner.query(`analyze table measured ${mysql ? "" : "persistent for all"}`);
      await owner.query("insert into measured values (5, 5, 5)");
      const after = await capture(session, OPTIONS);
      expect(indexOf(after, "measured", "both_of").prefixDistinct).toEqual([2, 4, 4]);
      expect(tableOf(after, "measured").rows).toBe(mysql ? 5 : 4);
      await owner.query("drop table measured");
    });

    it("takes the same sample of the same rows", async () => {
      const [one, other] = [await capture(session, OPTIONS), await capture(session, OPTIONS)];
      expect(one.statistics).toEqual(other.statistics);
    });
  });

  it("leaves the session as it was", async () => {
    const state = async (): Promise<unknown> =>
      session.query(
        `select @@session.sql_mode as mode, @@session.${mysql ? "max_execution_time" : "max_statement_time"} as limits`,
      );
    await session.query("set session sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    const before = await state();
    const captured = await capture(session, OPTIONS);
    expect(await state()).toEqual(before);
    expect(tableOf(captured, "customers").definition).toMatch(/^CREATE TABLE `customers` \(/);
  });

  it("is the same after a round trip through a file, which is small", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dbadvise-"));
    try {
      const path = join(folder, "shop.snapshot.json.gz");
      await writeSnapshot(path, snapshot);
      expect(await readSnapshot(path)).toEqual(snapshot);
      expect((await stat(path)).size).toBeLessThan(20_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe("an account that may only select from the database", () => {
    it("gets all but what only others may see, and is told so", async () => {
      const poor = await asReader((reader) => capture(reader, OPTIONS));
      expect(
        poor.catalog.tables.map(({ name, rows, columns }) => [name, rows, columns.length]),
      ).toEqual(
        snapshot.catalog.tables.map(({ name, rows, columns }) => [name, rows, columns.length]),
      );
      expect(tableOf(poor, "refunds").foreignKeys).toEqual(
        tableOf(snapshot, "refunds").foreignKeys,
      );
      expect(tableOf(poor, "customers").definition).toBeDefined();
      // MariaDB shows a whole number of rows for each value there.
      expect(indexOf(poor, "customers", "hidden").prefixDistinct).toEqual([mysql ? 2 : 3]);
      expect(indexOf(poor, "customers", "hidden").pages).toBeGreaterThan(0);
      expect(poor.statistics.length).toBe(snapshot.statistics.length);
      expect(poor.nodes[0]).toMatchObject({ indexes: [], tables: [] });
      expect(poor.workload).toBeNull();
      const objects = poor.gaps.map(({ object }) => object);
      expect(objects).toEqual(
        expect.arrayContaining([
          "2 views",
          "mysql.innodb_index_stats",
          "performance_schema.events_statements_summary_by_digest",
          "usage counters of db:3306/shop",
          ...(mysql
            ? ["information_schema.INNODB_CACHED_INDEXES", "mysql.server_cost, mysql.engine_cost"]
            : ["mysql.column_stats", "mysql.table_stats, mysql.index_stats"]),
        ]),
      );
      expect(objects).toHaveLength(6);
      for (const { reason } of poor.gaps) expect(reason).toMatch(/GRANT|performance_schema=O/);
    });

    it("misses nothing with the grants that docs/safety.md names", async () => {
      const text = await readFile(
        new URL("../../../../../docs/safety.md", import.meta.url),
        "utf8",
      );
      const section = text.slice(text.indexOf("## MySQL and MariaDB"));
      const [, sql = ""] = /```sql\n([\s\S]*?)```/.exec(section) ?? [];
      const [common = "", ofMysql = "", ofMariadb = ""] = sql.split(/^-- (?:MySQL|MariaDB):.*$/m);
      const grants = `${common}${mysql ? ofMysql : ofMariadb}`.matchAll(/^GRANT .*?;/gm);
      for (const [grant] of grants) {
        await owner.query(
          grant.replace("dbadvise@'%'", `'${account}'@'%'`).replace("shop.*", `${schema}.*`),
        );
      }
      const granted = await asReader((reader) => capture(reader, OPTIONS));
      const off = snapshot.gaps.filter(({ reason }) => /performance_schema=OFF/.test(reason));
      const younger = /^Of \d+ indexes without a use/;
      expect(granted.gaps.filter(({ reason }) => !younger.test(reason))).toEqual(off);
      // Pages come and go in memory.
      const structure = ({ catalog }: Snapshot): unknown =>
        JSON.parse(
          JSON.stringify(catalog, (key, value: unknown) => (key === "cachedPages" ? 0 : value)),
        );
      expect(structure(granted)).toEqual(structure(await capture(session, OPTIONS)));
    });

    it("reads no column that it may not select", async () => {
      await owner.query(`revoke all on ${schema}.* from '${account}'@'%'`);
      await owner.query(`grant select (id, country) on customers to '${account}'@'%'`);
      try {
        const poor = await asReader((reader) => capture(reader, OPTIONS));
        expect(poor.catalog.tables.map(({ name }) => name)).toEqual(["customers"]);
        expect(poor.statistics.map(({ column }) => column)).toEqual(["id", "country"]);
      } finally {
        await owner.query(`grant select on ${schema}.* to '${account}'@'%'`);
      }
    });
  });

  it("reads a replica's counters alone", async () => {
    expect(await captureUsage(session, "replica:3306/shop")).toMatchObject({
      node: "replica:3306/shop",
      role: "primary",
      incarnation: expect.stringContaining("primary"),
      sequences: expect.arrayContaining([
        { sequence: { schema, name: "refunds.id" }, lastValue: 201 },
      ]),
    });
  });
});
