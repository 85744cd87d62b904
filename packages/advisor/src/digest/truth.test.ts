import { randomInt } from "node:crypto";
import { startPrivateServer } from "@dbadvise/testkit";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Digest, ShapeDigest } from "./digest.ts";
import { HISTOGRAM_ERROR, percentile } from "./histogram.ts";
import { runDigest } from "./run-digest.ts";
import { type KnownShapes, tableIn } from "./testing/known-shape.ts";
import { readSlowDurations, runOnMysql, startLoggingMysql } from "./testing/mysql-run.ts";
import { prepareTables, runOnPostgres, silentClient } from "./testing/postgres-run.ts";
import { type LoggedShape, readJsonDurations } from "./testing/read-json-durations.ts";
import {
  LOG_LINE_PREFIX,
  type LoggedRun,
  type LoggingPostgres,
  startLoggingPostgres,
} from "./testing/start-logging-postgres.ts";

/** Of each kind of statement on each of three connections. */
const PER_SHAPE = 8;
const SEED = randomInt(2 ** 31);

/** The shape whose statements name the table; there must be one at most. */
function shapeOn(digest: Digest, table: string): ShapeDigest | undefined {
  const shapes = digest.shapes.filter(({ text }) => tableIn(text) === table);
  expect(shapes.length, `shapes on ${table}`).toBeLessThanOrEqual(1);
  return shapes[0];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Calls, errors and times against what a simpler reader found in the same log: exact, percentiles within the error. */
function expectLogged(digest: Digest, logged: ReadonlyMap<string, LoggedShape>): void {
  for (const [table, { us, laterUs, errors }] of logged) {
    if (table === "") continue;
    const shape = shapeOn(digest, table);
    const found = { calls: shape?.calls ?? 0, errors: shape?.errors ?? 0 };
    expect({ table, ...found }).toEqual({ table, calls: us.length, errors });
    if (shape === undefined || us.length === 0) continue;
    const sorted = us.toSorted((a, b) => a - b);
    expect(shape).toMatchObject({
      timedCalls: us.length,
      totalUs: sum(us) + laterUs,
      minUs: sorted[0],
      maxUs: sorted.at(-1),
    });
    for (const share of [0.5, 0.95, 0.99, 1]) {
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
      const estimate = percentile(shape.histogram, share) ?? Number.NaN;
      expect(
        Math.abs(estimate - exact),
        `${table} at ${share}: ${estimate} for ${exact}`,
      ).toBeLessThanOrEqual(exact * HISTOGRAM_ERROR);
    }
  }
  const inLog = [...logged.values()];
  const counts = [...digest.shapes, ...(digest.other === null ? [] : [digest.other])];
  expect(sum(counts.map(({ calls }) => calls))).toBe(sum(inLog.map(({ us }) => us.length)));
  expect(sum(counts.map(({ totalUs }) => totalUs))).toBe(
    sum(inLog.flatMap(({ us, laterUs }) => [...us, laterUs])),
  );
  expect(sum(digest.timeline.map(({ calls }) => calls))).toBe(
    sum(counts.map(({ calls }) => calls)),
  );
  expect(digest.unread).toEqual({ lines: 0, bytes: 0 });
}

/** Calls and failures against what was sent. */
function expectKnown(digest: Digest, known: KnownShapes, skip: readonly string[] = []): void {
  for (const [table, { calls, failures }] of known) {
    if (skip.includes(table)) continue;
    const shape = shapeOn(digest, table);
    const codes = digest.failures
      .map(({ code, shapes }) => [code, shapes.find(({ id }) => id === shape?.id)?.count ?? 0])
      .filter(([, count]) => count !== 0);
    expect({ table, calls: shape?.calls, failures: Object.fromEntries(codes) }).toEqual({
      table,
      calls,
      failures,
    });
  }
}

/** Without what a format does not tell: its name, the server's numbers of shapes, and Windows line breaks in constants. */
function comparable(digest: Digest): unknown {
  return JSON.parse(
    JSON.stringify({
      ...digest,
      sources: null,
      shapes: digest.shapes.map((shape) => ({ ...shape, queryId: null })),
    }).replaceAll("\\r\\n", "\\n"),
  );
}

describe(`PostgreSQL, seed ${SEED}`, () => {
  let server: LoggingPostgres;
  let silent: pg.Client;

  beforeAll(async () => {
    server = await startLoggingPostgres(startPrivateServer);
    silent = await silentClient(server.url);
    await silent.query("create extension pg_stat_statements");
  });
  afterAll(async () => {
    await silent.end();
    await server.close();
  });

  /** Runs with the settings; what was sent, what the log's formats hold, and what the server counted. */
  async function logged(
    name: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<{
    readonly known: KnownShapes;
    readonly files: LoggedRun;
    readonly digest: Digest;
    readonly counted: Readonly<Record<string, number>>;
  }> {
    await prepareTables(silent);
    await silent.query("select pg_stat_statements_reset()");
    let known: KnownShapes = new Map();
    const files = await server.log(name, settings, async () => {
      known = await runOnPostgres(server.url, SEED, PER_SHAPE);
    });
    const { rows } = await silent.query<{ table: string; calls: string }>(
      `select substring(query from 'shape_[a-z]+') as table, sum(calls) as calls from pg_stat_statements
       where query ~ 'shape_' and query !~ 'create table|drop table|generate_series' group by 1`,
    );
    const [digest, csv, stderr] = await Promise.all([
      runDigest({ inputs: [files.jsonlog], workers: 1 }),
      runDigest({ inputs: [files.csvlog], workers: 1 }),
      runDigest({ inputs: [files.stderr], workers: 1, prefix: LOG_LINE_PREFIX }),
    ]);
    expect(comparable(csv)).toEqual(comparable(digest));
    expect(comparable(stderr)).toEqual(comparable(digest));
    const inferred = await runDigest({ inputs: [files.stderr], workers: 2 });
    expect(inferred.shapes.map(({ calls, totalUs, text }) => [calls, totalUs, text])).toEqual(
      digest.shapes.map(({ calls, totalUs, text }) => [calls, totalUs, text]),
    );
    return {
      known,
      files,
      digest,
      counted: Object.fromEntries(rows.map(({ table, calls }) => [table, Number(calls)])),
    };
  }

  test.each([
    ["log_min_duration_statement", { log_min_duration_statement: "0" }],
    ["log_statement with log_duration", { log_statement: "all", log_duration: "on" }],
    [
      "log_min_duration_statement with plans as text",
      {
        log_min_duration_statement: "0",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_analyze": "on",
      },
    ],
    [
      "log_min_duration_statement with plans as JSON",
      {
        log_min_duration_statement: "0",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_format": "json",
      },
    ],
  ])("%s", async (name, settings) => {
    const { known, files, digest, counted } = await logged(name.replaceAll(" ", "_"), settings);
    expectKnown(digest, known);
    expectLogged(digest, readJsonDurations(files.jsonlog));
    for (const [table, { calls }] of known) {
      // The server counts the two statements of one message apart.
      const statements = table === "shape_two" ? 2 : 1;
      expect({ table, calls: counted[table] ?? 0 }).toEqual({ table, calls: calls * statements });
    }
    // All that was sent, as it was sent.
    const sent = shapeOn(digest, "shape_unnamed")?.examples ?? [];
    expect(sent.length).toBeGreaterThan(0);
    for (const { sql, parameters } of sent) {
      expect(sql).toBe("select * from shape_unnamed where id = $1 and (name = $2 or n = $3)");
      expect(parameters).toMatch(/\$1 = '\d+', \$2 = '.*', \$3 = (NULL|'\d+')$/s);
    }
    const plans = Object.keys(settings).some((setting) => setting.startsWith("auto_explain"));
    expect(shapeOn(digest, "shape_simple")?.plan?.text ?? "").toMatch(
      plans ? /shape_simple/ : /^$/,
    );
  });

  test.each(["text", "json"])("plans alone, as %s", async (format) => {
    const { known, files, digest } = await logged(`plans_${format}`, {
      "auto_explain.log_min_duration": "0",
      "auto_explain.log_format": format,
    });
    // The text of EXECUTE is that of PREPARE there, and each statement of a message has a plan.
    expectKnown(digest, known, ["shape_executed", "shape_two"]);
    expect(shapeOn(digest, "shape_two")?.calls).toBe((known.get("shape_two")?.calls ?? 0) * 2);
    if (format === "json")
      expectLogged(digest, readJsonDurations(files.jsonlog, { plansOnly: true }));
  });
});

/** What the servers log of a run: MySQL nothing that it can't parse, MariaDB 10.11 failed statements like all others. */
const asLogged = {
  mysql: (known: KnownShapes): KnownShapes =>
    new Map([...known].filter(([table]) => table !== "shape_typo")),
  mariadb: (known: KnownShapes): KnownShapes =>
    new Map(
      [...known].map(([table, { calls, failures }]) => [
        table,
        { calls: calls + sum(Object.values(failures)), failures: {} },
      ]),
    ),
};

describe.each(["mysql", "mariadb"] as const)(`%s, seed ${SEED}`, (engine) => {
  test("the slow log", async () => {
    const server = await startLoggingMysql(startPrivateServer, engine);
    try {
      const { known, file } = await runOnMysql(server, SEED, PER_SHAPE);
      const digest = await runDigest({ inputs: [file], workers: 1 });
      expectKnown(digest, asLogged[engine](known));
      expectLogged(digest, readSlowDurations(file));
    } finally {
      await server.close();
    }
  });
});
