import type { FindStatistics } from "../catalog/find-statistics.ts";
import type { QueryEvent } from "../log/query-event.ts";
import { type CallSiteTally, callSiteTally } from "./call-site-tally.ts";
import { commonValues } from "./common-values.ts";
import { keepSamples, type SampleKeeper } from "./keep-samples.ts";
import type { Statement } from "./statement.ts";
import type { Query } from "./workload.ts";

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
  readonly samples: SampleKeeper;
  readonly sources: Set<string>;
  readonly callSites: CallSiteTally;
}

export function newShape(
  fingerprint: string,
  sql: string,
  statement: Statement,
  find: FindStatistics,
): Shape {
  return {
    fingerprint,
    sql,
    statement,
    fromValues: false,
    calls: 0,
    totalMs: undefined,
    rows: undefined,
    samples: keepSamples(commonValues(statement, find)),
    sources: new Set(),
    callSites: callSiteTally(),
  };
}

/** Adds one event; what it does not know changes nothing. */
export function addEvent(shape: Shape, event: QueryEvent, source: string): void {
  shape.calls += event.calls;
  shape.totalMs = sum(shape.totalMs, event.totalMs);
  shape.rows = sum(shape.rows, event.rows);
  shape.sources.add(source);
  shape.callSites.add(event.callSites ?? []);
}

export function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}

export function shapeQuery(shape: Shape, statement: Statement): Query {
  return {
    fingerprint: shape.fingerprint,
    sql: shape.sql,
    calls: shape.calls,
    totalMs: shape.totalMs,
    rows: shape.rows,
    samples: shape.samples.list(),
    sources: [...shape.sources],
    callSites: shape.callSites.list(),
    statement,
  };
}
