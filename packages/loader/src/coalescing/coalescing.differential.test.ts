/** Coalesced and uncoalesced results of random queries on random schemas and data are the same, types and order included. */
import { DIALECTS, type TestDatabase } from "@dbadvise/testkit";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COLUMN_KINDS } from "./testing/column-kinds.ts";
import { type AnyDatabase, kyselyOn } from "./testing/kysely-on.ts";
import { createRandom } from "./testing/random.ts";
import { randomQuery } from "./testing/random-query.ts";
import { type RandomTable, randomRows, randomSchema } from "./testing/random-schema.ts";
import { resultText } from "./testing/result-text.ts";
import { type CoalescingKysely, withCoalescing } from "./with-coalescing.ts";

const SEED = Number(process.env["DBADVISE_COALESCING_SEED"] ?? 20_261_122);
/** Together more than 10,000 callers on three engines. */
const SHAPES = Number(process.env["DBADVISE_COALESCING_SHAPES"] ?? 170);
const CALLERS = 21;
/** Calls in a hundred that go merged, at least: on MySQL parameters in columns and set operations go as they are. */
const MERGED = { postgres: 90, mysql: 70, mariadb: 70 };

/** Statements in which MySQL and MariaDB join the calls' keys, at least. */
const LEAST_JOINS = { postgres: 0, mysql: SHAPES / 50, mariadb: SHAPES / 50 };

/** What is made before the tables, and the text that does not tell upper from lower case. */
const PREPARATIONS = {
  async postgres(db: Kysely<AnyDatabase>): Promise<string> {
    await sql`create type mood as enum ('sad', 'ok', 'glad')`.execute(db);
    await sql`create domain positive as int check (value > 0)`.execute(db);
    const { rows } = await sql<{ n: number }>`
      select 1 as n from pg_available_extensions where name = 'citext'`.execute(db);
    if (rows.length > 0) {
      await sql`create extension citext`.execute(db);
      return "citext";
    }
    await sql`create collation caseless
      (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`.execute(db);
    return "text collate caseless";
  },
  mysql: () => Promise.resolve(""),
  mariadb: () => Promise.resolve(""),
};

async function outcomeOf(run: () => Promise<unknown[]>, ordered: boolean): Promise<string[]> {
  try {
    const rows = (await run()).map(resultText);
    return ordered ? rows : rows.toSorted();
  } catch (error) {
    return [`failed: ${String(error)}`];
  }
}

describe.each(DIALECTS)("$name", ({ name, start }) => {
  let database: TestDatabase;
  let plain: Kysely<AnyDatabase>;
  let db: CoalescingKysely<AnyDatabase>;
  let tables: RandomTable[];
  /** Statements that were a join with keys as JSON. */
  let joins = 0;
  const random = createRandom(SEED);

  beforeAll(async () => {
    database = await start();
    plain = kyselyOn[name](database.url, 5);
    db = withCoalescing(
      kyselyOn[name](database.url, 3, ({ query }) => {
        if (/^select .* json_table\(/.test(query.sql)) joins += 1;
      }),
    );
    const caseless = await PREPARATIONS[name](plain);
    tables = randomSchema(COLUMN_KINDS[name](caseless), random);
    for (const table of tables) {
      let create = plain.schema
        .createTable(table.name)
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("parent", "integer");
      for (const column of table.columns) {
        create = create.addColumn(column.name, sql.raw(column.kind.type));
      }
      await create.execute();
      await plain.insertInto(table.name).values(randomRows(table, random)).execute();
    }
  });
  afterAll(async () => {
    await db?.destroy();
    await plain?.destroy();
    await database?.close();
  });

  test(`${SHAPES} shapes by ${CALLERS} callers each, seed ${SEED}`, async () => {
    const failures: string[] = [];
    for (let shape = 0; shape < SHAPES; shape += 1) {
      const query = randomQuery(name, tables, random);
      const callers = Array.from({ length: CALLERS }, () => query.draw(random));
      const [expected, actual] = await Promise.all(
        [plain, db].map((on) =>
          Promise.all(
            callers.map((values) => outcomeOf(() => query.run(on, values), query.ordered)),
          ),
        ),
      );
      for (const [caller, values] of callers.entries()) {
        const [want, got] = [expected?.[caller], actual?.[caller]];
        if (want?.join("\n") === got?.join("\n")) continue;
        failures.push(
          `seed ${SEED}, shape ${shape}: ${query.name}\nvalues ${resultText(values)}\n` +
            `uncoalesced ${want?.join("\n")}\ncoalesced   ${got?.join("\n")}`,
        );
      }
    }
    expect(joins).toBeGreaterThanOrEqual(LEAST_JOINS[name]);
    const report = db.coalescing.report();
    const share = ((report.calls - report.statements) / report.calls) * 100;
    expect(failures.slice(0, 5), `${failures.length} of ${SHAPES * CALLERS}`).toEqual([]);
    const unmerged = report.shapes.filter(({ notMerged }) => notMerged !== undefined);
    expect(
      share,
      unmerged.map(({ notMerged, sql: text }) => `${notMerged}: ${text}`).join("\n"),
    ).toBeGreaterThan(MERGED[name]);
  });
});
