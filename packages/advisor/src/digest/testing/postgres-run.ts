import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type Random, seededRandom } from "../../random-database/random.ts";
import { HOSTILE_TEXTS } from "./hostile-texts.ts";
import { type KnownShape, type KnownShapes, sendSteps, type Step } from "./known-shape.ts";

/** A session whose own statements are not in the log. */
const SILENT =
  "-c log_min_duration_statement=-1 -c log_statement=none -c log_duration=off -c auto_explain.log_min_duration=-1";

export async function silentClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: SILENT });
  await client.connect();
  return client;
}

const TABLES = [
  "shape_simple",
  "shape_lines",
  "shape_unnamed",
  "shape_named",
  "shape_executed",
  "shape_fetched",
  "shape_changed",
  "shape_zero",
  "shape_duplicate",
  "shape_canceled",
  "shape_two",
] as const;

/** Makes the tables of the run, each with twelve rows. */
export async function prepareTables(silent: pg.Client): Promise<void> {
  for (const table of TABLES) {
    await silent.query(`drop table if exists ${table}`);
    await silent.query(
      `create table ${table} (id int primary key, name text not null, n bigint not null default 0)`,
    );
    await silent.query(`insert into ${table} select i, 'row ' || i from generate_series(1, 12) i`);
  }
}

/**
 * Sends a run of statements on three connections at once: simple and extended protocol, prepared and fetched in parts,
 * failing and canceled ones.
 */
export async function runOnPostgres(
  url: string,
  seed: number,
  perShape: number,
): Promise<KnownShapes> {
  const random = seededRandom(seed);
  const known = new Map<string, KnownShape>();
  const lists = [0, 1, 2].map((index) => {
    const steps = KINDS.flatMap((kind) => Array.from({ length: perShape }, () => kind(random)));
    return { application: `app ${index}`, steps: random.shuffle(steps) };
  });
  await Promise.all(lists.map(({ application, steps }) => sendOn(url, application, steps, known)));
  return known;
}

interface Clients {
  readonly client: pg.Client;
  /** Cancels what the other one sends. */
  readonly silent: pg.Client;
}

async function sendOn(
  url: string,
  application: string,
  steps: readonly Step<Clients>[],
  known: Map<string, KnownShape>,
): Promise<void> {
  const silent = await silentClient(url);
  const client = new pg.Client({ connectionString: url, application_name: application });
  try {
    await client.connect();
    await client.query(
      "prepare by_name(int, text) as select n from shape_executed where id = $1 and name <> $2",
    );
    await sendSteps({ client, silent }, steps, known);
  } finally {
    await client.end();
    await silent.end();
  }
}

type Kind = (random: Random) => Step<Clients>;

const KINDS: readonly Kind[] = [
  (random) => {
    const text = random.pick(HOSTILE_TEXTS);
    const constant = random.chance(0.3)
      ? `$note$${text.replaceAll("$note$", "")}$note$`
      : pg.escapeLiteral(text);
    return simple(
      "shape_simple",
      `select * from shape_simple where id = ${random.int(-5, 500)} and name <> ${constant}`,
    );
  },
  (random) => {
    const comment = random.pick(["LOG:  not a record", "duration: 1.000 ms  statement: x", "ü"]);
    return simple(
      "shape_lines",
      `select count(*)\n\tfrom shape_lines -- ${comment} ${random.int(1, 99)}\n where id = ${random.int(1, 9)}\n   /* ${comment}\n */ and n = ${random.int(0, 3)}.5;`,
    );
  },
  (random) =>
    extended("shape_unnamed", {
      text: "select * from shape_unnamed where id = $1 and (name = $2 or n = $3)",
      values: [
        random.int(1, 20),
        random.pick(HOSTILE_TEXTS),
        random.chance(0.5) ? null : random.int(1, 9),
      ],
    }),
  (random) =>
    extended("shape_named", {
      name: "named",
      text: "select n from shape_named\nwhere id between $1 and $2",
      values: [random.int(1, 5), random.int(6, 12)],
    }),
  (random) =>
    simple(
      "shape_executed",
      `execute by_name(${random.int(1, 12)}, ${pg.escapeLiteral(random.pick(HOSTILE_TEXTS))})`,
    ),
  (random) =>
    // Twelve rows, so that the server is asked three or more times.
    extended("shape_fetched", {
      text: "select * from shape_fetched where n >= $1",
      values: [0],
      rows: random.int(2, 5),
    }),
  (random) =>
    extended("shape_changed", {
      text: "update shape_changed set n = n + $1 where id <= $2",
      values: [random.int(1, 100), random.int(1, 12)],
    }),
  (random) =>
    simple("shape_two", `select ${random.int(1, 9)} from shape_two; select 2 from shape_two`),
  (random) =>
    simple("shape_zero", `select ${random.int(1, 99)} / (id - id) from shape_zero`, "22012"),
  (random) =>
    extended(
      "shape_duplicate",
      {
        text: "insert into shape_duplicate values ($1, $2)",
        values: [random.int(1, 12), random.pick(HOSTILE_TEXTS)],
      },
      "23505",
    ),
  (random) => {
    const id = random.int(1, 99);
    return random.chance(0.5)
      ? simple("shape_missing", `select * from shape_missing where id = ${id}`, "42P01")
      : extended(
          "shape_missing",
          { text: "select * from shape_missing where id = $1", values: [id] },
          "42P01",
        );
  },
  (random) => simple("shape_typo", `selec ${random.int(1, 99)} from shape_typo`, "42601"),
  () => ({
    table: "shape_canceled",
    code: "57014",
    send: (clients) => canceled(clients, "select pg_sleep(30) from shape_canceled"),
  }),
];

function simple(table: string, sql: string, code: string | null = null): Step<Clients> {
  return { table, code, send: ({ client }) => client.query(sql) };
}

/** `rows`: of each fetch, which the driver knows and its types don't. */
function extended(
  table: string,
  query: pg.QueryConfig & { readonly rows?: number },
  code: string | null = null,
): Step<Clients> {
  return { table, code, send: ({ client }) => client.query(query) };
}

/** Sends a statement that waits, and cancels it from another session once it runs. */
async function canceled({ client, silent }: Clients, sql: string): Promise<unknown> {
  // Known by the driver, though not by its types.
  const { processID } = client as unknown as { readonly processID: number };
  const sent = client.query(sql);
  const ended = sent.then(
    () => true,
    () => true,
  );
  do {
    await silent.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and state = 'active' and query = $2",
      [processID, sql],
    );
  } while (!(await Promise.race([ended, delay(20, false)])));
  return sent;
}
