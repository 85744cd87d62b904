import type { CapturedNPlusOne, CapturedQuery, CaptureLine } from "@dbadvise/observe";
import { DbadviseError } from "../dbadvise-error.ts";
import type { EventSource } from "./event-source.ts";
import { type LogInput, openFileInput } from "./input/open-input.ts";
import type { CallSite, QueryEvent } from "./query-event.ts";
import { mergedRepetition, type Repetition } from "./repetition.ts";
import { readLines } from "./read-lines.ts";

/** The newest form of a capture's lines that is known here. */
const VERSION = 1;

/**
 * A workload capture, as `capture` of `@dbadvise/observe` writes it, as a source of query events with the lines of code that
 * sent them. Each of its files (FILE, FILE.1, ...) is a source of its own. docs/capture.md has the form.
 *
 * `systems`: the database systems whose queries are read, by OpenTelemetry's names; the others are told as a gap.
 *
 * Throws `DbadviseError` `file-not-readable`; reading its events throws it for a file that holds no capture, and for one of
 * a newer version.
 */
export function openCapture(path: string, systems: readonly string[]): EventSource {
  const input = openFileInput(path);
  const counts = newCounts();
  return {
    name: path,
    events: readEvents(path, input, systems, counts),
    summary: () => ({
      records: counts.records,
      unread: counts.unread,
      seconds:
        counts.lastMs >= counts.firstMs ? (counts.lastMs - counts.firstMs) / 1000 : undefined,
      gaps: gapsOf(counts),
      ...(counts.repetitions.size > 0 && { repetitions: [...counts.repetitions.values()] }),
    }),
  };
}

interface Counts {
  records: number;
  unread: number;
  /** Lines of kinds that this version does not know. */
  unknown: number;
  /** Executions that the application could not write. */
  lost: number;
  /** Executions on each system that is not read. */
  readonly elsewhere: Map<string, number>;
  readonly databases: Set<string>;
  /** By text. */
  readonly repetitions: Map<string, Repetition>;
  firstMs: number;
  lastMs: number;
}

function newCounts(): Counts {
  return {
    records: 0,
    unread: 0,
    unknown: 0,
    lost: 0,
    elsewhere: new Map(),
    databases: new Set(),
    repetitions: new Map(),
    firstMs: Infinity,
    lastMs: -Infinity,
  };
}

async function* readEvents(
  path: string,
  input: LogInput,
  systems: readonly string[],
  counts: Counts,
): AsyncGenerator<QueryEvent> {
  for await (const lines of readLines(input.chunks())) {
    for (const text of lines) {
      if (text === "") continue;
      const line = lineOf(text, path);
      if (line === undefined) counts.unread += 1;
      else yield* eventsOf(line, systems, counts);
    }
  }
  // A file that is damaged further on: what was read stands.
  if (input.damage() !== null) counts.unread += 1;
  if (counts.records > 0) return;
  throw counts.unread > 0
    ? new DbadviseError(
        "file-not-readable",
        `${path} is no workload capture: no line in it is a record of one.`,
        "Give a file that `capture(file)` of @dbadvise/observe has written. For a log of the server there is --log.",
      )
    : new DbadviseError(
        "file-not-readable",
        `The workload capture ${path} is empty.`,
        "The application has sent no query yet, or none over a pool of dbadvise. A capture writes every 10 seconds and when its process exits.",
      );
}

function eventsOf(line: ReadLine, systems: readonly string[], counts: Counts): QueryEvent[] {
  counts.records += 1;
  if (line.kind === "other") {
    counts.unknown += 1;
    return [];
  }
  counts.firstMs = Math.min(counts.firstMs, Date.parse(line.from));
  counts.lastMs = Math.max(counts.lastMs, Date.parse(line.to));
  if (line.kind === "loss") {
    counts.lost += line.calls;
    return [];
  }
  const { system, database } = line.server;
  if (line.kind === "n-plus-one") {
    // The executions themselves are in lines of their own.
    if (systems.includes(system)) addRepetition(line, counts);
    return [];
  }
  if (!systems.includes(system)) {
    counts.elsewhere.set(system, (counts.elsewhere.get(system) ?? 0) + line.calls);
    return [];
  }
  if (database !== null) counts.databases.add(database);
  return queryEvents(line);
}

function addRepetition(line: CapturedNPlusOne, { repetitions }: Counts): void {
  const known = repetitions.get(line.sql);
  const repetition: Repetition = {
    kind: line.pattern,
    sql: line.sql,
    scopeNames: line.scopeNames,
    scopes: line.scopes,
    calls: line.calls,
    occurrences: line.occurrences,
    distinctParameters: line.distinctParameters,
    overlapping: line.overlapping,
    callSites: line.callSites.map((site) => ({ ...frameOf(site), calls: site.calls })),
    stack: line.stack.map(frameOf),
  };
  repetitions.set(line.sql, known === undefined ? repetition : mergedRepetition(known, repetition));
}

function frameOf({
  file,
  line,
  column,
  function: name,
}: Omit<CallSite, "calls">): Omit<CallSite, "calls"> {
  return { file, line, column, function: name };
}

/** An event for each execution whose values are known, and one for all the others. Failed ones are no executions. */
function queryEvents(line: CapturedQuery): QueryEvent[] {
  if (line.calls === 0) return [];
  const { database } = line.server;
  const common = { at: Date.parse(line.to), ...(database !== null && { database }) };
  const samples = line.samples.slice(0, line.calls);
  const known = samples.reduce((sum, { ms }) => sum + ms, 0);
  return [
    {
      ...common,
      sql: line.sql,
      calls: line.calls - samples.length,
      totalMs: Math.max(0, line.totalMs - known),
      ...(line.rows !== null && { rows: line.rows }),
      callSites: line.callSites.map((site) => ({ ...frameOf(site), calls: site.calls })),
    },
    ...samples.map(({ sql, parameters, ms }) => ({
      ...common,
      sql,
      calls: 1,
      totalMs: ms,
      parameters,
    })),
  ];
}

function gapsOf({ unknown, lost, elsewhere, databases }: Counts): readonly string[] {
  const names = [...databases].toSorted();
  return [
    ...(lost > 0 ? [`executions that the application could not write down: ${lost}`] : []),
    ...(unknown > 0
      ? [`records of a kind that this version of dbadvise does not know: ${unknown}`]
      : []),
    ...[...elsewhere].map(
      ([system, calls]) => `executions on ${system}, left to an analysis of their own: ${calls}`,
    ),
    ...(names.length > 1
      ? [`queries on several databases are counted as of the analysed one: ${names.join(", ")}`]
      : []),
  ];
}

type ReadLine = CaptureLine | { readonly kind: "other" };

/** `undefined` for a line that is damaged or of something else. Throws for one of a newer version. */
function lineOf(text: string, path: string): ReadLine | undefined {
  const value = parsed(text);
  if (!isRecord(value) || value["format"] !== "dbadvise-capture") return undefined;
  const { version, kind } = value;
  if (!isCount(version) || typeof kind !== "string") return undefined;
  if (version > VERSION) {
    throw new DbadviseError(
      "file-not-readable",
      `${path} is a workload capture of format version ${version}; this dbadvise reads up to version ${VERSION}.`,
      "Update dbadvise.",
    );
  }
  if (kind !== "query" && kind !== "n-plus-one" && kind !== "loss") return { kind: "other" };
  return isLine(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isLine(value: Fields): value is Fields & CaptureLine {
  const { kind, from, to, calls } = value;
  if (!isTime(from) || !isTime(to) || !isCount(calls)) return false;
  if (kind === "loss") return true;
  return isStatement(value) && (kind === "query" ? isQuery(value) : isNPlusOne(value));
}

function isStatement({ sql, server, callSites }: Fields): boolean {
  return (
    typeof sql === "string" &&
    isRecord(server) &&
    typeof server["system"] === "string" &&
    isTextOrNull(server["database"]) &&
    isListOf(callSites, isCallSite)
  );
}

function isQuery({ totalMs, rows, samples }: Fields): boolean {
  return isAmount(totalMs) && (rows === null || isAmount(rows)) && isListOf(samples, isSample);
}

function isNPlusOne(line: Fields): boolean {
  const { pattern, scopeNames, scopes, occurrences, distinctParameters, overlapping, stack } = line;
  return (
    (pattern === "n-plus-one" || pattern === "duplicate-query") &&
    Array.isArray(scopeNames) &&
    scopeNames.every((name) => typeof name === "string") &&
    [scopes, occurrences, distinctParameters, overlapping].every(isCount) &&
    isListOf(stack, isFrame)
  );
}

function isCallSite(site: Fields): boolean {
  return isFrame(site) && isCount(site["calls"]);
}

function isFrame({ file, line, column, function: name }: Fields): boolean {
  return typeof file === "string" && isCount(line) && isCount(column) && isTextOrNull(name);
}

function isSample({ sql, parameters, ms }: Fields): boolean {
  return (
    typeof sql === "string" &&
    isAmount(ms) &&
    Array.isArray(parameters) &&
    parameters.every(isTextOrNull)
  );
}

function isListOf(value: unknown, accepts: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isRecord(item) && accepts(item));
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
