/**
 * What observing queries costs: `pnpm bench:observe [--record]`.
 * Nothing but the messages is measured: no database is asked. Each case runs in processes of its own, since the first
 * subscriber changes the channel for good. Exits 1 where the bar is missed.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { getCallSites, parseArgs } from "node:util";
import {
  observeQuery,
  onQuery,
  onQueryStart,
  queriesAreObserved,
  type SentQuery,
} from "@dbadvise/observe";
import { observeWithOpenTelemetry } from "@dbadvise/observe/opentelemetry";
import { observeWithPrometheus } from "@dbadvise/observe/prometheus";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { NoopSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { Registry } from "prom-client";
import { recordResults } from "./record-results.ts";

/** Nanoseconds that an unobserved query may take longer. */
const BAR = 10;
const PROCESSES = 3;
const ROUNDS = 9;
const DEPTH = 20;

const QUERY: SentQuery = {
  sql: "select id, total from orders where customer_id = $1 and created_at > $2",
  parameters: [42, "2026-01-01"],
  server: { system: "postgresql", host: "db", port: 5432, database: "shop", role: "primary" },
  pool: "main",
};

interface Case {
  readonly title: string;
  readonly queries: number;
  readonly start?: () => unknown;
  readonly send: (number: number) => number;
}

const CASES: Readonly<Record<string, Case>> = {
  loop: { title: "No message", queries: 5e6, send: work },
  unobserved: { title: "No subscriber", queries: 5e6, send: sendIfObserved },
  noop: {
    title: "A listener that does nothing",
    queries: 2e5,
    start: () => onQuery(() => undefined),
    send: sendIfObserved,
  },
  prometheus: {
    title: "Prometheus",
    queries: 5e4,
    start: () => observeWithPrometheus({ register: new Registry() }),
    send: sendIfObserved,
  },
  opentelemetry: {
    title: "OpenTelemetry",
    queries: 2e4,
    start: openTelemetry,
    send: sendIfObserved,
  },
  callSite: {
    title: `Call site, ${DEPTH} frames below the application`,
    queries: 1e4,
    start: () => onQueryStart((query) => query.callSite()),
    send: (number) => below(DEPTH, () => sendIfObserved(number)),
  },
  formattedStack: {
    title: `\`new Error().stack\`, ${DEPTH} frames, for comparison`,
    queries: 1e4,
    start: () => {
      Error.stackTraceLimit = 50;
    },
    send: () => below(DEPTH, () => new Error().stack?.length ?? 0),
  },
  getCallSites: {
    title: `\`util.getCallSites()\`, ${DEPTH} frames, for comparison`,
    queries: 1e4,
    send: () => below(DEPTH, () => getCallSites(50).length),
  },
};

const { values: options } = parseArgs({
  options: { record: { type: "boolean", default: false }, only: { type: "string" } },
});
if (options.only === undefined) compare();
else process.stdout.write(JSON.stringify(measure(options.only)));

/** Something that can't be optimised away, in place of a driver. */
function work(number: number): number {
  return ((number ^ (number << 13)) >>> 0) % 1021;
}

function sendIfObserved(number: number): number {
  const observation = queriesAreObserved() ? observeQuery(QUERY) : undefined;
  const result = work(number);
  observation?.succeed(result);
  return result;
}

function below(frames: number, send: () => number): number {
  return frames === 0 ? send() : below(frames - 1, send);
}

function openTelemetry(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
  observeWithOpenTelemetry({
    tracerProvider: new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
  });
}

/** Nanoseconds per query: the fastest of some rounds, since other work only makes it slower. */
function measure(name: string): number {
  const chosen = CASES[name];
  if (chosen === undefined) throw new Error(`No case ${name}.`);
  chosen.start?.();
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    for (let number = 0; number < chosen.queries; number += 1) sum += chosen.send(number);
    least = Math.min(least, ((performance.now() - started) * 1e6) / chosen.queries);
  }
  if (sum === 0) throw new Error("Nothing was done.");
  return least;
}

function compare(): void {
  const found = new Map<string, number>();
  // In turns, so that what else the machine does falls on all of them.
  for (let turn = 0; turn < PROCESSES; turn += 1) {
    for (const name of Object.keys(CASES)) {
      process.stderr.write(`${name}\n`);
      const own = [fileURLToPath(import.meta.url), "--only", name];
      const nanoseconds = Number(execFileSync(process.execPath, own, { encoding: "utf8" }));
      found.set(name, Math.min(nanoseconds, found.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  const loop = found.get("loop") ?? Number.NaN;
  const noop = (found.get("noop") ?? Number.NaN) - loop;
  const lines = ["| Case | ns per query, less the loop | Times the empty listener |", "|-|-|-|"];
  for (const [name, nanoseconds] of found) {
    const own = nanoseconds - loop;
    const digits = own < 100 ? 1 : 0;
    const title = CASES[name]?.title ?? name;
    lines.push(
      `| ${title} | ${own.toFixed(digits)} | ${(own / noop).toFixed(own / noop < 1 ? 3 : 1)} |`,
    );
  }
  const check = (found.get("unobserved") ?? Number.NaN) - loop;
  const passed = check < BAR;
  lines.push(
    "",
    `The loop itself takes ${loop.toFixed(1)} ns per query. Without a subscriber a query takes ${check.toFixed(1)} ns longer. Bar: under ${BAR} ns: ${passed ? "met" : "MISSED"}.`,
  );
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (options.record) record(lines);
  process.exitCode = passed ? 0 : 1;
}

function record(lines: readonly string[]): void {
  recordResults({
    name: "observe",
    title: "Cost of observing queries",
    command: "pnpm bench:observe --record",
    about: `Fastest of ${ROUNDS} rounds in each of ${PROCESSES} processes per case. A query is a message at its start and one at its end; no database is asked. OpenTelemetry: span and metrics of \`@opentelemetry/sdk-trace\` and \`sdk-metrics\`, nothing exported.`,
    lines,
  });
}
