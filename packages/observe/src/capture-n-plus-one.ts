import type { CallSite } from "./call-site.ts";
import { CAPTURE_VERSION, type CapturedCallSite, type CapturedNPlusOne } from "./capture-line.ts";
import { onNPlusOne } from "./n-plus-one-channel.ts";
import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";
import { patternKey, type PatternTally, patternTally } from "./n-plus-one-tally.ts";

/** What detections found since the last write. */
export interface CapturedPatterns {
  lines(from: string, to: string): readonly CapturedNPlusOne[];
  /** Forgets the first so many: they are written. */
  written(count: number): void;
  stop(): void;
}

const MAX_PATTERNS = 500;

/** Listens to every `detectNPlusOne` of the process; of more than 500 patterns between two writes the others are left out. */
export function capturedPatterns(maxTextLength: number): CapturedPatterns {
  const tallies = new Map<string, PatternTally>();
  const stop = onNPlusOne((more) => {
    const { shape, database } = more;
    const key = patternKey(shape, database);
    const known = tallies.get(key);
    if (known === undefined && (tallies.size >= MAX_PATTERNS || shape.length > maxTextLength))
      return;
    const tally = known ?? patternTally(shape, more);
    tally.addAll(more);
    tallies.set(key, tally);
  });
  return {
    lines: (from, to) =>
      [...tallies.values()].flatMap((tally) => {
        const pattern = tally.pattern();
        return pattern === undefined ? [] : [lineOf(pattern, from, to)];
      }),
    written(count) {
      for (const key of [...tallies.keys()].slice(0, count)) tallies.delete(key);
    },
    stop,
  };
}

function lineOf(pattern: NPlusOnePattern, from: string, to: string): CapturedNPlusOne {
  return {
    format: "dbadvise-capture",
    version: CAPTURE_VERSION,
    kind: "n-plus-one",
    from,
    to,
    pattern: pattern.kind,
    sql: pattern.shape,
    server: { system: pattern.system, database: pattern.database ?? null },
    scopeNames: pattern.scopeNames,
    scopes: pattern.scopes,
    calls: pattern.queries,
    occurrences: pattern.occurrences,
    distinctParameters: pattern.distinctParameters,
    overlapping: pattern.overlapping,
    callSites: pattern.callSites.map((site) => ({ ...frameOf(site), calls: site.queries })),
    stack: pattern.stack.map(frameOf),
  };
}

function frameOf(site: CallSite): Omit<CapturedCallSite, "calls"> {
  const { file, line, column, function: name = null } = site;
  return { file, line, column, function: name };
}
