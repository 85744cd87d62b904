import { readFile } from "node:fs/promises";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import type { Engine } from "../../engine.ts";
import type { EventSource } from "../../log/event-source.ts";
import { buildWorkload } from "../../workload/build-workload.ts";
import type { Query, Workload } from "../../workload/workload.ts";
import type { SourcePlace } from "../migration.ts";

/** What the change's own queries are, and where they stand. */
export interface NewQueries {
  readonly workload: Workload;
  /** Of a query in a file of SQL its first line, of one in a capture the line of code that sends it most. */
  readonly placeOf: (query: Query) => SourcePlace;
}

/** Reads the queries of the change: files of SQL, captures of a test run. */
export async function readNewQueries(
  engine: Engine,
  sources: readonly EventSource[],
  snapshot: Pick<Snapshot, "catalog" | "statistics">,
): Promise<NewQueries> {
  const seen: { file: string; sql: string }[] = [];
  const watched = sources.map((source): EventSource => ({
    name: source.name,
    summary: () => source.summary(),
    events: (async function* () {
      for await (const event of source.events) {
        if (event.callSites === undefined) seen.push({ file: source.name, sql: event.sql });
        yield event;
      }
    })(),
  }));
  const workload = await buildWorkload(
    watched,
    engine.parse,
    snapshot.catalog,
    statisticsFinder(snapshot),
  );
  const places = await findPlaces(engine, seen);
  return {
    workload,
    placeOf: (query) => {
      const [site] = query.callSites;
      if (site !== undefined) return onLine(site.file, site.line, site.column, site.line);
      return places.get(query.fingerprint) ?? onLine(query.sources[0] ?? "", 1, 1, 1);
    },
  };
}

/** Where the first text of each shape stands. A source that is no file has no lines. */
async function findPlaces(
  engine: Engine,
  seen: readonly { readonly file: string; readonly sql: string }[],
): Promise<ReadonlyMap<string, SourcePlace>> {
  const places = new Map<string, SourcePlace>();
  for (const [file, own] of Map.groupBy(seen, (each) => each.file)) {
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) continue;
    for (const { sql } of own) {
      const at = text.indexOf(sql);
      const parsed = at < 0 ? null : await engine.parse(sql);
      if (parsed?.kind !== "query" || places.has(parsed.fingerprint)) continue;
      const lines = text.slice(0, at).split("\n");
      const line = lines.length;
      const column = (lines.at(-1) ?? "").length + 1;
      places.set(parsed.fingerprint, onLine(file, line, column, line + sql.split("\n").length - 1));
    }
  }
  return places;
}

function onLine(file: string, line: number, column: number, endLine: number): SourcePlace {
  return { file, line, column, endLine };
}
