import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import mysql, { type Connection } from "mysql2/promise";
import { type Random, seededRandom } from "../../random-database/random.ts";
import { HOSTILE_TEXTS } from "./hostile-texts.ts";
import { type KnownShape, type KnownShapes, sendSteps, type Step, tableIn } from "./known-shape.ts";
import type { LoggedShape } from "./read-json-durations.ts";
import type { StartedServer, StartServer } from "./start-server.ts";

const LOG_FILE = "truth-slow.log";

const SETTINGS = {
  mysql: { "log-slow-extra": "ON" },
  mariadb: { "log-slow-verbosity": "query_plan,explain" },
} as const;

/** A server whose slow query log has everything that is sent to it after its tables were made. */
export function startLoggingMysql(
  start: StartServer,
  engine: keyof typeof SETTINGS,
): Promise<StartedServer> {
  return start(engine, {
    "long-query-time": "0",
    "slow-query-log-file": LOG_FILE,
    ...SETTINGS[engine],
  });
}

const TABLES = ["simple", "lines", "prepared", "changed", "duplicate"] as const;

/** Sends a run of statements on three connections at once. Returns what is known of it, and the slow log. */
export async function runOnMysql(
  server: StartedServer,
  seed: number,
  perShape: number,
): Promise<{ readonly known: KnownShapes; readonly file: string }> {
  const random = seededRandom(seed);
  const known = new Map<string, KnownShape>();
  const file = join(server.data, LOG_FILE);
  const owner = await mysql.createConnection(server.url);
  try {
    for (const table of TABLES) {
      await owner.query(
        `create table shape_${table} (id int primary key, name text not null, n bigint not null default 0)`,
      );
      for (let id = 1; id <= 12; id++)
        await owner.query(`insert into shape_${table} (id, name) values (${id}, 'row ${id}')`);
    }
    await owner.query("set global slow_query_log = 1");
    const lists = [0, 1, 2].map(() =>
      random.shuffle(KINDS.flatMap((kind) => Array.from({ length: perShape }, () => kind(random)))),
    );
    await Promise.all(lists.map((steps) => sendOn(server.url, steps, known)));
    // On a connection of its own: to MariaDB the setting counts only for new ones.
    const last = text("shape_last", "select 'the end of the run'");
    await sendOn(server.url, [last], new Map());
    while (!readFileSync(file, "utf8").includes("the end of the run")) await delay(20);
  } finally {
    await owner.end();
  }
  return { known, file };
}

async function sendOn(
  url: string,
  steps: readonly Step<Connection>[],
  known: Map<string, KnownShape>,
): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    await sendSteps(connection, steps, known);
  } finally {
    await connection.end();
  }
}

type Kind = (random: Random) => Step<Connection>;

const KINDS: readonly Kind[] = [
  (random) =>
    text(
      "shape_simple",
      `select * from shape_simple where id = ${random.int(-5, 500)} and name <> ${mysql.escape(random.pick(HOSTILE_TEXTS))}`,
    ),
  (random) =>
    text(
      "shape_lines",
      `select count(*)\n\tfrom shape_lines -- Query_time: 1  Lock_time: 2 ${random.int(1, 99)}\n where id = ${random.int(1, 9)} # comment\n  /* # Time: 1\n */ and n = ${random.int(0, 3)}.5;`,
    ),
  (random) => ({
    table: "shape_prepared",
    code: null,
    send: (connection) =>
      connection.execute("select * from shape_prepared where id = ? and name <> ?", [
        random.int(1, 12),
        random.pick(HOSTILE_TEXTS),
      ]),
  }),
  (random) =>
    text(
      "shape_changed",
      `update shape_changed set n = n + ${random.int(1, 9)} where id <= ${random.int(1, 12)}`,
    ),
  (random) =>
    text(
      "shape_duplicate",
      `insert into shape_duplicate values (${random.int(1, 12)}, 'x', 0)`,
      "1062",
    ),
  (random) =>
    text("shape_missing", `select * from shape_missing where id = ${random.int(1, 9)}`, "1146"),
  (random) => text("shape_typo", `selec ${random.int(1, 9)} from shape_typo`, "1064"),
];

function text(table: string, sql: string, code: string | null = null): Step<Connection> {
  return { table, code, send: (connection) => connection.query(sql) };
}

/**
 * A second reader of slow logs, as simple as can be. It takes every line that begins like a header's for one, which a constant of
 * this run never does.
 */
export function readSlowDurations(file: string): ReadonlyMap<string, LoggedShape> {
  const shapes = new Map<string, LoggedShape>();
  const records = readFileSync(file, "utf8")
    .split(/^# Query_time: /m)
    .slice(1);
  for (const record of records) {
    const [, whole, decimals] = /^(\d+)\.(\d{6})/.exec(record) ?? [];
    const errno = Number(/ Errno: (\d+)/.exec(record.split("\n", 1)[0] ?? "")?.[1] ?? 0);
    const [, sql = ""] = record.split(/^SET timestamp=\d+;\n/m);
    if (sql.startsWith("# administrator command: ")) continue;
    const table = tableIn(sql) ?? "";
    const shape = shapes.get(table) ?? { us: [], laterUs: 0, errors: 0 };
    shapes.set(table, shape);
    if (errno > 0) shape.errors++;
    else shape.us.push(Number(whole) * 1_000_000 + Number(decimals));
  }
  return shapes;
}
