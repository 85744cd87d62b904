import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres } from "../postgres/engine.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { bloatedIndex } from "./bloated-index.ts";
import type { FindingContext } from "./finding-context.ts";
import { realContext } from "./testing/real-context.ts";

/** Small tables, measured; then all sizes and rows so many times as large: what is bloat stays it. */
const SCALE = 400;

const SCHEMA = `
  create table t (
    id int primary key, word text, kind int, at timestamptz, amount numeric, maybe int, doc jsonb, place point)
    with (autovacuum_enabled = off, fillfactor = 50);
  insert into t
    select i, 'word ' || i * 7919 % 60000, i % 40, now() + i * interval '1 s', i / 7.0,
      case when i % 5 = 0 then i end, jsonb_build_object('k', i), point(i, i)
    from generate_series(1, 60000) i;
  create index bloated on t (word);
  create index bloated_packed on t (kind, id);
  update t set word = word || 'x', kind = kind + 1;
  update t set word = word || 'y', kind = kind + 1;
  update t set word = word || 'z', kind = kind + 1;
  vacuum t;
  create index fresh_text on t (word);
  create index fresh_equal on t (kind);
  create index fresh_time on t (at);
  create index fresh_numeric on t (amount);
  create index fresh_nulls on t (maybe);
  create index fresh_wide on t (word, at) include (amount);
  create index fresh_partial on t (word) where kind < 20;
  create index fresh_down on t (word desc nulls last, kind);
  create unique index fresh_unique on t (at, id);
  create index fresh_lower on t (lower(word));
  create index fresh_hash on t using hash (word);
  create index fresh_gin on t using gin (doc);
  create index fresh_gist on t using gist (place);
  create index fresh_brin on t using brin (at);
  create index airy on t (at, kind) with (fillfactor = 20);
  vacuum analyze t;`;

/** Another test's transaction on the same server: what is deleted after its start goes into indexes built before its end. */
let elsewhere: { readonly client: pg.Client; readonly database: TestDatabase };
let database: TestDatabase;
let client: pg.Client;
let context: FindingContext;
let close: () => Promise<void>;

beforeAll(async () => {
  const other = await startPostgres();
  elsewhere = { client: new pg.Client({ connectionString: other.url }), database: other };
  await elsewhere.client.connect();
  await elsewhere.client.query("begin");
  await elsewhere.client.query("select pg_current_xact_id()");
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of SCHEMA.split(";")) await client.query(statement);
  ({ context, close } = await realContext(
    postgres,
    database.url,
    ["select * from t where word = 'a'"],
    scaled,
  ));
});

afterAll(async () => {
  await close?.();
  await client?.end();
  await database?.close();
  await elsewhere?.client.end();
  await elsewhere?.database.close();
});

function scaled(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    catalog: {
      ...snapshot.catalog,
      tables: snapshot.catalog.tables.map((table) => ({
        ...table,
        rows: table.rows * SCALE,
        pages: table.pages * SCALE,
        currentPages: table.currentPages * SCALE,
        allVisiblePages: table.allVisiblePages * SCALE,
        indexes: table.indexes.map((index) => ({ ...index, pages: index.pages * SCALE })),
      })),
    },
  };
}

test("reports what updates have blown up, and no fresh index of any kind", async () => {
  const findings = await bloatedIndex(context);
  expect(
    findings.map(({ object }) => object.name ?? "").toSorted((a, b) => a.localeCompare(b, "en")),
  ).toEqual(["bloated", "bloated_packed", "t_pkey"]);
  expect(findings[0]).toMatchObject({
    severity: "warning",
    confidence: "estimated",
    ddl: {
      apply: [expect.stringMatching(/^REINDEX INDEX CONCURRENTLY public\./)],
      undo: [],
    },
  });
  expect(findings[0]?.message).toMatch(/times what a fresh build would/);
});

test("a rebuild frees what was said, within the stated error", async () => {
  const pages = async (name: string): Promise<number> => {
    const { rows } = await client.query<{ size: string }>("select pg_relation_size($1) as size", [
      name,
    ]);
    return Number(rows[0]?.size);
  };
  for (const { object, bytes, ddl } of await bloatedIndex(context)) {
    const name = `public.${object.name}`;
    const before = await pages(name);
    for (const statement of ddl?.apply ?? []) await client.query(statement);
    const fresh = await pages(name);
    const said = before + (bytes ?? 0) / SCALE;
    expect(said / fresh, name).toBeGreaterThan(0.85);
    expect(said / fresh, name).toBeLessThan(1.15);
  }
});

test("nothing is said of sizes that do not matter, or without a planner that knows new indexes", async () => {
  const small = { ...context.snapshot.catalog };
  const tables = small.tables.map((table) => ({
    ...table,
    indexes: table.indexes.map((index) => ({ ...index, pages: index.pages / SCALE })),
  }));
  const snapshot = { ...context.snapshot, catalog: { ...small, tables } };
  expect(await bloatedIndex({ ...context, snapshot })).toEqual([]);
  expect(await bloatedIndex({ ...context, planner: null })).toEqual([]);
});
