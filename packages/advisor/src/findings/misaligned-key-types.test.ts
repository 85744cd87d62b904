import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { misalignedKeyTypes } from "./misaligned-key-types.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";
import { withWorkload } from "./testing/with-workload.ts";

const SCHEMA = `
  create table accounts (id bigint primary key, ref uuid not null unique, code varchar(20) unique, price numeric unique, tag text);
  insert into accounts select i, md5(i::text)::uuid, 'c' || i, i, 't' || i from generate_series(1, 20000) i;
  create table logins (id int primary key, account_id int references accounts, account_ref text, code text, price int, tag text collate "C");
  insert into logins select i, 1 + i % 20000, md5((1 + i % 20000)::text)::uuid::text, 'c' || i, i, 't' || i from generate_series(1, 40000) i;
  create index on logins (account_ref);
  create table tiny (id int primary key);
  create table tinier (id bigint references tiny);`;

let database: TestDatabase;
let real: RealContext;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  await client.end();
  real = await realContext(postgres, database.url, []);
});

afterAll(async () => {
  await real?.close();
  await database?.close();
});

async function findings(...statements: readonly string[]): Promise<readonly Finding[]> {
  return misalignedKeyTypes(await withWorkload(postgres, real.context, statements));
}

/** Severity and columns; the foreign key's finding is always there. */
function brief(found: readonly Finding[]): readonly string[] {
  return found
    .map(({ severity, object }) => `${severity} ${object.table}.${object.columns.join()}`)
    .filter((line) => line !== "info logins.account_id");
}

describe("misalignedKeyTypes", () => {
  it("tells a foreign key of a narrower type, what changing it asks, and leaves small tables", async () => {
    const found = await findings();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      severity: "info",
      confidence: "verified",
      ddl: null,
      object: { type: "column", columns: ["account_id"] },
    });
    expect(found[0]?.message).toContain("public.logins.account_id is integer");
    expect(found[0]?.evidence.at(-1)?.detail).toMatch(
      /TYPE bigint writes public.logins anew \(40000 rows, .*ACCESS EXCLUSIVE/,
    );
  });

  it("warns where one side is converted row by row", async () => {
    expect(
      brief(
        await findings(
          "select * from logins l join accounts a on a.price = l.price where l.id = 5",
        ),
      ),
    ).toEqual(["warning logins.price"]);
    expect(
      brief(
        await findings("select * from logins l join accounts a on a.tag = l.tag where l.id = 5"),
      ),
    ).toHaveLength(1);
  });

  it("plans a join by a cast with the cast on the other side", async () => {
    const found = await findings(
      "select l.id from logins l join accounts a on a.ref::text = l.account_ref where l.id < 20",
    );
    const finding = found.find(({ object }) => object.columns.includes("account_ref"));
    expect(finding).toMatchObject({ severity: "warning", confidence: "estimated", ddl: null });
    const [query] = finding?.queries ?? [];
    expect(query?.rewrite).toBeNull();
    expect(query?.costAfter).toBeLessThan((query?.costBefore ?? 0) / 2);
    expect(finding?.message).toContain("a.ref::text = l.account_ref");
  });

  it("leaves columns of one type, varchar and text among them", async () => {
    expect(
      brief(
        await findings(
          "select 1 from logins l join accounts a on a.code = l.code",
          "select 1 from logins l join logins m on m.id = l.account_id",
          "select 1 from logins l join accounts a on a.code::text = l.code",
          "select 1 from logins l where l.account_ref = 'x'",
          "select 1 from logins l where l.id::text = 'x'",
        ),
      ),
    ).toEqual([]);
  });
});
