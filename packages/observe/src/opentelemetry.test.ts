import { execFileSync } from "node:child_process";
import { startPostgres } from "@dbadvise/testkit";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  type Histogram,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { publishConnection } from "./connection-channel.ts";
import type { ConnectionCounts, ConnectionMessage } from "./connection-message.ts";
import { observeWithOpenTelemetry } from "./opentelemetry.ts";
import { ATTRIBUTE, METRIC, parameterAttribute } from "./opentelemetry/conventions.ts";
import { observeQuery, queriesAreObserved } from "./query-channel.ts";
import type { Server } from "./query-message.ts";
import { type ObservedPostgres, observedPostgres } from "./testing/observed-postgres.ts";

const spanExporter = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: spanExporter })],
});
const contextManager = new AsyncLocalStorageContextManager();
let postgres: ObservedPostgres;

beforeAll(async () => {
  context.setGlobalContextManager(contextManager.enable());
  postgres = observedPostgres(await startPostgres());
  await postgres.query("create table orders (id integer primary key, note text)");
});
afterAll(async () => {
  context.disable();
  await postgres[Symbol.asyncDispose]();
});

let stop = (): void => undefined;
afterEach(() => {
  stop();
  spanExporter.reset();
});

function start(options: Parameters<typeof observeWithOpenTelemetry>[0] = {}): void {
  stop = observeWithOpenTelemetry({ tracerProvider, ...options });
}

function spans(): ReadableSpan[] {
  return spanExporter.getFinishedSpans();
}

/** Collects on demand what was measured, one data point per set of attributes. */
function metricsInMemory(): {
  readonly provider: MeterProvider;
  collect(): Promise<ReadonlyMap<string, readonly { attributes: object; value: unknown }[]>>;
} {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    provider,
    collect: async () => {
      exporter.reset();
      await reader.forceFlush();
      const metrics = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      return new Map(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]));
    },
  };
}

describe("the names", () => {
  it("are those of the semantic conventions package", () => {
    expect(ATTRIBUTE).toEqual({
      system: conventions.ATTR_DB_SYSTEM_NAME,
      namespace: conventions.ATTR_DB_NAMESPACE,
      queryText: conventions.ATTR_DB_QUERY_TEXT,
      querySummary: conventions.ATTR_DB_QUERY_SUMMARY,
      statusCode: conventions.ATTR_DB_RESPONSE_STATUS_CODE,
      errorType: conventions.ATTR_ERROR_TYPE,
      serverAddress: conventions.ATTR_SERVER_ADDRESS,
      serverPort: conventions.ATTR_SERVER_PORT,
      codeFile: conventions.ATTR_CODE_FILE_PATH,
      codeLine: conventions.ATTR_CODE_LINE_NUMBER,
      codeColumn: conventions.ATTR_CODE_COLUMN_NUMBER,
      codeFunction: conventions.ATTR_CODE_FUNCTION_NAME,
      poolName: conventions.ATTR_DB_CLIENT_CONNECTION_POOL_NAME,
      connectionState: conventions.ATTR_DB_CLIENT_CONNECTION_STATE,
    });
    expect(METRIC).toEqual({
      operationDuration: conventions.METRIC_DB_CLIENT_OPERATION_DURATION,
      returnedRows: conventions.METRIC_DB_CLIENT_RESPONSE_RETURNED_ROWS,
      connectionCount: conventions.METRIC_DB_CLIENT_CONNECTION_COUNT,
      connectionLimit: conventions.METRIC_DB_CLIENT_CONNECTION_LIMIT,
      pendingRequests: conventions.METRIC_DB_CLIENT_CONNECTION_PENDING_REQUESTS,
      timeouts: conventions.METRIC_DB_CLIENT_CONNECTION_TIMEOUTS,
      createTime: conventions.METRIC_DB_CLIENT_CONNECTION_CREATE_TIME,
      waitTime: conventions.METRIC_DB_CLIENT_CONNECTION_WAIT_TIME,
      useTime: conventions.METRIC_DB_CLIENT_CONNECTION_USE_TIME,
    });
    expect(parameterAttribute(2)).toBe(conventions.ATTR_DB_QUERY_PARAMETER("2"));
    const systems: Server["system"][] = ["postgresql", "mysql", "mariadb"];
    expect(systems).toEqual([
      conventions.DB_SYSTEM_NAME_VALUE_POSTGRESQL,
      conventions.DB_SYSTEM_NAME_VALUE_MYSQL,
      conventions.DB_SYSTEM_NAME_VALUE_MARIADB,
    ]);
  });
});

describe("a span", () => {
  it("tells what was asked of whom, below the caller's span", async () => {
    start();
    const tracer = tracerProvider.getTracer("test");
    const { host, port, database } = postgres.server;
    await tracer.startActiveSpan("GET /orders", async (request) => {
      await postgres.query("select * from orders where id = $1 and note <> 'gone'", [1]);
      request.end();
    });
    const [query, request] = spans();
    expect(query).toMatchObject({
      name: "select orders",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        "db.system.name": "postgresql",
        "db.namespace": database,
        "db.query.summary": "select orders",
        "db.query.text": "select * from orders where id = $1 and note <> 'gone'",
        "server.address": host,
      },
    });
    // Left out where it is the default one, so that this depends on the server.
    expect(query?.attributes["server.port"]).toBe(port === 5432 ? undefined : port);
    expect(Object.keys(query?.attributes ?? {}).join(" ")).not.toMatch(/parameter|code\./);
    expect(query?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(query?.spanContext().traceId).toBe(request?.spanContext().traceId);
  });

  it("of a failed query has the server's code, and neither its message nor constants", async () => {
    start();
    const insert = "insert into orders values (1, 'a secret')";
    await postgres.query(insert);
    await expect(postgres.query(insert)).rejects.toThrow("duplicate key");
    await expect(postgres.query("select 'a secret'::integer")).rejects.toThrow("a secret");
    const [, duplicate, cast] = spans();
    expect(duplicate).toMatchObject({
      name: "insert orders",
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        "db.query.text": "insert into orders values ($1, $2)",
        "db.response.status_code": "23505",
        "error.type": "23505",
      },
    });
    expect(cast?.attributes["error.type"]).toBe("22P02");
    const everything = spans().map(({ name, attributes, status, events }) => [
      name,
      attributes,
      status,
      events,
    ]);
    expect(JSON.stringify(everything)).not.toContain("secret");
  });

  it.each([
    ["the number of a MySQL error", { code: "ER_DUP_ENTRY", errno: 1062 }, "1062", "1062"],
    ["no status for an error of the network", { code: "EPIPE", errno: -32 }, undefined, "EPIPE"],
    [
      "no status for an error of the driver",
      { code: "PROTOCOL_CONNECTION_LOST" },
      undefined,
      "PROTOCOL_CONNECTION_LOST",
    ],
    ["the name of an error without a code", {}, undefined, "Error"],
  ])("has %s", (_name, properties, status, type) => {
    start();
    const server: Server = { ...postgres.server, system: "mysql", port: 3306 };
    const query = observeQuery({ sql: "select 1", parameters: [], server, pool: undefined });
    query.fail(Object.assign(new Error("failed"), properties));
    expect(spans()[0]?.attributes).toMatchObject({ "error.type": type });
    expect(spans()[0]?.attributes["db.response.status_code"]).toBe(status);
    expect(spans()[0]?.attributes["server.port"]).toBeUndefined();
  });

  it("has constants, parameters and the line of code when asked", async () => {
    start({ literals: true, parameters: true, callSites: true });
    const values = [7, null, ["a", "b"], new Date(0)];
    async function insertOrder(): Promise<void> {
      await postgres.query("select 'x', $1::int, $2::text, $3::text[], $4::date", values);
    }
    await insertOrder();
    await postgres.query("select 'x'");
    const [first, second] = spans();
    expect(first?.attributes).toMatchObject({
      "db.query.parameter.0": "7",
      "db.query.parameter.1": "null",
      "db.query.parameter.2": "[ 'a', 'b' ]",
      "db.query.parameter.3": "1970-01-01T00:00:00.000Z",
      "code.file.path": "packages/observe/src/opentelemetry.test.ts",
      "code.function.name": "insertOrder",
      "code.line.number": expect.any(Number),
      "code.column.number": expect.any(Number),
    });
    expect(second?.attributes["db.query.text"]).toBe("select 'x'");
  });

  it("is there for queries that started and ended while it was observed", async () => {
    const { server } = postgres;
    const before = observeQuery({ sql: "select 1", parameters: [], server, pool: undefined });
    start();
    before.succeed(1);
    const under = observeQuery({ sql: "select 2", parameters: [], server, pool: undefined });
    stop();
    under.succeed(1);
    await postgres.query("select 3");
    expect(spans()).toEqual([]);
    expect(queriesAreObserved()).toBe(false);
  });
});

describe("the metrics", () => {
  it("of queries: durations in seconds by summary and error, and rows that were read", async () => {
    const { provider, collect } = metricsInMemory();
    start({ meterProvider: provider });
    await postgres.query("delete from orders");
    await postgres.query("insert into orders select n from generate_series(1, 30) n");
    await postgres.query("select * from orders");
    await postgres.query("update orders set note = 'x' where id < 4 returning id");
    await expect(postgres.query("select * from nothing")).rejects.toThrow("nothing");
    const metrics = await collect();
    const durations = metrics.get("db.client.operation.duration") ?? [];
    const common = {
      "db.system.name": "postgresql",
      "db.namespace": postgres.server.database,
      "server.address": postgres.server.host,
    };
    expect(durations.map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ ...common, "db.query.summary": "delete orders" }),
      expect.objectContaining({ ...common, "db.query.summary": "insert orders select" }),
      expect.objectContaining({ ...common, "db.query.summary": "select orders" }),
      expect.objectContaining({ ...common, "db.query.summary": "update orders" }),
      expect.objectContaining({
        ...common,
        "db.query.summary": "select nothing",
        "db.response.status_code": "42P01",
        "error.type": "42P01",
      }),
    ]);
    const [first] = durations.map(({ value }) => value as Histogram);
    expect(first?.buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
    expect(first?.sum).toBeGreaterThan(0);
    expect(first?.sum).toBeLessThan(10);
    const rows = metrics.get("db.client.response.returned_rows") ?? [];
    expect(rows.map(({ value }) => (value as Histogram).sum)).toEqual([30, 3]);
    await provider.shutdown();
  });

  it("of connections: how many, how many may be, who waits, and for how long", async () => {
    const { provider, collect } = metricsInMemory();
    start({ meterProvider: provider });
    const counts: ConnectionCounts = { total: 3, idle: 1, used: 2, waiting: 4, max: 10 };
    const message: ConnectionMessage = {
      event: "open",
      pool: "main",
      server: postgres.server,
      durationMs: 20,
      reason: undefined,
      error: undefined,
      counts,
    };
    publishConnection(message);
    publishConnection({ ...message, event: "acquire", durationMs: 2 });
    publishConnection({ ...message, event: "acquire", durationMs: 4 });
    publishConnection({ ...message, event: "release", durationMs: 500 });
    publishConnection({ ...message, event: "acquire-failed", reason: "timeout" });
    publishConnection({ ...message, event: "acquire-failed", reason: "aborted" });
    publishConnection({
      ...message,
      event: "close",
      pool: "reports",
      counts: { ...counts, idle: 0 },
    });
    const metrics = await collect();
    const points = (name: string): unknown[] =>
      (metrics.get(name) ?? []).map(({ attributes, value }) => [Object.values(attributes), value]);
    expect(points("db.client.connection.count")).toEqual([
      [["main", "idle"], 1],
      [["main", "used"], 2],
      [["reports", "idle"], 0],
      [["reports", "used"], 2],
    ]);
    expect(points("db.client.connection.limit")).toContainEqual([["main"], 10]);
    expect(points("db.client.connection.pending_requests")).toContainEqual([["main"], 4]);
    expect(points("db.client.connection.timeouts")).toEqual([[["main"], 1]]);
    const sums = ["create_time", "wait_time", "use_time"].map((name) => {
      const [point] = metrics.get(`db.client.connection.${name}`) ?? [];
      return (point?.value as Histogram | undefined)?.sum;
    });
    expect(sums[0]).toBeCloseTo(0.02);
    expect(sums[1]).toBeCloseTo(0.006);
    expect(sums[2]).toBeCloseTo(0.5);
    stop();
    publishConnection({ ...message, counts: { ...counts, idle: 9, waiting: 9 } });
    const after = await collect();
    const values = ["count", "pending_requests"].flatMap((name) =>
      (after.get(`db.client.connection.${name}`) ?? []).map(({ value }) => value),
    );
    expect(values).not.toContain(9);
    await provider.shutdown();
  });
});

it("is loaded by nobody else: the main entry works where the API is not installed", () => {
  // Any import of a package fails in this process.
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => {
      if (!/^(node:|file:|\\.)/.test(name)) throw new Error("imported " + name);
      return next(name, context);
    } });
    const { queriesAreObserved } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
    console.log(queriesAreObserved());
    await import(${JSON.stringify(new URL("opentelemetry.ts", import.meta.url).href)}).catch((error) => console.log(error.message));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", hook], {
    encoding: "utf8",
  });
  expect(output).toBe("false\nimported @opentelemetry/api\n");
});

it("uses the global providers by default", () => {
  trace.setGlobalTracerProvider(tracerProvider);
  stop = observeWithOpenTelemetry();
  const { server } = postgres;
  observeQuery({ sql: "select 1", parameters: [], server, pool: undefined }).succeed(1);
  trace.disable();
  expect(spans().map(({ name }) => name)).toEqual(["select"]);
});
