/** First and last number of a run of transactions. */
type Interval = readonly [number, number];

/** Transactions by their source: a server's UUID, or `uuid:tag` (MySQL 8.3 and later). Runs in order, none touches the next. */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

/**
 * Reads a set as MySQL writes it: `uuid:1-5:7, uuid:8:tag:1-3`. A tag holds for the runs after it. Throws on anything else.
 */
export function parseGtidSet(text: string): GtidSet {
  const runs = new Map<string, Interval[]>();
  for (const part of text.split(",")) {
    const [uuid = "", ...rest] = part.trim().toLowerCase().split(":");
    if (uuid === "" && rest.length === 0) continue;
    if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(uuid)) throw notASet(text);
    let source = uuid;
    for (const piece of rest.map((each) => each.trim())) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(piece) ?? [];
      if (first !== undefined) {
        const known = runs.get(source) ?? [];
        known.push([Number(first), Number(last)]);
        runs.set(source, known);
      } else if (/^[a-z_][a-z\d_]{0,31}$/.test(piece)) source = `${uuid}:${piece}`;
      else throw notASet(text);
    }
  }
  return new Map([...runs].map(([source, intervals]) => [source, joined(intervals)]));
}

/** A text that MySQL reads, the same for the same set. */
export function formatGtidSet(set: GtidSet): string {
  return [...set]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, runs]) =>
      [source, ...runs.map(([from, to]) => (from === to ? from : `${from}-${to}`))].join(":"),
    )
    .join(",");
}

export function unionOf(a: GtidSet, b: GtidSet): GtidSet {
  const union = new Map(a);
  for (const [source, runs] of b) union.set(source, joined([...(a.get(source) ?? []), ...runs]));
  return union;
}

/** Of the sources in `wanted`, those of which `set` lacks a transaction. */
export function missingSources(set: GtidSet, wanted: GtidSet): readonly string[] {
  return [...wanted]
    .filter(([source, runs]) => {
      const has = set.get(source) ?? [];
      return !runs.every(([from, to]) => has.some(([first, last]) => first <= from && to <= last));
    })
    .map(([source]) => source);
}

function joined(intervals: readonly Interval[]): readonly Interval[] {
  const runs: Interval[] = [];
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (to < from) continue;
    if (last === undefined || from > last[1] + 1) runs.push([from, to]);
    else runs[runs.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return runs;
}

function notASet(text: string): Error {
  return new Error(`Not a GTID set of MySQL: ${text}`);
}
