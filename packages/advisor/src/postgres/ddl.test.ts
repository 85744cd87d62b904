import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { Catalog, Index, IndexKey, Table } from "../catalog/catalog.ts";
import { anIndex, aCatalog, aTable } from "../findings/testing/builders.ts";
import { postgresDdl } from "./ddl.ts";

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

beforeEach(async () => {
  await client.query("drop schema if exists shop cascade");
  await client.query("create schema shop");
});

/** Each statement alone: CONCURRENTLY refuses a transaction. */
async function apply(statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}

/** Definitions of the valid indexes of the schema, by name. */
async function validIndexes(): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = 'shop'::regnamespace and i.indisvalid order by 1`,
  );
  return new Map(rows.map((row) => [row.name, row.definition]));
}

async function definitionOf(name: string): Promise<string> {
  return (await validIndexes()).get(name) ?? "no such valid index";
}

function key(column: string, more: Partial<IndexKey> = {}): IndexKey {
  return {
    column,
    // Of a column only its name counts.
    expression: column,
    direction: "asc",
    nulls: "last",
    operatorClass: null,
    collation: null,
    ...more,
  };
}

function candidate(
  table: string,
  keys: readonly IndexKey[],
  more: Partial<CandidateIndex> = {},
): CandidateIndex {
  return {
    table: { schema: "shop", name: table },
    method: "btree",
    keys,
    include: [],
    predicate: null,
    ...more,
  };
}

function catalogOf(tables: readonly Partial<Table>[]): Catalog {
  return aCatalog(tables.map((table) => aTable({ schema: "shop", ...table })));
}

describe("quote", () => {
  const names = [
    "orders",
    "_x9",
    "9x",
    "a$b",
    "Upper",
    "semi;colon",
    'qu"ote',
    "per cent",
    "über",
    "表",
    "order",
    "user",
    "name",
    "text",
    "value",
    "merge_action",
    "json_table",
    "interval",
    "between",
    "varchar",
    "zone",
    "ſ",
    "",
  ];

  test("quotes exactly what the server quotes: odd names and every keyword it knows", async () => {
    const { rows } = await client.query<{ name: string; quoted: string }>(
      `select name, quote_ident(name) as quoted
         from (select unnest($1::text[]) as name union select word from pg_get_keywords()) as names`,
      [names],
    );
    expect(rows.length).toBeGreaterThan(400);
    const version = Number(
      (await client.query("show server_version_num")).rows[0]?.server_version_num,
    );
    for (const { name, quoted } of rows) {
      // An older server has fewer keywords; a name that only a newer one reserves may be quoted there too.
      const expected = version >= 180_000 ? [quoted] : [quoted, `"${name}"`];
      expect(expected).toContain(postgresDdl.quote(name));
    }
  });
});

describe("indexName", () => {
  const empty = catalogOf([]);
  const nameOf = (of: CandidateIndex, catalog: Catalog = empty): string =>
    postgresDdl.indexName(of, catalog, new Set());

  test("is table, columns, idx", () => {
    expect(nameOf(candidate("orders", [key("customer_id"), key("created_at")]))).toBe(
      "orders_customer_id_created_at_idx",
    );
  });

  test("keeps the words of an expression and leaves casts out", () => {
    const expression = (sql: string): IndexKey => key("x", { column: null, expression: sql });
    expect(nameOf(candidate("users", [expression("lower(email)")]))).toBe("users_lower_email_idx");
    expect(nameOf(candidate("users", [expression("lower((email)::text)")]))).toBe(
      "users_lower_email_idx",
    );
    expect(
      nameOf(candidate("t", [expression("((data ->> 'kind'::character varying(5)))")])),
    ).not.toMatch(/[^\w]/);
  });

  test("numbers a name that a table, an index or a view of the schema has, but not one elsewhere", () => {
    const wanted = candidate("a", [key("b")]);
    const catalog: Catalog = {
      ...catalogOf([
        { name: "a", indexes: [anIndex({ name: "a_b_idx" })] },
        { name: "a_b_idx1" },
        { name: "a", schema: "other", indexes: [anIndex({ name: "a_b_idx3" })] },
      ]),
      views: [{ schema: "shop", name: "a_b_idx2", definition: "SELECT 1" }],
    };
    expect(nameOf(wanted, catalog)).toBe("a_b_idx3");
  });

  test.each([
    ["ascii", "t".repeat(63), "c".repeat(63)],
    ["two bytes", "ü".repeat(31), "ß".repeat(31)],
    ["four bytes", "𝔘".repeat(15), "𝔵".repeat(15)],
    ["short column", "ü".repeat(31), "id"],
  ])("fits 63 bytes without breaking a character: %s", async (_, table, column) => {
    const name = nameOf(candidate(table, [key(column)]));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name).not.toContain("\ufffd");
    expect(name.isWellFormed()).toBe(true);
    expect(name).toMatch(/._idx$/u);
    // The server takes it as it is.
    await client.query(`create table shop."${table}" ("${column}" int)`);
    await apply(postgresDdl.createIndex(candidate(table, [key(column)]), name, empty).apply);
    expect([...(await validIndexes()).keys()]).toEqual([name]);
  });
});

test("a long table name leaves a short column's name whole", () => {
  const name = postgresDdl.indexName(
    candidate("ü".repeat(31), [key("id")]),
    catalogOf([]),
    new Set(),
  );
  expect(name).toMatch(/^ü+_id_idx$/);
});

describe("createIndex", () => {
  test("writes only what is not the default, and its undo takes it back", async () => {
    await client.query("create table shop.t (a int, b text, c text, d jsonb)");
    const plain = postgresDdl.createIndex(
      candidate("t", [key("a")]),
      "plain",
      catalogOf([{ name: "t" }]),
    );
    expect(plain.apply).toEqual(["CREATE INDEX CONCURRENTLY plain ON shop.t (a);"]);
    const rich = postgresDdl.createIndex(
      candidate(
        "t",
        [
          key("a", { direction: "desc", nulls: "last" }),
          key("b", { collation: '"C"', operatorClass: "text_pattern_ops", nulls: "first" }),
          key("c", { direction: "desc", nulls: "first" }),
          key("x", { column: null, expression: "lower(b)" }),
        ],
        { include: ["d"], predicate: "a > 5 AND b IS NOT NULL" },
      ),
      "rich",
      catalogOf([{ name: "t" }]),
    );
    const gin = postgresDdl.createIndex(
      candidate("t", [key("d")], { method: "gin" }),
      "docs",
      catalogOf([{ name: "t" }]),
    );
    await apply([...plain.apply, ...rich.apply, ...gin.apply]);
    expect(await definitionOf("rich")).toBe(
      'CREATE INDEX rich ON shop.t USING btree (a DESC NULLS LAST, b COLLATE "C" text_pattern_ops NULLS FIRST, c DESC, lower(b)) INCLUDE (d) WHERE ((a > 5) AND (b IS NOT NULL))',
    );
    expect(await definitionOf("docs")).toContain("USING gin (d)");
    await apply([...plain.undo, ...rich.undo, ...gin.undo]);
    expect((await validIndexes()).size).toBe(0);
  });

  test("hostile names reach the server as they are", async () => {
    const table = 'or"der; drop schema shop --';
    const column = "Größe $1 'x'";
    await client.query(
      `create table shop."or""der; drop schema shop --" ("${column}" int, "select" int)`,
    );
    const wanted = candidate(table, [key(column), key("select")], { include: ["select"] });
    const name = postgresDdl.indexName(wanted, catalogOf([{ name: table }]), new Set());
    const change = postgresDdl.createIndex(wanted, name, catalogOf([{ name: table }]));
    await apply(change.apply);
    expect([...(await validIndexes()).keys()]).toEqual([name]);
    await apply(change.undo);
    expect((await validIndexes()).size).toBe(0);
  });

  const partitions: readonly Partial<Table>[] = [
    { name: "events", kind: "partitioned" },
    { name: "events_1", partitionOf: { parent: { schema: "shop", name: "events" }, bound: "" } },
    {
      name: "events_2",
      kind: "partitioned",
      partitionOf: { parent: { schema: "shop", name: "events" }, bound: "" },
    },
    { name: "events_2a", partitionOf: { parent: { schema: "shop", name: "events_2" }, bound: "" } },
    { name: "events_2b", partitionOf: { parent: { schema: "shop", name: "events_2" }, bound: "" } },
  ];

  async function createPartitions(): Promise<void> {
    await client.query(`create table shop.events (id int, kind int) partition by list (id);
      create table shop.events_1 partition of shop.events for values in (1);
      create table shop.events_2 partition of shop.events for values in (2, 3) partition by list (id);
      create table shop.events_2a partition of shop.events_2 for values in (2);
      create table shop.events_2b partition of shop.events_2 for values in (3);`);
  }

  test("a partitioned table's index is built partition by partition and is valid in the end", async () => {
    await createPartitions();
    const change = postgresDdl.createIndex(
      candidate("events", [key("kind")]),
      "events_kind_idx",
      catalogOf(partitions),
    );
    expect(change.apply.filter((statement) => statement.includes("CONCURRENTLY"))).toHaveLength(3);
    expect(change.apply[0]).toBe("CREATE INDEX events_kind_idx ON ONLY shop.events (kind);");
    await apply(change.apply);
    expect([...(await validIndexes()).keys()]).toEqual([
      "events_1_kind_idx",
      "events_2_kind_idx",
      "events_2a_kind_idx",
      "events_2b_kind_idx",
      "events_kind_idx",
    ]);
    await apply(change.undo);
    expect((await validIndexes()).size).toBe(0);
  });

  test("a foreign partition does not keep the partitioned index invalid", async () => {
    await createPartitions();
    await client.query(`create extension if not exists file_fdw;
      create server if not exists files foreign data wrapper file_fdw;
      create foreign table shop.events_f partition of shop.events for values in (9)
        server files options (filename '/dev/null')`);
    const withForeign = [
      ...partitions,
      {
        name: "events_f",
        kind: "foreign",
        partitionOf: { parent: { schema: "shop", name: "events" }, bound: "" },
      } as const,
    ];
    const change = postgresDdl.createIndex(
      candidate("events", [key("kind")]),
      "events_kind_idx",
      catalogOf(withForeign),
    );
    await apply(change.apply);
    const valid = [...(await validIndexes()).keys()];
    expect(valid).toHaveLength(5);
    expect(valid).toContain("events_kind_idx");
    await apply(change.undo);
    expect((await validIndexes()).size).toBe(0);
  });

  test("dropping a partitioned index takes its parts along; the undo builds and attaches them all again", async () => {
    await createPartitions();
    await client.query("create index by_kind on shop.events (kind desc) where kind > 3");
    const before = await validIndexes();
    const { rows } = await client.query<{
      name: string;
      on: string;
      parent: string | null;
      definition: string;
    }>(
      `select c.relname as name, t.relname as on, p.relname as parent, pg_get_indexdef(c.oid) as definition
         from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
         left join pg_inherits h on h.inhrelid = c.oid left join pg_class p on p.oid = h.inhparent
        where c.relnamespace = 'shop'::regnamespace`,
    );
    const catalog = catalogOf(
      partitions.map((table) => ({
        ...table,
        indexes: rows
          .filter((row) => row.on === table.name)
          .map((row): Index =>
            anIndex({
              name: row.name,
              definition: row.definition,
              parent: row.parent === null ? null : { schema: "shop", name: row.parent },
            }),
          ),
      })),
    );
    const change = postgresDdl.dropIndex({ schema: "shop", name: "by_kind" }, catalog);
    expect(change.apply).toEqual(["DROP INDEX shop.by_kind;"]);
    await apply(change.apply);
    expect((await validIndexes()).size).toBe(0);
    await apply(change.undo);
    expect(await validIndexes()).toEqual(before);
    expect(() =>
      postgresDdl.dropIndex({ schema: "shop", name: "events_1_kind_idx" }, catalog),
    ).toThrow(/attached/);
  });
});

describe("changes of one index", () => {
  async function catalogWith(index: Partial<Index> & { readonly name: string }): Promise<Catalog> {
    return catalogOf([
      { name: "t", indexes: [anIndex({ definition: await definitionOf(index.name), ...index })] },
    ]);
  }

  test("dropIndex and its undo bring back the same index", async () => {
    await client.query(`create table shop.t (a int, b text);
      create unique index "By B" on shop.t (lower(b), a desc) include (b) nulls not distinct with (fillfactor = 70) where a > 1`);
    const before = await validIndexes();
    const change = postgresDdl.dropIndex(
      { schema: "shop", name: "By B" },
      await catalogWith({ name: "By B" }),
    );
    expect(change.apply).toEqual(['DROP INDEX CONCURRENTLY shop."By B";']);
    expect(change.undo[0]).toMatch(/^CREATE UNIQUE INDEX CONCURRENTLY "By B" ON /);
    await apply(change.apply);
    expect((await validIndexes()).size).toBe(0);
    await apply(change.undo);
    expect(await validIndexes()).toEqual(before);
  });

  test("dropIndex refuses a constraint's index", async () => {
    const catalog = catalogOf([
      { name: "t", indexes: [anIndex({ name: "t_pkey", constraint: "t_pkey" })] },
    ]);
    expect(() => postgresDdl.dropIndex({ schema: "shop", name: "t_pkey" }, catalog)).toThrow(
      /constraint/,
    );
    expect(() => postgresDdl.dropIndex({ schema: "shop", name: "nobody" }, catalog)).toThrow(
      /no index shop.nobody/,
    );
  });

  test("rebuildIndex makes the rest of a failed build valid", async () => {
    await client.query("create table shop.t (a int); insert into shop.t values (1), (1)");
    await expect(
      client.query("create unique index concurrently t_a on shop.t (a)"),
    ).rejects.toThrow(/could not create/);
    expect((await validIndexes()).size).toBe(0);
    await client.query("delete from shop.t");
    await apply(postgresDdl.rebuildIndex?.({ schema: "shop", name: "t_a" }).apply ?? []);
    expect([...(await validIndexes()).keys()]).toEqual(["t_a"]);
  });

  test("promoteToPrimaryKey keeps the index, and its undo gives the plain unique index back", async () => {
    await client.query(
      'create table shop.t (a int not null); create unique index "T key" on shop.t (a)',
    );
    const before = await validIndexes();
    const change = postgresDdl.promoteToPrimaryKey(
      { schema: "shop", name: "T key" },
      await catalogWith({ name: "T key", unique: true }),
    );
    await apply(change.apply);
    const { rows } = await client.query(
      "select contype from pg_constraint where conname = 'T key'",
    );
    expect(rows).toEqual([{ contype: "p" }]);
    await apply(change.undo);
    expect(await validIndexes()).toEqual(before);
  });
});
