import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { eq, sql as drizzleSql } from "drizzle-orm";
import { int, mysqlTable, text } from "drizzle-orm/mysql-core";
import { drizzle } from "drizzle-orm/mysql2";
import { type Generated, Kysely, MysqlDialect, sql } from "kysely";
import type { Pool } from "mysql2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPool as createPromisePool } from "./mysql2-promise.ts";
import { createPool } from "./mysql2.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  let database: TestDatabase;
  let pool: Pool;
  let lent = 0;

  beforeAll(async () => {
    database = await start();
  }, START_MS);

  beforeEach(() => {
    pool = createPool({ uri: database.url, connectionLimit: 3 });
    lent = 0;
    pool.on("acquire", () => (lent += 1));
    pool.on("release", () => (lent -= 1));
  });

  afterEach(() => new Promise<void>((resolve) => pool.end(() => resolve())));

  afterAll(() => database.close());

  describe("Kysely's MysqlDialect", () => {
    interface Tables {
      readonly kysely_person: { id: Generated<number>; name: string };
    }

    test("queries, transactions, rollback, streams and destroy", async () => {
      const created: unknown[] = [];
      const db = new Kysely<Tables>({
        dialect: new MysqlDialect({
          pool,
          onCreateConnection: async (connection) => void created.push(connection),
        }),
      });
      await db.schema
        .createTable("kysely_person")
        .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("name", "varchar(20)", (column) => column.notNull())
        .execute();
      const inserted = await db
        .insertInto("kysely_person")
        .values(["a", "b", "c"].map((name) => ({ name })))
        .executeTakeFirst();
      expect(inserted).toMatchObject({ insertId: 1n, numInsertedOrUpdatedRows: 3n });
      await db
        .transaction()
        .setIsolationLevel("serializable")
        .execute(async (trx) => {
          await trx.updateTable("kysely_person").set({ name: "A" }).where("id", "=", 1).execute();
        });
      const failing = db.transaction().execute(async (trx) => {
        await trx.deleteFrom("kysely_person").execute();
        await sql`select from nowhere`.execute(trx);
      });
      await expect(failing).rejects.toMatchObject({ code: "ER_PARSE_ERROR" });

      const names: string[] = [];
      const people = db.selectFrom("kysely_person").selectAll().orderBy("id");
      for await (const { name } of people.stream(2)) names.push(name);
      expect(names).toEqual(["A", "b", "c"]);
      // A stream that is left early gives its connection back too.
      for await (const row of people.stream(1)) {
        expect(row.name).toBe("A");
        break;
      }
      await Promise.all(Array.from({ length: 20 }, () => people.execute()));
      expect(lent).toBe(0);
      // One connection keeps its identity from holder to holder.
      expect(created.length).toBeLessThanOrEqual(3);
      await db.destroy();
    });

    test("a connection of one's own, whose settings the next holder doesn't find", async () => {
      const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
      const zone = sql<{ zone: string }>`select @@time_zone as zone`;
      const before = (await zone.execute(db)).rows;
      const inside = await db.connection().execute(async (connection) => {
        await sql`set time_zone = '+05:00'`.execute(connection);
        return (await zone.execute(connection)).rows;
      });
      expect(inside).toEqual([{ zone: "+05:00" }]);
      expect((await zone.execute(db)).rows).toEqual(before);
    });
  });

  describe("Drizzle on mysql2", () => {
    const person = mysqlTable("drizzle_person", {
      id: int().primaryKey().autoincrement(),
      name: text().notNull(),
    });

    test.each(["callback", "promise"])("with the %s pool", async (kind) => {
      const promised = createPromisePool({ uri: database.url, connectionLimit: 3 });
      const db = drizzle({ client: kind === "callback" ? pool : promised });
      await db.execute(drizzleSql`drop table if exists drizzle_person`);
      await db.execute(
        drizzleSql`create table drizzle_person (id int primary key auto_increment, name text not null)`,
      );
      const [inserted] = await db.insert(person).values([{ name: "a" }, { name: "b" }]);
      expect(inserted).toMatchObject({ insertId: 1, affectedRows: 2 });
      const byName = db
        .select()
        .from(person)
        .where(eq(person.name, drizzleSql.placeholder("name")))
        .prepare();
      expect(await byName.execute({ name: "b" })).toEqual([{ id: 2, name: "b" }]);
      expect(await byName.execute({ name: "a" })).toEqual([{ id: 1, name: "a" }]);

      const ids = await db.transaction(async (trx) => {
        await trx.update(person).set({ name: "A" }).where(eq(person.id, 1));
        const both = await Promise.all(
          [1, 2].map(() => trx.execute(drizzleSql`select connection_id() as id`)),
        );
        return both.map(([rows]) => JSON.stringify(rows));
      });
      expect(new Set(ids).size).toBe(1);
      const failing = db.transaction(async (trx) => {
        await trx.delete(person);
        trx.rollback();
      });
      await expect(failing).rejects.toThrow("Rollback");
      expect(await db.select().from(person).orderBy(person.id)).toEqual([
        { id: 1, name: "A" },
        { id: 2, name: "b" },
      ]);
      expect(lent).toBe(0);
      await promised.end();
    });
  });
});
