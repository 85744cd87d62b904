import {
  DbadviseError,
  type Engine,
  engineNamed,
  type EventSource,
  type QueryEvent,
  type Session,
  type Snapshot,
} from "@dbadvise/advisor";
import type { OpenShop, Shop } from "../shop.ts";
import { SHOP_ROWS } from "../shop-rows.ts";
import type { DemoQuery } from "../shop-workload.ts";
import { NUMBERS, SHOP_DATA, SHOP_INDEXES, SHOP_TABLES } from "./shop-schema.ts";
import { MYSQL_WORKLOAD } from "./shop-workload.ts";

const FOOTNOTES = [
  "Predicted: ratio of the planner's costs, before anything was built. Measured: ratio of median times, with the way to the server and back.",
];

/** A shop on a server of this system: a given one, or one that is started for it. It is dropped with `close`. */
export function openShop(system: string): OpenShop {
  return async (progress, scratchUrl): Promise<Shop> => {
    const engine = engineNamed("MySQL");
    if (engine.openEmptyDatabase === undefined)
      throw new DbadviseError(
        "bad-option",
        `There is no demo on ${system}.`,
        "Leave --engine out.",
      );
    const { session, close } = await engine.openEmptyDatabase(system, progress, scratchUrl);
    try {
      await fillShop(session, progress);
      const seconds = { begun: performance.now() };
      const events = await runWorkload(engine, session, progress);
      return {
        engine,
        session,
        workload: MYSQL_WORKLOAD,
        sources: [sourceOf(events, (performance.now() - seconds.begun) / 1000)],
        ...(scratchUrl !== undefined && { scratchUrl }),
        footnotes: FOOTNOTES,
        capture: async () =>
          onOwnServer(
            await engine.capture(session, { values: true, workload: false, node: "demo/shop" }),
          ),
        measure: (sql, parameters) => timeOf(session, sql, parameters),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  };
}

async function fillShop(session: Session, progress: (message: string) => void): Promise<void> {
  for (const statement of [...SHOP_TABLES, ...NUMBERS]) await session.query(statement);
  for (const { table, sql } of SHOP_DATA) {
    progress(`filling the shop: ${table}`);
    await session.query(sql);
  }
  progress("adding keys and indexes");
  for (const statement of SHOP_INDEXES) await session.query(statement);
  await session.query("DROP TABLE numbers");
  progress("gathering statistics");
  for (const table of Object.keys(SHOP_ROWS)) await session.query(`ANALYZE TABLE ${table}`);
}

/** Each execution with its values and its time, as a log would have them: not every server keeps statistics of statements. */
async function runWorkload(
  engine: Engine,
  session: Session,
  progress: (message: string) => void,
): Promise<readonly QueryEvent[]> {
  progress("running the shop's workload");
  const events: QueryEvent[] = [];
  for (const { sql, executions } of MYSQL_WORKLOAD) {
    const parsed = await engine.parse(sql);
    for (const parameters of executions) {
      const totalMs = await timeOf(session, sql, parameters);
      const sample = parsed.kind === "query" ? parsed.sample(parameters.map(String)) : null;
      events.push({ sql: sample ?? sql, calls: 1, totalMs });
    }
  }
  return events;
}

async function timeOf(
  session: Session,
  sql: string,
  parameters: DemoQuery["executions"][number],
): Promise<number> {
  const begun = performance.now();
  await session.query(sql, parameters);
  return performance.now() - begun;
}

function sourceOf(events: readonly QueryEvent[], seconds: number): EventSource {
  return {
    name: "the shop's workload",
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds }),
  };
}

/** Here the shop's own server may be planned on: it is no production. */
function onOwnServer(snapshot: Snapshot): Snapshot {
  const nodes = snapshot.nodes.map((node) => ({ ...node, incarnation: "demo" }));
  return { ...snapshot, nodes };
}
