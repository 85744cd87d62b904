import type { QueryEvent } from "../log/query-event.ts";
import type { Statement } from "./statement.ts";
import { MAX_SAMPLES, type Query, type QuerySample } from "./workload.ts";

/** A query while its executions are being added up. */
export interface Shape {
  readonly fingerprint: string;
  readonly sql: string;
  statement: Statement;
  /** Whether `statement` was read from a text with its values: it then knows what a LIKE pattern begins with. */
  fromValues: boolean;
  calls: number;
  totalMs: number | undefined;
  rows: number | undefined;
  /** By ascending {@link rank}, distinct. */
  samples: readonly RankedSample[];
  readonly sources: Set<string>;
}

interface RankedSample extends QuerySample {
  readonly rank: number;
}

export function newShape(fingerprint: string, sql: string, statement: Statement): Shape {
  return {
    fingerprint,
    sql,
    statement,
    fromValues: false,
    calls: 0,
    totalMs: undefined,
    rows: undefined,
    samples: [],
    sources: new Set(),
  };
}

/** Adds one event; what it does not know changes nothing. */
export function addEvent(shape: Shape, event: QueryEvent, source: string): void {
  shape.calls += event.calls;
  shape.totalMs = sum(shape.totalMs, event.totalMs);
  shape.rows = sum(shape.rows, event.rows);
  shape.sources.add(source);
}

export function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}

/** Keeps the samples of the smallest ranks: a fair choice among the distinct texts, the same however they are ordered. */
export function addSample(shape: Shape, sql: string, durationMs: number | undefined): void {
  const rank = rankOf(sql);
  const last = shape.samples[MAX_SAMPLES - 1];
  if (last !== undefined && rank >= last.rank) return;
  if (shape.samples.some((sample) => sample.sql === sql)) return;
  shape.samples = [...shape.samples, { sql, durationMs, rank }]
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MAX_SAMPLES);
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

export function shapeQuery(shape: Shape): Query {
  return {
    fingerprint: shape.fingerprint,
    sql: shape.sql,
    calls: shape.calls,
    totalMs: shape.totalMs,
    rows: shape.rows,
    samples: shape.samples.map(({ sql, durationMs }) => ({ sql, durationMs })),
    sources: [...shape.sources],
    statement: shape.statement,
  };
}
