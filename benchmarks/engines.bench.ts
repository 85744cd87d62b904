/**
 * The findings on PostgreSQL, MySQL and MariaDB, of the same rows and the same statements: `pnpm bench:engines [--record]`.
 * The servers are the testkit's; MySQL and MariaDB are planned on a second one of theirs. Exits 1 where engines differ in a
 * finding and no reason is known.
 */
import { parseArgs } from "node:util";
import {
  analyze,
  captureServers,
  engineFor,
  engineNamed,
  type EventSource,
  type Finding,
  type Report,
} from "@dbadvise/advisor";
import { startMariadb, startMysql, startPostgres, startPrivateServer } from "@dbadvise/testkit";
import mysql from "mysql2/promise";
import pg from "pg";
import { DIFFERENCES } from "./engines/differences.ts";
import { INDEXES, mysqlTypes, ROWS, rowsOf, TABLES, WORKLOAD } from "./engines/shop.ts";
import { recordResults } from "./record-results.ts";

const { values: options } = parseArgs({ options: { record: { type: "boolean", default: false } } });

/** Runs one statement. */
type Execute = (sql: string) => Promise<unknown>;

const progress = (message: string): boolean => process.stderr.write(`  ${message}\n`);

async function fill(execute: Execute, types: (sql: string) => string): Promise<void> {
  for (const table of TABLES) await execute(types(table));
  for (const table of ["customers", "orders", "items", "events"] as const) {
    const rows = [...rowsOf(table)].map(
      (row) =>
        `(${row.map((value) => (typeof value === "number" ? value : `'${value}'`)).join(", ")})`,
    );
    for (let at = 0; at < rows.length; at += 5_000)
      await execute(`insert into ${table} values ${rows.slice(at, at + 5_000).join(", ")}`);
  }
  for (const index of INDEXES) await execute(index);
}

async function onPostgres(): Promise<Report> {
  const database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  try {
    await client.connect();
    await fill((sql) => client.query(sql), String);
    await client.query("vacuum analyze");
    return await report(database.url, undefined);
  } finally {
    await client.end();
    await database.close();
  }
}

async function onMysql(engine: "mariadb" | "mysql"): Promise<Report> {
  const database = await (engine === "mysql" ? startMysql() : startMariadb());
  const scratch = await startPrivateServer(engine);
  const connection = await mysql.createConnection(database.url);
  try {
    await fill((sql) => connection.query(sql), mysqlTypes);
    await connection.query("analyze table customers, orders, items, events");
    return await report(database.url, scratch.url);
  } finally {
    await connection.end();
    await scratch.close();
    await database.close();
  }
}

async function report(url: string, scratchUrl: string | undefined): Promise<Report> {
  const engine = engineFor(url);
  const snapshot = await captureServers([url], { workload: false });
  return analyze({
    engine,
    snapshot,
    sources: [workload()],
    planner: (from) =>
      engine.createPlanner(from, progress, { ...(scratchUrl !== undefined && { scratchUrl }) }),
  });
}

function workload(): EventSource {
  return {
    name: "the shop's workload",
    events: (async function* () {
      for (const [calls, sql] of WORKLOAD) yield { sql, calls, totalMs: undefined };
    })(),
    summary: () => ({ records: WORKLOAD.length, unread: 0, seconds: undefined }),
  };
}

/** The same for a finding on each engine. */
function rowName({ code, object }: Finding): string {
  const columns = object.columns.map(plain).join(", ");
  const name = code.endsWith("-index") ? ` ${object.name}` : "";
  return `${code} ${object.table}${columns === "" ? "" : ` (${columns})`}${name}`;
}

/** A key as all engines write it. */
function plain(key: string): string {
  return key.replaceAll(/[`"]|::\w+/g, "").replace(/^\((.*)\)$/, "$1");
}

/** An advised index: its table, keys, and what else it has. */
function indexName({ object, ddl }: Finding): string {
  const applied = ddl?.apply.join(" ") ?? "";
  const [, include] = / include (\([^)]*\))/i.exec(applied) ?? [];
  const [, where] = / where (.*?);?$/i.exec(applied) ?? [];
  return [
    `${object.table} (${object.columns.map(plain).join(", ")})`,
    ...(include === undefined ? [] : [`INCLUDE ${include}`]),
    ...(where === undefined ? [] : [`WHERE ${where}`]),
  ].join(" ");
}

function wordFor(finding: Finding | undefined): string {
  if (finding === undefined) return "-";
  return finding.confidence === "insufficient-evidence"
    ? "insufficient evidence"
    : finding.confidence;
}

const reports: Report[] = [];
for (const open of [onPostgres, () => onMysql("mysql"), () => onMysql("mariadb")]) {
  const one = await open();
  process.stderr.write(
    `${one.server.product} ${one.server.version}: ${one.findings.length} findings\n`,
  );
  reports.push(one);
}

interface Row {
  readonly name: string;
  readonly words: readonly string[];
}

/** For each statement the indexes that are advised for it. */
async function indexRows(): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const [, sql] of WORKLOAD) {
    const words: string[] = [];
    for (const { server, findings } of reports) {
      const parsed = await engineNamed(server.engine).parse(sql);
      const advised = findings.filter(
        ({ code, queries }) =>
          code === "missing-index" &&
          parsed.kind === "query" &&
          queries.some(({ fingerprint }) => fingerprint === parsed.fingerprint),
      );
      words.push(advised.map(indexName).join("; ") || "-");
    }
    if (words.some((word) => word !== "-"))
      found.push({ name: `missing-index: \`${sql}\``, words });
  }
  return found;
}

function otherRows(): readonly Row[] {
  const named = reports.map(
    ({ findings }) =>
      new Map(
        findings
          .filter(({ code }) => code !== "missing-index")
          .map((finding) => [rowName(finding), finding]),
      ),
  );
  const names = [...new Set(named.flatMap((findings) => [...findings.keys()]))].toSorted();
  return names.map((name) => ({
    name,
    words: named.map((findings) => wordFor(findings.get(name))),
  }));
}

const unexplained: string[] = [];
const lines = [
  `| Finding | ${reports.map(({ server }) => server.product).join(" | ")} | Why they differ |`,
  `|${"-|".repeat(reports.length + 2)}`,
  ...[...(await indexRows()), ...otherRows()].map(({ name, words }) => {
    const differ = new Set(words).size > 1;
    const reason = differ ? DIFFERENCES.find((one) => one.row.test(name))?.reason : "";
    if (reason === undefined) unexplained.push(name);
    return `| ${name} | ${words.join(" | ")} | ${reason ?? "**not explained**"} |`;
  }),
  "",
  ...reports.map(
    ({ server, planner, notAnalyzed, workload: { queries } }) =>
      `- ${server.product} ${server.version}: ${queries} shapes, planned by ${planner?.name ?? "nobody"}; not analysed: ${
        notAnalyzed.objects
          .map(({ object }) => object)
          .concat(notAnalyzed.queries.map(({ sql }) => sql))
          .join(", ") || "nothing"
      }.`,
  ),
];
for (const line of lines) process.stdout.write(`${line}\n`);
if (options.record) {
  recordResults({
    name: "engines",
    title: "The same shop on PostgreSQL, MySQL and MariaDB",
    command: "pnpm bench:engines --record",
    about: `The same ${Object.values(ROWS)
      .reduce((sum, count) => sum + count, 0)
      .toLocaleString(
        "en",
      )} rows and ${WORKLOAD.length} statements (benchmarks/engines) on each server. Costs are not compared: each engine has a unit of its own.`,
    lines,
  });
}
if (unexplained.length > 0) process.exitCode = 1;
