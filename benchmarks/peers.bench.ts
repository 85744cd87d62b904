/**
 * What other tools say about indexes that can go, beside ours: `pnpm bench:peers [--record] [--tables 60] [--seed 1]`.
 * percona-toolkit's pt-duplicate-key-checker and the sys schema's views, on MySQL and MariaDB, on tables with random indexes
 * that have much in common. Exits 1 where a claim is neither ours nor explained. pt-duplicate-key-checker must be installed.
 */
import { parseArgs } from "node:util";
import { analyze, engineFor, type EventSource, type Snapshot } from "@dbadvise/advisor";
import { startMariadb, startMysql, startPrivateServer } from "@dbadvise/testkit";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { constellations } from "./peers/constellations.ts";
import { describe, drops, explainClaim, plain, type Verdict } from "./peers/explain-claim.ts";
import { type Claim, duplicateKeyChecker, systemViews } from "./peers/peer-claims.ts";
import { recordResults } from "./record-results.ts";

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    tables: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
});
/** The checks that name what a drop rests on. */
const WHY: ReadonlySet<string> = new Set(["duplicate", "prefix", "hidden", "scans"]);
const lines: string[] = [];
const say = (line = ""): void => {
  lines.push(line);
  process.stdout.write(`${line}\n`);
};

let unexplained = 0;
for (const product of [
  { program: "mysql" as const, start: startMysql, hidden: "invisible" as const },
  { program: "mariadb" as const, start: startMariadb, hidden: "ignored" as const },
])
  unexplained += await compare(product);
if (options.record)
  recordResults({
    name: "peers",
    title: "Indexes that can go, beside other tools",
    command: `pnpm bench:peers --tables ${options.tables} --seed ${options.seed} --record`,
    about:
      "Claims of pt-duplicate-key-checker and of the sys schema's views on the same databases. The reasons are read from our findings' evidence, and where there is no finding from the catalog; names and numbers are left out, so that alike ones are one line.",
    lines,
  });
process.exit(unexplained === 0 ? 0 : 1);

async function compare({
  program,
  start,
  hidden,
}: {
  readonly program: "mariadb" | "mysql";
  readonly start: typeof startMysql;
  readonly hidden: "ignored" | "invisible";
}): Promise<number> {
  const database = await start();
  const scratch = await startPrivateServer(program);
  const connection = await createConnection({ uri: database.url });
  try {
    await connection.query(
      "create table numbers (i int primary key) as with recursive n as (select 1 as i union all select i + 1 from n where i < 1000) select i from n",
    );
    await connection.query("insert into numbers select i + 1000 from numbers");
    await connection.query(
      "create table parents (id int primary key) as select i - 1 as id from numbers where i <= 300",
    );
    const made = constellations(Number(options.seed), Number(options.tables), hidden);
    for (const { statements } of made) for (const sql of statements) await connection.query(sql);
    const queries = made.flatMap((each) => each.queries);
    // What is asked shows in the counters, where the server counts.
    for (const sql of queries) await connection.query(sql);
    const [[version]] = await connection.query<RowDataPacket[]>("select version() as version");
    const claims = [
      ...(await duplicateKeyChecker(database.url)),
      ...(await systemViews(connection)),
    ];

    const engine = engineFor(database.url);
    const session = await engine.connect(database.url);
    const captured = await engine.capture(session, { values: true, workload: false, node: "db" });
    await session.close();
    const snapshot = aged(captured);
    const report = await analyze({
      engine,
      snapshot,
      sources: [source(queries)],
      planner: (from) => engine.createPlanner(from, () => {}, { scratchUrl: scratch.url }),
    });

    const own = made.map(({ table }) => table);
    const relevant = claims.filter(({ table }) => own.includes(table));
    const verdicts = relevant.map((claim) => ({ claim, ...explainClaim(claim, report, snapshot) }));
    const indexes = snapshot.catalog.tables
      .filter(({ name }) => own.includes(name))
      .reduce((sum, table) => sum + table.indexes.length, 0);
    say(`## ${String(version?.["version"])}`);
    say();
    say(
      `${made.length} tables with ${indexes} indexes, ${queries.length} queries; planner: ${report.planner?.name ?? "none"}.`,
    );
    say();
    for (const { object, reason } of report.notAnalyzed.objects) {
      say(`Not analysed: ${object.replaceAll(/dbadvise_test_\w+\./g, "")}: ${reason}`);
      say();
    }
    summary(verdicts);
    say();
    say("Claims that are not ours as they are, and why:");
    say();
    reasons(verdicts.filter(({ agreed }) => agreed !== "advised"));
    say();
    say("Drops that we advise and none of them names:");
    say();
    say("| Finding | Why | Count | Example |");
    say("|-|-|-|-|");
    const advised = drops(report).filter(
      ({ ddl, object }) => ddl !== null && own.includes(object.table),
    );
    const alone = advised.filter(
      ({ object }) =>
        !relevant.some(({ table, index }) => table === object.table && index === object.name),
    );
    const groups = Map.groupBy(
      alone,
      ({ code, evidence }) =>
        `${code} | ${plain(evidence.find(({ check }) => WHY.has(check))?.detail ?? "")}`,
    );
    for (const [key, group] of [...groups].toSorted((a, b) => b[1].length - a[1].length)) {
      const [first] = group;
      const index = snapshot.catalog.tables
        .find(({ name }) => name === first?.object.table)
        ?.indexes.find(({ name }) => name === first?.object.name);
      say(`| ${key} | ${group.length} | ${first?.object.table}: ${describe(index ?? null)} |`);
    }
    say();
    say(
      `Of our ${advised.length} advised drops ${advised.length - alone.length} are named by one of them.`,
    );
    say();
    return verdicts.filter(({ agreed }) => agreed === "unexplained").length;
  } finally {
    await connection.end();
    await database.close();
    await scratch.close();
  }
}

/**
 * Counters as if they had run for five weeks, those of tables that are younger than the server included: a benchmark can't
 * wait. Where the server counts nothing it stays so.
 */
function aged(snapshot: Snapshot): Snapshot {
  const all = snapshot.catalog.tables.flatMap(({ schema, name, indexes }) =>
    indexes.map((index) => ({ schema, name: `${name}.${index.name}` })),
  );
  const since = new Date(Date.parse(snapshot.capturedAt) - 35 * 86_400_000).toISOString();
  return {
    ...snapshot,
    nodes: snapshot.nodes.map((node) => {
      if (node.indexes.length === 0) return node;
      const counted = new Set(node.indexes.map(({ index }) => index.name));
      const unread = { scans: 0, tuplesRead: 0, tuplesFetched: 0, lastScan: null };
      return {
        ...node,
        since,
        standbys: 0,
        indexes: [
          ...node.indexes,
          ...all.filter(({ name }) => !counted.has(name)).map((index) => ({ index, ...unread })),
        ],
      };
    }),
  };
}

function source(statements: readonly string[]): EventSource {
  return {
    name: "queries",
    events: (async function* () {
      for (const sql of statements) yield { sql, calls: 100, totalMs: 1_000 };
    })(),
    summary: () => ({ records: statements.length, unread: 0, seconds: undefined }),
  };
}

function summary(verdicts: readonly (Verdict & { readonly claim: Claim })[]): void {
  const kinds = [
    "advised",
    "the other of the two is advised",
    "named, not advised",
    "rejected",
    "unexplained",
  ] as const;
  say(`| | Claims | ${kinds.join(" | ")} |`);
  say(`|-|${"-|".repeat(kinds.length + 1)}`);
  for (const [peer, own] of Map.groupBy(verdicts, ({ claim }) => claim.peer)) {
    const counts = kinds.map((kind) => own.filter(({ agreed }) => agreed === kind).length);
    say(`| ${peer} | ${own.length} | ${counts.join(" | ")} |`);
  }
}

function reasons(verdicts: readonly (Verdict & { readonly claim: Claim })[]): void {
  say("| Tool | | Reason | Count | Example |");
  say("|-|-|-|-|-|");
  const groups = Map.groupBy(
    verdicts,
    ({ claim, agreed, reason }) => `${claim.peer} | ${agreed} | ${reason}`,
  );
  for (const [key, group] of [...groups].toSorted((a, b) => b[1].length - a[1].length))
    say(`| ${key} | ${group.length} | ${group[0]?.example ?? ""} |`);
}
