import { describe, expect, it } from "vitest";
import { statementShape } from "../statement-shape.ts";
import { querySummary } from "./query-summary.ts";

describe("the summary of a query", () => {
  it.each([
    // The examples of the semantic conventions ("Generating a summary of the query").
    ["SELECT * FROM wuser_table WHERE username = ?", "SELECT wuser_table"],
    [
      "INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?",
      "INSERT shipping_details SELECT orders",
    ],
    ["SELECT * FROM songs, artists WHERE songs.artist_id = artists.id", "SELECT songs artists"],
    [
      "SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)",
      "SELECT SELECT orders customers",
    ],
    [`SELECT * FROM "song list", artists`, `SELECT "song list" artists`],
    // Letters and schemas as they are written.
    ["select * from public.users u", "select public.users"],
    [`select * from "public" . "users"`, `select "public"."users"`],
    ["select 1", "select"],
    ["(select a from x) union all (select b from y)", "select x select y"],
    ["select * from a left join b using (id), c where a.x in (1, 2)", "select a b c"],
    ["select * from a, lateral (select * from b limit 1) l, only c", "select a select b c"],
    ["select g from generate_series(1, 9) g, t", "select t"],
    // "from" that is no clause.
    ["select extract(year from day), substring(name from 2) from t", "select t"],
    ["select * from t where a is distinct from b", "select t"],
    ["select a, b from t order by a, b", "select t"],
    ["select * from t for update of t, u", "select t"],
    [
      "with a as (select * from x), b (n) as (delete from y returning *) select * from a, b, z",
      "select x delete y select z",
    ],
    [
      "with recursive tree as (select 1 union all select n from tree) select * from tree",
      "select select select",
    ],
    [
      "insert into t (a, b) values (1, 2) on conflict (a) do update set b = 3 returning a",
      "insert t",
    ],
    ["insert ignore into t values (1) on duplicate key update a = 2", "insert t"],
    ["replace into t values (1)", "replace t"],
    ["select replace(a, 'x', 'y'), insert(a, 1, 2, b) from t", "select t"],
    ["update only t set a = 1, b = 2 from u where t.id = u.id", "update t u"],
    ["update t, u set t.a = u.a", "update t u"],
    ["delete from t using u where t.id = u.id", "delete t u"],
    ["merge into t using u on t.id = u.id when matched then update set a = 1", "merge t u"],
    ["explain analyze select * from t", "explain select t"],
    ["create table if not exists shop.orders (id int)", "create table shop.orders"],
    ["create unique index concurrently i on t (a)", "create unique index i"],
    ["create index on t (a)", "create index t"],
    ["create materialized view v as select 1", "create materialized view v"],
    ["drop table t", "drop table t"],
    ['alter table only "my shop"."all orders" add a int', 'alter table "my shop"."all orders"'],
    ["create extension", "create extension"],
    ["truncate table t", "truncate t"],
    ["copy t (a, b) from stdin", "copy t"],
    ["call refresh_totals($1)", "call refresh_totals"],
    ["begin", "begin"],
    ["START TRANSACTION READ ONLY", "START"],
    ["set search_path to shop, public", "set"],
    ["rollback to savepoint s1", "rollback"],
    ["/*+ SeqScan(t) */ select * from t", "select t"],
    ["-- orders of a customer\nselect * from t", "select t"],
    ["", ""],
    [";", ""],
    ["(((", ""],
    ["from )))) select from", "from select"],
  ])("%s: %s", (sql, summary) => {
    expect(querySummary(statementShape(sql, "postgresql"))).toBe(summary);
  });

  it("keeps quotes of MySQL, and takes none of its strings for a name", () => {
    const sql = 'select `a b`.c from `my orders` where d = "from secrets"';
    expect(querySummary(statementShape(sql, "mysql"))).toBe("select `my orders`");
  });

  it("ends before the name that would make it longer than 255 characters", () => {
    const tables = Array.from({ length: 60 }, (_, number) => `table_${number}`);
    const summary = querySummary(`select * from ${tables.join(", ")}`);
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(summary.length).toBeGreaterThan(240);
    expect(`select ${tables.join(" ")} `).toContain(`${summary} `);
  });
});
