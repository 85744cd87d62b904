import { many, type Relation } from "@dbadvise/loader/kysely";
import { DIALECTS } from "@dbadvise/testkit";
import { type Dialect, Kysely, MysqlDialect, PostgresDialect, sql } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import { median } from "../median.ts";
import type { Section } from "./section.ts";

const GROUPS = 100;
/** Rows of a heavy group. */
const HEAVY = 2010;
const LIMIT = 3;
const ROUNDS = 15;
/** What a group of many may cost, in times of the cost of a group that is asked for by itself. */
const BAR = 2;

interface Database {
  heavy: { id: number; owner: number };
  light: { id: number; owner: number };
}

const DRIVERS: Readonly<Record<"postgres" | "mysql" | "mariadb", (url: string) => Dialect>> = {
  postgres: (connectionString) => {
    const pool = new pg.Pool({ connectionString, max: 1 });
    // Its end doesn't wait for the sockets: the database may be gone before they are.
    pool.on("error", () => undefined);
    return new PostgresDialect({ pool });
  },
  mysql: mysqlDialect,
  mariadb: mysqlDialect,
};

function mysqlDialect(uri: string): Dialect {
  return new MysqlDialect({ pool: mysql.createPool({ uri, connectionLimit: 1 }) });
}

const ANALYZE = { postgres: "analyze", mysql: "analyze table", mariadb: "analyze table" } as const;

/** The last three rows of a hundred groups, of 2,010 rows and of three. */
export async function relations(): Promise<Section> {
  const lines = [
    `| Database | ${GROUPS} groups ms | per group ms | one group alone ms | ratio | bar | ${GROUPS} groups of ${LIMIT} rows ms |`,
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  let passed = true;
  for (const { name, start } of DIALECTS) {
    const database = await start();
    const db = new Kysely<Database>({ dialect: DRIVERS[name](database.url) });
    await fill(db, ANALYZE[name]);
    const times = { one: [] as number[], heavy: [] as number[], light: [] as number[] };
    const [heavy, light] = [lastOf(db, "heavy"), lastOf(db, "light")];
    for (let round = 0; round < ROUNDS; round += 1) {
      times.one.push(await timed(heavy, [round]));
      times.heavy.push(await timed(heavy, KEYS));
      times.light.push(await timed(light, KEYS));
    }
    const [all, one, small] = [median(times.heavy), median(times.one), median(times.light)];
    const ratio = all / GROUPS / one;
    passed &&= ratio <= BAR;
    const figures = [
      all.toFixed(1),
      (all / GROUPS).toFixed(3),
      one.toFixed(3),
      ratio.toFixed(2),
      BAR,
      small.toFixed(1),
    ];
    lines.push(`| ${name} | ${figures.join(" | ")} |`);
    await db.destroy();
    await database.close();
  }
  return { title: `The last ${LIMIT} rows of groups of ${HEAVY}`, lines, passed };
}

const KEYS: readonly number[] = Array.from({ length: GROUPS }, (_, key) => key);

type Last = Relation<Database, number | null, { id: number }[], undefined>;

function lastOf(db: Kysely<Database>, from: "heavy" | "light"): Last {
  return many(db, {
    from,
    key: "owner",
    query: (q) => q.select("id").orderBy("id", "desc").limit(LIMIT),
  });
}

async function timed(relation: Last, keys: readonly number[]): Promise<number> {
  const begun = performance.now();
  await relation.loadMany(keys);
  return performance.now() - begun;
}

/** @param analyze the words ahead of a table whose statistics are to be read */
async function fill(db: Kysely<Database>, analyze: string): Promise<void> {
  for (const [table, rows] of [
    ["heavy", HEAVY],
    ["light", LIMIT],
  ] as const) {
    await sql`create table ${sql.table(table)} (id int primary key, owner int not null)`.execute(
      db,
    );
    await sql`create index ${sql.ref(`${table}_owner`)} on ${sql.table(table)} (owner, id)`.execute(
      db,
    );
    for (let from = 0; from < rows; from += 100) {
      const ids = Array.from({ length: Math.min(100, rows - from) * GROUPS }, (_, index) => index);
      await db
        .insertInto(table)
        .values(ids.map((id) => ({ id: from * GROUPS + id, owner: id % GROUPS })))
        .execute();
    }
    await sql`${sql.raw(analyze)} ${sql.table(table)}`.execute(db);
  }
}
