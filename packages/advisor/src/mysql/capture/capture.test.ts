import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { createConnection, type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { connect } from "../connect.ts";
import { capture } from "./capture.ts";

const OPTIONS: CaptureOptions = { values: true, workload: true, node: "db:3306/shop" };

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
])("capture from $product", ({ product, start }) => {
  let database: TestDatabase;
  let owner: Connection;
  let session: Session;
  let snapshot: Snapshot;

  beforeAll(async () => {
    database = await start();
    owner = await createConnection({ uri: database.url });
    await owner.query(
      "create table customers (id int unsigned not null auto_increment primary key, name varchar(50) not null, key by_name (name(5)))",
    );
    await owner.query("insert into customers (name) values ('Ada'), ('Bob'), ('Bob')");
    session = await connect(database.url);
    snapshot = await capture(session, OPTIONS);
  });
  afterAll(async () => {
    await session.close();
    await owner.end();
    await database.close();
  });

  it("names the server", () => {
    expect(snapshot.server.engine).toBe("MySQL");
    expect(snapshot.server.product).toBe(product === "MariaDB" ? "MariaDB" : undefined);
  });

  it("describes tables, indexes and values", () => {
    expect(snapshot.catalog.tables).toMatchObject([
      {
        name: "customers",
        rowIndex: "PRIMARY",
        kind: "table",
        columns: [{ name: "id" }, { name: "name", type: "varchar(50)" }],
        indexes: [
          { name: "PRIMARY", primary: true },
          { name: "by_name", keys: [{ column: "name", prefix: 5 }] },
        ],
      },
    ]);
    expect(snapshot.statistics).toMatchObject([
      { column: "id", distinct: -1 },
      {
        column: "name",
        commonValues: "{Bob,Ada}",
        commonFrequencies: [2 / 3, 1 / 3].map((share) => Number(share.toPrecision(6))),
      },
    ]);
  });
});
