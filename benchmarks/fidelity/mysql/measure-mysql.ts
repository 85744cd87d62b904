import { type Engine, engineFor, type Planner, type Query, type Snapshot } from "@dbadvise/advisor";
import { startPrivateServer } from "@dbadvise/testkit";
import { createConnection } from "mysql2/promise";
import { recordResults } from "../../record-results.ts";
import { shopOf } from "./data.ts";
import { accessText, measure, type Measured } from "./measure.ts";
import type { FidelityOptions } from "../options.ts";
import { SHAPES } from "./shapes.ts";

/** Share of the shapes that must agree. */
const WITHIN = 0.9;
/** The data fit the buffer pool, as those that are read often do in production. */
const SETTINGS = {
  "innodb-buffer-pool-size": "512M",
  // As servers come, not as tests have them.
  "innodb-stats-persistent-sample-pages": "20",
  "innodb-stats-auto-recalc": "ON",
};
/** MariaDB samples anew whenever an index is built: of 20 pages by chance it says 4 rows per key, then 8. */
const SAMPLE_PAGES = 2_000;

/** The planners that are measured: the bars hold for the first. */
const PLANNERS = ["scratch", "model"];

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Whether enough of the first planner's answers are the server's. */
export async function measureMysql(
  product: "mariadb" | "mysql",
  options: FidelityOptions,
): Promise<boolean> {
  const { seed, loaded } = options;
  const server =
    loaded === ""
      ? await startPrivateServer(product, {
          ...SETTINGS,
          "innodb-stats-persistent-sample-pages": String(SAMPLE_PAGES),
        })
      : { url: loaded, close: () => Promise.resolve() };
  const scratch = await startPrivateServer(product, SETTINGS);
  const connection = await createConnection(server.url);
  try {
    if (loaded === "") {
      tell("loading data");
      for (const statement of shopOf(Number(seed))) await connection.query(statement);
    }
    const engine = engineFor(server.url);
    const session = await engine.connect(server.url);
    const snapshot = await engine.capture(session, {
      values: true,
      workload: false,
      node: "benchmark",
    });
    const planners: Planner[] = [];
    const ready: string[] = [];
    for (const name of PLANNERS) {
      const choice = engine.planners.find((known) => known.name === name);
      if (choice === undefined) throw new Error(`${engine.name} has no planner "${name}"`);
      const started = performance.now();
      const planner = await choice.create(snapshot, tell, { scratchUrl: scratch.url });
      ready.push(
        `${planner.name} ready after ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
      for (const gap of planner.gaps) tell(`gap: ${gap.object}: ${gap.reason}`);
      planners.push(planner);
    }
    const productName = snapshot.server.product ?? "MySQL";
    const shapes = SHAPES.filter(
      ({ name, only }) =>
        name.includes(options.only) && (only === undefined || only === productName),
    );
    const results: Measured[] = [];
    for (const shape of shapes) {
      tell(shape.name);
      const query = await queryOf(engine, snapshot, shape.sql);
      results.push(await measure(connection, planners, snapshot, shape, query));
    }
    const version = /^\d+\.\d+/.exec(snapshot.server.version)?.[0] ?? "";
    const rows = snapshot.catalog.tables.reduce((sum, one) => sum + one.rows, 0);
    const lines = [
      `Server: ${productName} ${snapshot.server.version}, ${snapshot.catalog.tables.length} tables of ${(rows / 1e6).toFixed(1)} million rows. Snapshot: ${Math.round(JSON.stringify(snapshot).length / 1024)} KB. ${ready.join("; ")}.`,
      ...(loaded === ""
        ? [
            `It counts keys on ${SAMPLE_PAGES} pages, so that it says the same twice; the copy's server on 20.`,
          ]
        : []),
      ...planners.map((planner) => {
        const { planned, milliseconds } = planner.calls();
        return `${planner.name}: ${planned} plans, ${(planned / (milliseconds / 1000)).toFixed(0)} per second.`;
      }),
      "",
      ...table(results, planners),
      "",
      ...summary(results, planners),
    ];
    for (const line of lines) say(line);
    if (options.plans) for (const line of differences(results, planners)) say(line);
    if (options.record) {
      recordResults({
        name: `fidelity-${product}-${version}`,
        title: `Plans with indexes that are not there, ${productName} ${version}`,
        command: `pnpm bench:fidelity --engine ${product} --seed ${seed} --record${loaded === "" ? "" : " --loaded URL"}`,
        about:
          "How each table is read: access type, index (+ is the shape's new one), rows. The server's answer is EXPLAIN's after the index was really built.",
        lines,
      });
    }
    for (const planner of planners) await planner.close();
    await session.close();
    return passes(results);
  } finally {
    await connection.end();
    await scratch.close();
    await server.close();
  }
}

async function queryOf(engine: Engine, { catalog }: Snapshot, sql: string): Promise<Query> {
  const parsed = await engine.parse(sql);
  if (parsed.kind !== "query") throw new Error(`not a query: ${sql}`);
  const { fingerprint, normalized } = parsed;
  return {
    fingerprint,
    sql: normalized,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [{ sql, durationMs: undefined }],
    sources: [],
    callSites: [],
    statement: parsed.describe(catalog),
  };
}

function passes(results: readonly Measured[]): boolean {
  const first = results.map(({ answers }) => answers[0]?.whatIf);
  const enough = (of: "near" | "same"): boolean =>
    first.filter((one) => one?.[of] === true).length >= results.length * WITHIN;
  return enough("same") && enough("near");
}

function table(results: readonly Measured[], planners: readonly Planner[]): readonly string[] {
  return [
    `| Query | Server |${planners.map(({ name }) => ` ${name} | rows |`).join("")}`,
    `|-|-|${planners.map(() => "-|-|").join("")}`,
    ...results.map(({ shape, real, answers }) => {
      const cells = answers.map(({ whatIf }) => {
        const text = whatIf.same ? "same" : `NO: ${texts(whatIf.accesses) || whatIf.lines[0]}`;
        return ` ${text} | ${whatIf.near ? "yes" : `NO: ${texts(whatIf.accesses)}`} |`;
      });
      return `| ${shape.name} | ${texts(real)} |${cells.join("")}`;
    }),
  ];
}

function texts(accesses: Measured["real"]): string {
  return accesses.map(accessText).join("; ");
}

function summary(results: readonly Measured[], planners: readonly Planner[]): readonly string[] {
  return planners.map(({ name }, at) => {
    const count = (of: (one: Measured["answers"][number]) => boolean): string =>
      `${results.filter(({ answers }) => answers[at] !== undefined && of(answers[at])).length}`;
    return (
      `- ${name}, of ${results.length} shapes: access types and indexes as on the server ${count(({ whatIf }) => whatIf.same)}` +
      ` (before the index is there ${count(({ base }) => base.same)}), rows within 2x ${count(({ whatIf }) => whatIf.near)}` +
      ` (before ${count(({ base }) => base.near)}), size of the index within 15 % ${count(({ size }) => Math.abs(size - 1) <= 0.15)}.`
    );
  });
}

/** What the server and a planner say, of each shape where they differ. */
function differences(
  results: readonly Measured[],
  planners: readonly Planner[],
): readonly string[] {
  return results.flatMap(({ shape, before, real, answers }) =>
    answers.flatMap(({ base, whatIf }, at) =>
      [
        { when: "before", server: before, answered: base },
        { when: "with the index", server: real, answered: whatIf },
      ].flatMap(({ when, server, answered }) =>
        answered.same && answered.near
          ? []
          : [
              "",
              `## ${shape.name}, ${when}: ${planners[at]?.name}`,
              `${shape.table} (${shape.keys.join(", ")}): ${shape.sql}`,
              `server: ${texts(server)}`,
              `planner: ${texts(answered.accesses)}`,
              ...answered.lines,
            ],
      ),
    ),
  );
}
