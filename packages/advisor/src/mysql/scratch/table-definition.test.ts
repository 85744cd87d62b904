import { expect, test } from "vitest";
import { inDatabases, tableParts } from "./table-definition.ts";

const ORDERS = `CREATE TABLE \`or\`\`ders, (\` (
  \`id\` int unsigned NOT NULL AUTO_INCREMENT,
  \`state\` enum('a,b','KEY (x)','it''s') DEFAULT NULL COMMENT 'FOREIGN KEY, )',
  \`customer id\` int DEFAULT (coalesce(1, 2)),
  \`pair\` int GENERATED ALWAYS AS ((\`id\` + \`customer id\`)) STORED,
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`u\` (\`state\`,\`customer id\`),
  KEY \`k, 1\` (\`customer id\`) /*!80000 INVISIBLE */,
  FULLTEXT KEY \`words\` (\`state\`),
  CONSTRAINT \`f\` FOREIGN KEY (\`customer id\`) REFERENCES \`customers\` (\`id\`) ON DELETE CASCADE,
  CONSTRAINT \`c\` CHECK ((\`id\` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
/*!50100 PARTITION BY RANGE (\`id\`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB) */`;

test("takes foreign keys and checks out, and keys apart", () => {
  const { create, keys } = tableParts(ORDERS, "`s`.`t`");
  expect(create).toMatch(/^CREATE TABLE `s`\.`t` \(\n/);
  expect(create).not.toMatch(/CONSTRAINT|FULLTEXT/);
  expect(create).toContain("COMMENT 'FOREIGN KEY, )'");
  expect(create).toContain("UNIQUE KEY `u` (`state`,`customer id`)");
  expect(create).toContain("PARTITION p0 VALUES LESS THAN (10)");
  expect(keys).toEqual([
    "KEY `k, 1` (`customer id`) /*!80000 INVISIBLE */",
    "FULLTEXT KEY `words` (`state`)",
  ]);
});

test("leaves the key of a column that counts up where it is", () => {
  const { create, keys } = tableParts(
    "CREATE TABLE `t` (\n `a` int NOT NULL,\n `n` int NOT NULL AUTO_INCREMENT,\n PRIMARY KEY (`a`),\n KEY `k` (`n`),\n KEY `l` (`a`)\n)",
    "t2",
  );
  expect(create).toContain("KEY `k` (`n`)");
  expect(keys).toEqual(["KEY `l` (`a`)"]);
});

test("a text that makes no table is an error", () => {
  for (const text of ["", "CREATE VIEW v AS SELECT 1", "DROP TABLE t (a)"])
    expect(() => tableParts(text, "t")).toThrow(/can't be read/);
});

test("moves qualified names to other databases, and nothing else", () => {
  const databases = new Map([["shop", "scratch_1"]]);
  const moved = (sql: string): string => inDatabases(sql, databases);
  expect(moved("SELECT shop.t.a, `shop`.`t`.b, shop FROM shop.t")).toBe(
    "SELECT `scratch_1`.t.a, `scratch_1`.`t`.b, shop FROM `scratch_1`.t",
  );
  expect(moved("SELECT 'shop.t', \"shop.t\" /* shop.t */ FROM other.shop")).toBe(
    "SELECT 'shop.t', \"shop.t\" /* shop.t */ FROM other.shop",
  );
  expect(moved("SELECT t.shop.a FROM t")).toBe("SELECT t.shop.a FROM t");
});
