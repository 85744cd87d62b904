import type { QueryEvent } from "../log/query-event.ts";
import { MAX_SAMPLES, type QuerySample } from "./workload.ts";

/** Texts that are remembered of one shape between clean-ups, and after one. */
const MOST_TEXTS = 96;
const KEPT_TEXTS = 48;
/** Samples that are chosen because they ran most often, took longest, or compare with values that many rows have. */
const FREQUENT = 4;
const SLOW = 3;
const COMMON = 2;

/** Chooses the samples of one shape while its executions go by. */
export interface SampleKeeper {
  /** The event's text with its values written into it. */
  add(sql: string, event: Pick<QueryEvent, "sql" | "calls" | "totalMs">): void;
  /** At most {@link MAX_SAMPLES}, those that stand for most executions first. */
  list(): readonly QuerySample[];
  /** Texts as they were sent, of all that is remembered: at least as many as are listed. */
  sent(): readonly string[];
  /** Executions whose values were added. */
  executions(): number;
}

/** One text with its values, and what was seen of it since it is remembered. */
interface Text {
  readonly sql: string;
  /** As it was sent: its values may have come beside it. */
  readonly sent: string;
  /** A number that depends on the text alone: the smallest ones are a fair choice among the distinct texts. */
  readonly rank: number;
  /** Share of the rows that have a value it compares with; 0 where that is not known. */
  readonly commonness: number;
  /** Executions that it may have had before it was remembered. */
  readonly missed: number;
  calls: number;
  timedCalls: number;
  totalMs: number;
}

/**
 * Keeps frequent, slow and ordinary texts side by side: a few that were drawn by lot alone would miss the one value in a
 * thousand that takes a second, or the one that half of all executions ask for. Memory is bounded, however many texts come.
 * `commonness` tells from the statistics which share of a table's rows has a value that the text compares with.
 */
export function keepSamples(commonness: (sql: string) => number): SampleKeeper {
  let texts = new Map<string, Text>();
  let executions = 0;
  let missed = 0;

  function forget(): void {
    const all = [...texts.values()];
    const special = [...slowest(all), ...mostCommon(all), ...drawn(all).slice(0, MAX_SAMPLES)];
    const kept = new Set([...special, ...all.toSorted(byPossibleCalls)].slice(0, KEPT_TEXTS));
    for (const text of all) if (!kept.has(text)) missed = Math.max(missed, possibleCalls(text));
    texts = new Map([...kept].map((text) => [text.sql, text]));
  }

  function chosen(): readonly Chosen[] {
    const all = [...texts.values()];
    const frequent = all
      .filter((text) => text.calls > 1)
      .toSorted(byPossibleCalls)
      .slice(0, FREQUENT);
    const special = new Set([...frequent, ...slowest(all), ...mostCommon(all)]);
    const others = drawn(all.filter((text) => !special.has(text)));
    const ordinary = others.slice(0, MAX_SAMPLES - special.size);
    // Those chosen for what they are stand for themselves, those drawn by lot for all the others.
    const remaining = executions - callsOf([...special]);
    const share = remaining / Math.max(1, callsOf(ordinary));
    return [
      ...[...special].map((text) => ({ text, calls: text.calls })),
      ...ordinary.map((text) => ({ text, calls: text.calls * share })),
    ].toSorted((a, b) => b.calls - a.calls || (a.text.sql < b.text.sql ? -1 : 1));
  }

  return {
    add(sql, { sql: sent, calls, totalMs }) {
      executions += calls;
      let text = texts.get(sql);
      if (text === undefined) {
        if (texts.size >= MOST_TEXTS) forget();
        const rank = rankOf(sql);
        const share = commonness(sql);
        const counts = { calls: 0, timedCalls: 0, totalMs: 0 };
        text = { sql, sent, rank, commonness: share, missed, ...counts };
        texts.set(sql, text);
      }
      text.calls += calls;
      if (totalMs === undefined) return;
      text.timedCalls += calls;
      text.totalMs += totalMs;
    },
    list: () => chosen().map(sampleOf),
    sent: () => [...texts.values()].map(({ sent }) => sent),
    executions: () => executions,
  };
}

interface Chosen {
  readonly text: Text;
  /** Executions that it stands for. */
  readonly calls: number;
}

function sampleOf({ text: { sql, timedCalls, totalMs }, calls }: Chosen): QuerySample {
  return { sql, calls, durationMs: timedCalls === 0 ? undefined : totalMs / timedCalls };
}

function callsOf(texts: readonly Text[]): number {
  return texts.reduce((sum, text) => sum + text.calls, 0);
}

function possibleCalls(text: Text): number {
  return text.calls + text.missed;
}

function byPossibleCalls(a: Text, b: Text): number {
  return possibleCalls(b) - possibleCalls(a) || a.rank - b.rank;
}

function slowest(texts: readonly Text[]): readonly Text[] {
  const mean = (text: Text): number => text.totalMs / text.timedCalls;
  return texts
    .filter((text) => text.timedCalls > 0)
    .toSorted((a, b) => mean(b) - mean(a) || a.rank - b.rank)
    .slice(0, SLOW);
}

function mostCommon(texts: readonly Text[]): readonly Text[] {
  return texts
    .filter((text) => text.commonness > 0)
    .toSorted((a, b) => b.commonness - a.commonness || a.rank - b.rank)
    .slice(0, COMMON);
}

function drawn(texts: readonly Text[]): readonly Text[] {
  return texts.toSorted((a, b) => a.rank - b.rank);
}

/** FNV-1a with a final mix: texts that differ in one digit get far ranks. */
function rankOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
