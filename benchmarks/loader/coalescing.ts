import { withCoalescing } from "@dbadvise/loader/kysely";
import { DIALECTS } from "@dbadvise/testkit";
import { type Dialect, Kysely, type LogEvent, MysqlDialect, PostgresDialect, sql } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import { median } from "../median.ts";
import type { Section } from "./section.ts";

/** Callers at one time. */
const CALLS = 1000;
const CONNECTIONS = 10;
const ROUNDS = 15;
/** Throughput over a pool of ten connections that is asked for. */
const BAR = 5;

interface Database {
  users: { id: number; name: string };
}

const DRIVERS: Readonly<Record<"postgres" | "mysql" | "mariadb", (url: string) => Dialect>> = {
  postgres: (connectionString) => {
    const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
    // Its end doesn't wait for the sockets: the database may be gone before they are.
    pool.on("error", () => undefined);
    return new PostgresDialect({ pool });
  },
  mysql: mysqlDialect,
  mariadb: mysqlDialect,
};

function mysqlDialect(uri: string): Dialect {
  return new MysqlDialect({ pool: mysql.createPool({ uri, connectionLimit: CONNECTIONS }) });
}

/** Point queries of a thousand callers: merged, and one by one over a pool. */
export async function coalescing(): Promise<Section> {
  const lines = [
    "| Database | statements | merged ms | pool of ten ms | ratio | bar |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  let passed = true;
  for (const { name, start } of DIALECTS) {
    const database = await start();
    let statements = 0;
    const log = ({ level }: LogEvent): void => {
      if (level === "query") statements += 1;
    };
    const pool = new Kysely<Database>({ dialect: DRIVERS[name](database.url) });
    const merged = withCoalescing(
      new Kysely<Database>({ dialect: DRIVERS[name](database.url), log }),
    );
    await fill(pool);
    const times = { pool: [] as number[], merged: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.pool.push(await timed(pool));
      statements = 0;
      times.merged.push(await timed(merged));
    }
    const [ours, theirs] = [median(times.merged), median(times.pool)];
    const ratio = theirs / ours;
    passed &&= ratio >= BAR;
    lines.push(
      `| ${name} | ${statements} | ${ours.toFixed(1)} | ${theirs.toFixed(1)} | ${ratio.toFixed(1)} | ${BAR} |`,
    );
    await merged.destroy();
    await pool.destroy();
    await database.close();
  }
  return { title: `${CALLS} point queries at one time, coalesced`, lines, passed };
}

async function fill(db: Kysely<Database>): Promise<void> {
  await sql`create table users (id int primary key, name varchar(40))`.execute(db);
  const users = Array.from({ length: CALLS }, (_, id) => ({ id, name: `user ${id}` }));
  await db.insertInto("users").values(users).execute();
}

/** Milliseconds until all callers have their row. */
async function timed(db: Kysely<Database>): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CALLS }, (_, id) =>
      db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    ),
  );
  return performance.now() - begun;
}
