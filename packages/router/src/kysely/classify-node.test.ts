import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from "kysely";
import { expect, test } from "vitest";
import { createPostgresClassifier } from "../postgres/create-classifier.ts";
import { classifyNode } from "./classify-node.ts";

const db = new Kysely<{ t: { id: number; a: string } }>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const { classify } = createPostgresClassifier();
const all = db.selectFrom("t").selectAll();

test.each([
  ["a select", all.where("id", "in", [1, 2]), "read", "SELECT"],
  [
    "known functions",
    db.selectFrom("t").select(({ fn }) => fn.countAll().as("n")),
    "read",
    "SELECT",
  ],
  ["raw SQL that reads", all.where(sql<boolean>`lower(a) = 'x'`), "read", "SELECT"],
  ["FOR UPDATE (kysely-replication 0.3.0)", all.forUpdate().skipLocked(), "write", "FOR UPDATE"],
  [
    "FOR SHARE below",
    all.where("id", "in", db.selectFrom("t").select("id").forShare()),
    "write",
    "FOR SHARE",
  ],
  [
    "nextval (kysely-replication 0.3.0)",
    db.selectFrom("t").select(sql<number>`nextval('s')`.as("n")),
    "write",
    "function nextval",
  ],
  [
    "an unknown function",
    db.selectFrom("t").select(({ fn }) => fn("mine", ["id"]).as("m")),
    "write",
    "function mine",
  ],
  [
    "a change in WITH (pgcat #829)",
    db
      .with("x", (q) => q.deleteFrom("t").returning("id"))
      .selectFrom("x")
      .selectAll(),
    "write",
    "DELETE",
  ],
  ["an insert", db.insertInto("t").values({ id: 1, a: "x" }), "write", "INSERT"],
  ["an update", db.updateTable("t").set({ a: "x" }), "write", "UPDATE"],
  ["a definition", db.schema.createTable("x").addColumn("a", "integer"), "write", "CREATE TABLE"],
])("%s", (_, query, kind, reason) => {
  const compiled = query.compile();
  expect(classifyNode(compiled, classify)).toEqual({ kind, reason });
});

test("raw queries are told by their text", () => {
  expect(classifyNode(sql`select 1`.compile(db), classify).kind).toBe("read");
  expect(classifyNode(sql`set role none`.compile(db), classify).kind).toBe("session");
});

test("the text of an insert is not read", () => {
  const insert = db.insertInto("t").values({ id: 1, a: "x" }).compile();
  const { kind } = classifyNode(insert, () => expect.unreachable("it was read"));
  expect(kind).toBe("write");
});
