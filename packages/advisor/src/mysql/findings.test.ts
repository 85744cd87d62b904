import { expect, test } from "vitest";
import type { Index, IndexKey } from "../catalog/catalog.ts";
import { duplicateIndex } from "../findings/duplicate-index.ts";
import type { Finding } from "../findings/finding.ts";
import type { FindingContext } from "../findings/finding-context.ts";
import { missingIndex } from "../findings/missing-index.ts";
import { missingPrimaryKey } from "../findings/missing-primary-key.ts";
import { missingStatistics } from "../findings/missing-statistics.ts";
import { redundantIndex } from "../findings/redundant-index.ts";
import {
  aColumn,
  aContext,
  anIndex,
  aNode,
  aCatalog,
  aQuery,
  aForeignKey,
  aTable,
  fakePlanner,
} from "../findings/testing/builders.ts";
import { unusedIndex } from "../findings/unused-index.ts";
import { verifyTogether } from "../findings/verify-together.ts";
import type { Planner } from "../whatif/planner.ts";
import { mysqlDdl } from "./ddl.ts";
import { mysqlIndexForms } from "./index-forms.ts";
import { mysqlWords } from "./words.ts";

const ENGINE = { ddl: mysqlDdl, indexForms: mysqlIndexForms, words: mysqlWords };
const SERVER = { engine: "MySQL", version: "9.7.4", versionNumber: 90_704 };

function anOwn(
  index: Partial<Index> & { readonly name: string },
  ...keys: readonly string[]
): Index {
  const made = anIndex(index, ...keys);
  return {
    ...made,
    nameInSchema: `t.${index.name}`,
    keys: made.keys.map((key): IndexKey => ({
      ...key,
      nulls: key.direction === "asc" ? "first" : "last",
    })),
  };
}

const primary = anOwn(
  { name: "PRIMARY", unique: true, primary: true, constraint: "PRIMARY" },
  "id",
);
const columns = ["id", "a", "b", "c"].map((name) => aColumn(name, { notNull: true }));

function contextOf(
  indexes: readonly Index[],
  parts: Parameters<typeof aContext>[2] = {},
): FindingContext {
  const table = aTable({ columns, indexes, rowIndex: "PRIMARY" });
  const nodes = [aNode(aCatalog([table]))].map((node) => ({
    ...node,
    indexes: node.indexes.map((usage) => ({
      ...usage,
      index: { ...usage.index, name: `t.${usage.index.name}` },
    })),
  }));
  return aContext(ENGINE, [table], { server: SERVER, nodes, ...parts });
}

function advised(findings: readonly Finding[]): readonly (string | null)[] {
  return findings.flatMap(({ object, ddl }) => (ddl === null ? [] : [object.name]));
}

/** A model: what it says is not proved. */
function model(cost: Parameters<typeof fakePlanner>[0]): Planner {
  const planner = fakePlanner(cost);
  return { ...planner, capabilities: { ...planner.capabilities, verifies: false } };
}

const hidden = anOwn({ name: "i", visible: false }, "a", "b");

test("a hidden index is a drop half done: told, and dropped in one step", async () => {
  const [finding, ...others] = await unusedIndex(contextOf([primary, hidden]));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ object: { name: "i" }, confidence: "estimated" });
  expect(finding?.message).toContain("is hidden from plans and still written to");
  expect(finding?.ddl?.apply).toEqual([
    "ALTER TABLE `public`.`t` DROP INDEX `i`, ALGORITHM=INPLACE, LOCK=NONE;",
  ]);
  expect(finding?.ddl?.later).toBeUndefined();
});

test("counters say nothing of a hidden index: young or missing ones do not hold it back", async () => {
  const context = contextOf([primary, hidden]);
  const nodes = context.snapshot.nodes.map((node) => ({ ...node, indexes: [], since: null }));
  expect(
    advised(await unusedIndex({ ...context, snapshot: { ...context.snapshot, nodes } })),
  ).toEqual(["i"]);
});

test("where the workload would gain by a hidden index the advice is to show it", async () => {
  const query = aQuery("t", "select * from t where a = ?");
  const key = { ...hidden.keys[0]!, expression: "a" };
  const candidate = {
    table: { schema: "public", name: "t" },
    method: "btree",
    keys: [key],
    include: [],
    predicate: null,
  };
  const plan = { cost: 100, rows: 1, indexes: [], candidates: [], scans: [], lines: [] };
  const selection = {
    chosen: [
      {
        candidate,
        bytes: 8_192,
        saved: 90,
        upkeep: 0,
        without: [{ fingerprint: query.fingerprint, plan }],
      },
    ],
    planned: [{ query, before: plan, after: { ...plan, cost: 1 }, weight: 1 }],
  } as unknown as NonNullable<FindingContext["selection"]>;
  const context = contextOf([primary, hidden], {
    selection,
    queries: [query],
    planner: fakePlanner(() => 1),
  });
  const [finding] = await missingIndex(context);
  expect(finding).toMatchObject({ object: { name: "i", columns: ["a", "b"] }, bytes: 0 });
  expect(finding?.message).toContain("has the index i (a, b), which plans may not use");
  expect(finding?.ddl).toEqual({
    apply: ["ALTER TABLE `public`.`t` ALTER INDEX `i` VISIBLE;"],
    undo: ["ALTER TABLE `public`.`t` ALTER INDEX `i` INVISIBLE;"],
  });
  expect(await unusedIndex(context)).toEqual([]);
});

test("a model of the planner proves no drop of a prefix, and speaks against one all the same", async () => {
  const indexes = [primary, anOwn({ name: "x" }, "a"), anOwn({ name: "y" }, "a", "b")];
  const queries = [aQuery("t", "select 1")];
  const find = async (planner: Planner): Promise<readonly Finding[]> =>
    redundantIndex(
      contextOf(indexes, {
        queries,
        planner,
        nodes: [],
      }),
    );
  expect(advised(await find(fakePlanner(() => 1)))).toEqual(["x"]);
  const [unproven] = await find(model(() => 1));
  expect(unproven).toMatchObject({ confidence: "insufficient-evidence", ddl: null });
  expect(unproven?.message).toContain("only a server's own plans prove that");
  const [worse] = await find(model((_, gone) => (gone.has("t.x") ? 9 : 1)));
  expect(worse?.evidence).toContainEqual(
    expect.objectContaining({ check: "replan", verdict: "against" }),
  );
});

test("costs that fall when an index goes are not believed", async () => {
  const indexes = [primary, anOwn({ name: "x" }, "a"), anOwn({ name: "y" }, "a", "b")];
  const [finding] = await redundantIndex(
    contextOf(indexes, {
      queries: [aQuery("t", "select 1")],
      planner: fakePlanner((_, gone) => (gone.has("t.x") ? 1 : 9)),
      nodes: [],
    }),
  );
  expect(finding).toMatchObject({ ddl: null });
  expect(finding?.message).toContain("these costs can't be compared");
});

test("of two unique indexes the one that says less goes, however it is told", async () => {
  // Whatever the names would have chosen.
  const short = anOwn({ name: "the_first_column", unique: true }, "a");
  const long = anOwn({ name: "y", unique: true }, "a", "id");
  expect(advised(await duplicateIndex(contextOf([primary, short, long])))).toEqual(["y"]);
  expect(advised(await duplicateIndex(contextOf([primary, long, short])))).toEqual(["y"]);
});

test("an index that a foreign key rests on, or that a text names, is not dropped", async () => {
  const kept = async (index: Partial<Index>, hinted: readonly string[] = []): Promise<string> => {
    const query = aQuery("t", "select 1", { hintedIndexes: hinted });
    const [finding] = await unusedIndex(
      contextOf([primary, anOwn({ name: "x", ...index }, "a")], { queries: [query] }),
    );
    return finding?.ddl === null ? finding.message : "dropped";
  };
  expect(await kept({})).toBe("dropped");
  expect(await kept({ requiredBy: "fk" })).toContain("keeps foreign key fk only with an index");
  expect(await kept({}, ["X"])).toContain("1 query names it in a hint");
  expect(await kept({}, ["y"])).toBe("dropped");
});

test("of several indexes that a foreign key can rest on one stays, on either side", async () => {
  const indexes = [primary, anOwn({ name: "x" }, "a", "b"), anOwn({ name: "y" }, "a", "c")];
  const context = contextOf(indexes);
  const findings = await unusedIndex(context);
  expect(advised(findings)).toEqual(["x", "y"]);
  const [table] = context.snapshot.catalog.tables;
  const from = aForeignKey(["a"], { references: { schema: "public", name: "p" } });
  const to = aForeignKey(["t_a"], { references: table!, referencedColumns: ["a"] });
  const other = aTable({ name: "p", columns });
  for (const tables of [
    [{ ...table!, foreignKeys: [from] }, other],
    [table!, { ...other, foreignKeys: [to] }],
  ]) {
    const snapshot = { ...context.snapshot, catalog: aCatalog(tables) };
    const verified = await verifyTogether(findings, { ...context, snapshot });
    expect(advised(verified)).toHaveLength(1);
  }
});

test("what two indexes have in common is said in the server's words", async () => {
  const find = async (...keys: readonly string[]): Promise<string | undefined> => {
    const indexes = [primary, anOwn({ name: "x" }, "a"), anOwn({ name: "yy" }, ...keys)];
    const [finding] = await duplicateIndex(contextOf(indexes));
    return finding?.evidence.find(({ check }) => check === "duplicate")?.detail;
  };
  expect(await find("a")).toBe("x has the same access method, keys, lengths and directions");
  expect(await find("a", "id")).toBe(
    "each index of the table ends with the key that its rows are stored by (id), told or not: (a, id) and (a) hold the same keys in the same order",
  );
});

test("a table without a primary key: what it means, and the way of a unique index", async () => {
  const none = aTable({ columns, indexes: [] });
  const [bare] = await missingPrimaryKey(aContext(ENGINE, [none], { server: SERVER }));
  expect(bare?.evidence[1]).toMatchObject({ check: "replication", verdict: "for" });
  const unique = anOwn({ name: "u", unique: true }, "a");
  const [keyed] = await missingPrimaryKey(
    aContext(ENGINE, [aTable({ columns, indexes: [unique], rowIndex: "u" })], { server: SERVER }),
  );
  expect(keyed?.message).toContain("can become one by writing the table anew");
  expect(keyed?.evidence[1]).toMatchObject({ check: "replication", verdict: "against" });
  expect(keyed?.ddl?.apply).toEqual([
    "ALTER TABLE `public`.`t` DROP INDEX `u`, ADD PRIMARY KEY (`a`), ALGORITHM=INPLACE, LOCK=NONE;",
  ]);
});

test("statistics over several columns are not advised where there are none", async () => {
  const context = contextOf([primary]);
  expect(context.ddl.createStatistics).toBeUndefined();
  expect(await missingStatistics(context)).toEqual([]);
});
