import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sessionEffect } from "./session-effect.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.close();
});

const SETS = [
  "set session_effect.seen = 'yes'",
  "SET SESSION session_effect.seen TO yes",
  "select set_config('session_effect.seen', 'yes', false)",
  `select "set_config"('session_effect.seen', concat('y', 'es'), false)`,
  "select set_config('session_effect.other', '', true), set_config('session_effect.seen', 'yes', false)",
  "do $do$ begin perform set_config('session_effect.seen', 'yes', false); end $do$",
  "do 'begin set session_effect.seen = ''yes''; end'",
];
const HARMLESS = [
  "select 1",
  "select set_config('session_effect.other', 'x', true)",
  "set local session_effect.other = 'x'",
  "select 1 as a$b$c",
  "set transaction isolation level read committed",
];
/** Ways to say a text without running it. */
const HIDDEN: ((text: string) => string)[] = [
  (text) => `select '${text.replaceAll("'", "''")}'`,
  (text) => `select E'\\'${text.replaceAll("'", "''")}'`,
  (text) => `select U&'${text.replaceAll("'", "''")}'`,
  (text) => `select $hidden$; ${text};$hidden$`,
  (text) => `select $$${text.replaceAll("$", "S")}$$`,
  (text) => `select 1 as "; ${text.replaceAll('"', '""').slice(0, 40)}"`,
  (text) => `select 1 -- '; ${text}\n`,
  (text) => `select /* ' ; /* ${text} */ ; */ 1`,
  (text) => `select 1 as a$b$c, '${text.replaceAll("'", "''")}' as d$b$e`,
];
const GAPS = ["", " ", "\n\t", "-- ; ' $$\n", "/* ' /* nested */ ; */", "--\n--'\n"];

const gap = fc.constantFrom(...GAPS);
const statement = fc.oneof(
  fc.constantFrom(...SETS),
  fc.constantFrom(...HARMLESS),
  fc.tuple(fc.constantFrom(...HIDDEN), fc.constantFrom(...SETS)).map(([hide, text]) => hide(text)),
);
const text = fc
  .array(fc.tuple(gap, statement, gap), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([before, sql, after]) => before + sql + after).join(";"));

test("no change of a session goes unseen, whatever else the text says; nothing that is hidden counts", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (sql) => {
      await client.query("reset all");
      await client.query(sql);
      const { rows } = await client.query<{ seen: string | null }>(
        "select nullif(current_setting('session_effect.seen', true), '') as seen",
      );
      expect(sessionEffect(sql).changes, sql).toBe(rows[0]?.seen === "yes");
    }),
    { numRuns: 400 },
  );
});
