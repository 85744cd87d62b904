/**
 * How many of the statements that MySQL and MariaDB take a parser reads: `pnpm bench:parse --tests FOLDER [--peers FOLDER] [--record]`.
 * FOLDER of tests is a `mysql-test` (Debian's package `mariadb-test-data`); each query in it is given to both servers, and what they do
 * not call a syntax error is given to the parsers. FOLDER of peers holds a `node_modules` with those to compare.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { engineFor } from "@dbadvise/advisor";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { testStatements } from "./parse/test-statements.ts";
import { recordResults } from "./record-results.ts";

const { values: options } = parseArgs({
  options: {
    tests: { type: "string" },
    peers: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
if (options.tests === undefined) throw new Error("--tests is missing: the folder of a mysql-test");

const { parse, splitStatements } = engineFor("mysql://localhost/");

/** Whether it reads the text; `dialect` is the server's. */
type Reads = (sql: string, dialect: "mysql" | "mariadb") => boolean | Promise<boolean>;

const SYNTAX_ERRORS: ReadonlySet<unknown> = new Set([1064, 1149]);

async function takenBy(connection: Connection, sql: string): Promise<boolean> {
  try {
    await connection.query("PREPARE tried FROM ?", [sql]);
    return true;
  } catch (error) {
    const errno = error instanceof Error && "errno" in error ? error.errno : undefined;
    if (typeof errno !== "number" || (errno >= 2000 && errno < 3000)) throw error;
    // A table that is not there, say: the server has read the text by then.
    return !SYNTAX_ERRORS.has(errno);
  }
}

function withoutThrowing(read: (sql: string, dialect: string) => unknown): Reads {
  return (sql, dialect) => {
    try {
      read(sql, dialect);
      return true;
    } catch {
      return false;
    }
  };
}

async function parsers(): Promise<ReadonlyMap<string, Reads>> {
  const found = new Map<string, Reads>([
    ["dbadvise", async (sql) => (await parse(sql)).kind === "query"],
  ]);
  if (options.peers === undefined) return found;
  const load = createRequire(pathToFileURL(resolve(options.peers, "peers.js")));
  const rust = load("@guanmingchiu/sqlparser-ts") as {
    init(): Promise<void>;
    parse(sql: string, dialect: string): unknown;
  };
  await rust.init();
  found.set(
    "@guanmingchiu/sqlparser-ts",
    withoutThrowing((sql) => rust.parse(sql, "mysql")),
  );
  const { Parser } = load("node-sql-parser") as {
    Parser: new () => { astify(sql: string, options: { readonly database: string }): unknown };
  };
  const parser = new Parser();
  found.set(
    "node-sql-parser",
    withoutThrowing((sql, dialect) =>
      parser.astify(sql, { database: dialect === "mysql" ? "MySQL" : "MariaDB" }),
    ),
  );
  return found;
}

const lines = [
  "| Server | Parser | Statements | Queries read | Writes read | us each |",
  "| --- | --- | ---: | ---: | ---: | ---: |",
];
const statements = testStatements(options.tests, splitStatements);
for (const [dialect, start] of [
  ["mysql", startMysql],
  ["mariadb", startMariadb],
] as const) {
  const database = await start();
  const connection = await createConnection(database.url);
  const [[row]] = (await connection.query("SELECT VERSION() AS version")) as unknown as [
    [{ readonly version: string }],
  ];
  const taken: string[] = [];
  for (const sql of statements) if (await takenBy(connection, sql)) taken.push(sql);
  await connection.end();
  await database.close();
  for (const [name, reads] of await parsers()) {
    const tally = { query: { all: 0, read: 0 }, write: { all: 0, read: 0 } };
    const from = performance.now();
    for (const sql of taken) {
      const kind = /^[(\s]*(?:insert|replace|update|delete)/i.test(sql) ? "write" : "query";
      tally[kind].all += 1;
      if (await reads(sql, dialect)) tally[kind].read += 1;
    }
    const each = ((performance.now() - from) / taken.length) * 1000;
    const shares = [tally.query, tally.write].map(
      ({ all, read }) => `${read} of ${all}, ${((100 * read) / all).toFixed(2)} %`,
    );
    const line = `| ${row.version} | ${name} | ${taken.length} | ${shares.join(" | ")} | ${each.toFixed(0)} |`;
    lines.push(line);
    process.stdout.write(`${line}\n`);
  }
}
if (options.record) {
  recordResults({
    name: "parse",
    title: "Statements of MariaDB's own tests that parsers read",
    command: "pnpm bench:parse --tests mysql-test --peers peers --record",
    about: `${statements.length} texts of queries and writes; of each server those that it does not call a syntax error.`,
    lines,
  });
}
