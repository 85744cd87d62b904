import { afterAll, beforeAll, expect, test } from "vitest";
import { quoteIdent } from "../quote-ident.ts";
import { renderPlan, rootNode, usedIndexes } from "./explain-plan.ts";
import { openSandboxDatabase, type SandboxDatabase } from "./sandbox-database.ts";

let database: SandboxDatabase;
beforeAll(async () => {
  database = await openSandboxDatabase("bytes", []);
  await database.run(`
    create table a (id int primary key, b int, t text);
    create table "B b" (id int primary key, a_id int references a);
    create index b_a on "B b" (a_id)`);
});
afterAll(() => database.close());

const plain = { indexName: quoteIdent, redact: false };

test.each([
  "select * from a where id = 4",
  "select * from a where b > 3 and t = 'it''s' order by b desc, t limit 3",
  'select a.t, count(*) from a join "B b" x on x.a_id = a.id group by a.t having count(*) > 2',
  'select * from a left join "B b" x on x.a_id = a.id',
  'select * from a where not exists (select from "B b" x where x.a_id = a.id)',
  "set enable_seqscan = off; select * from a where id in (1, 2) or id = 5",
  "set enable_seqscan = on; set enable_hashjoin = off; set enable_mergejoin = off; select * from a join a c on c.id = a.b",
  "update a set b = 1 where id = 4",
  'delete from a using "B b" x where x.a_id = a.id',
  "insert into a select g from generate_series(1, 4) g",
  "select distinct b from a union all select 1",
  "select *, row_number() over (partition by b order by id) from a",
  'with c as materialized (select * from a) select * from c where b = (select max(id) from "B b")',
])("prints as PostgreSQL does: %s", async (text) => {
  const statements = text.split("; ");
  const query = statements.pop() ?? "";
  for (const statement of statements) await database.run(statement);
  const printed = (await database.run(`explain ${query}`)).map((row) => String(row["QUERY PLAN"]));
  const [row] = await database.run(`explain (format json) ${query}`);
  const node = rootNode(row?.["QUERY PLAN"]);
  expect(node && renderPlan(node, plain)).toEqual(printed);
});

test("hides literals, and only literals, where asked", async () => {
  const [row] = await database.run(
    `explain (format json) select * from a where t = 'se''cret 5' and b > 417 and id < 12.5 and "a"."t" like 'x1%'`,
  );
  const node = rootNode(row?.["QUERY PLAN"]);
  const text = node === null ? "" : renderPlan(node, { ...plain, redact: true }).join("\n");
  expect(text).not.toMatch(/secret|cret|417|12\.5|x1/);
  expect(text).toMatch(/t = \?::text/);
  expect(text).toMatch(/b > \?/);
});

test("names the table of a bitmap index scan", async () => {
  await database.run("set enable_seqscan = off; set enable_indexscan = off");
  const [row] = await database.run('explain (format json) select * from "B b" where a_id = 3');
  const node = rootNode(row?.["QUERY PLAN"]);
  expect(node && usedIndexes(node)).toEqual([{ index: "b_a", relation: "B b" }]);
});

test("is no plan where there is none", () => {
  expect(rootNode("x")).toBeNull();
  expect(rootNode([])).toBeNull();
});
