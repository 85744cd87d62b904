import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { Ajv2020 } from "ajv/dist/2020.js";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capture } from "../postgres/capture/capture.ts";
import { readSnapshot } from "./read-snapshot.ts";
import { faultIn } from "./snapshot-schema.ts";
import type { Snapshot } from "./snapshot.ts";
import { writeSnapshot } from "./write-snapshot.ts";

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../snapshot.schema.json", import.meta.url), "utf8"),
) as Schema;
const validate = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { "date-time": true },
}).compile(SCHEMA);

let database: TestDatabase;
let directory: string;
let real: Snapshot;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbadvise-snapshot-"));
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    readFileSync(new URL("../postgres/capture/capture.fixture.sql", import.meta.url), "utf8"),
  );
  await client.query("create extension pg_stat_statements; select count(*) from shop.orders");
  // Large enough for its column's ends to be read.
  await client.query(`create table shop.readings as select i as id, repeat('x', 100) as note
    from generate_series(1, 20000) i; create index on shop.readings (id); analyze shop.readings`);
  const session = {
    query: async (sql: string, values?: readonly unknown[]) =>
      (await client.query(sql, values ? [...values] : undefined)).rows,
    close: () => client.end(),
  };
  real = await capture(session, { values: true, workload: true, node: "localhost:5432/shop" });
  await client.end();
});
afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

/** A place in the snapshot where the schema describes an object. */
interface Place {
  readonly path: readonly (string | number)[];
  readonly rule: Schema;
}

/** One place for each object of the schema that the value holds. */
function placesIn(
  value: unknown,
  given: Schema,
  path: Place["path"],
  found: Map<Schema, Place>,
): void {
  let rule = given;
  if (rule.$ref) rule = SCHEMA.$defs?.[rule.$ref.replace("#/$defs/", "")] ?? {};
  if (rule.oneOf) {
    if (value !== null && rule.oneOf[0]) placesIn(value, rule.oneOf[0], path, found);
    return;
  }
  if (Array.isArray(value)) {
    if (rule.items)
      for (const [place, item] of value.entries())
        placesIn(item, rule.items, [...path, place], found);
  } else if (typeof value === "object" && value !== null && rule.properties) {
    if (!found.has(rule)) found.set(rule, { path, rule });
    for (const [name, field] of Object.entries(value)) {
      const fieldRule = rule.properties[name];
      if (!fieldRule)
        throw new Error(`${[...path, name].join(".")} is in the snapshot, but not in the schema`);
      placesIn(field, fieldRule, [...path, name], found);
    }
  }
}

function changed(path: Place["path"], change: (object: Record<string, unknown>) => void): unknown {
  const copy: unknown = structuredClone(real);
  change(
    path.reduce(
      (value: unknown, step) => (value as Record<string | number, unknown>)[step],
      copy,
    ) as Record<string, unknown>,
  );
  return copy;
}

describe("the published schema", () => {
  it("takes a real snapshot, and knows all of its fields", () => {
    expect([validate(real), validate.errors]).toEqual([true, null]);
    expect(faultIn(real)).toBeNull();
    const found = new Map<Schema, Place>();
    placesIn(real, SCHEMA, [], found);
    // Every object that the schema describes is in this snapshot: nothing below goes untested.
    const described = Object.values(SCHEMA.$defs ?? {}).filter((rule) => rule.properties);
    expect(
      described
        .filter((rule) => !found.has(rule))
        .map((rule) => Object.keys(rule.properties ?? {})),
    ).toEqual([]);
  });

  it("misses every required field, and every value of another type", () => {
    const found = new Map<Schema, Place>();
    placesIn(real, SCHEMA, [], found);
    let tried = 0;
    for (const { path, rule } of found.values()) {
      for (const name of rule.required ?? []) {
        const where = [...path, name].join(".");
        const without = changed(path, (object) => delete object[name]);
        expect(validate(without), `without ${where}`).toBe(false);
        expect(faultIn(without), `without ${where}`).toContain(`${name} is missing`);
        const wrong = changed(path, (object) => (object[name] = { not: "this" }));
        // A free object takes any strings: of settings this one is fine.
        if (name === "settings") continue;
        expect(validate(wrong), `wrong ${where}`).toBe(false);
        expect(faultIn(wrong), `wrong ${where}`).toContain(name);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});

describe("a snapshot's file", () => {
  it.each(["prod.snapshot.json", "prod.snapshot.json.gz"])(
    "%s is read as it was written",
    async (name) => {
      const path = join(directory, name);
      await writeSnapshot(path, { ...real, capturedAt: "2020-01-01T00:00:00.000Z" });
      await writeSnapshot(path, real);
      expect(await readSnapshot(path)).toEqual(JSON.parse(JSON.stringify(real)));
      const bytes = await readFile(path);
      const text = name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
      expect(text.toString("utf8").startsWith('{"format":"dbadvise-snapshot","version":1,')).toBe(
        true,
      );
      const forOthers = process.platform === "win32" ? 0 : (await stat(path)).mode & 0o077;
      expect(forOthers).toBe(0);
      expect((await readdir(directory)).filter((entry) => entry.includes("partial"))).toEqual([]);
    },
  );

  it("takes fields that this version does not know", async () => {
    const path = join(directory, "newer.json");
    await writeFile(path, JSON.stringify({ ...real, later: { more: 1 } }));
    expect((await readSnapshot(path)).format).toBe("dbadvise-snapshot");
  });

  const refused: readonly [string, () => string | Buffer, RegExp][] = [
    ["text", () => "password: hidden", /is not JSON\.$/],
    ["half a file", () => JSON.stringify(real).slice(0, 5000), /is not JSON/],
    ["damaged gzip", () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), /is damaged/],
    ["another JSON", () => JSON.stringify([{ Plan: {} }]), /is no snapshot/],
    [
      "a newer version",
      () => JSON.stringify({ format: "dbadvise-snapshot", version: 2 }),
      /version 2; .* up to version 1/,
    ],
    ["a missing part", () => JSON.stringify({ ...real, gaps: undefined }), /gaps is missing/],
    [
      "a wrong field deep inside",
      () =>
        JSON.stringify(
          changed(["catalog", "tables", 0, "columns", 1], (column) => (column["notNull"] = "no")),
        ),
      /catalog\.tables\[0\]\.columns\[1\]\.notNull is not boolean/,
    ],
  ];
  it.each(refused)("of %s is refused with what is wrong", async (_, content, said) => {
    const path = join(directory, "bad.json");
    await writeFile(path, content());
    await expect(readSnapshot(path)).rejects.toMatchObject({
      name: "DbadviseError",
      code: "bad-snapshot",
      message: expect.stringMatching(said),
    });
  });

  it("that is not there, or can't be made, is told by its path", async () => {
    await expect(readSnapshot(join(directory, "none.json"))).rejects.toMatchObject({
      code: "file-not-readable",
      message: expect.stringContaining("none.json"),
    });
    await expect(writeSnapshot(join(directory, "no", "where.json"), real)).rejects.toMatchObject({
      name: "DbadviseError",
      message: expect.stringContaining("where.json"),
    });
  });
});
