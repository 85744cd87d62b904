import { Counter, Gauge, Histogram, type Registry, register as defaultRegister } from "prom-client";
import { onConnection } from "./connection-channel.ts";
import type { ConnectionCounts } from "./connection-message.ts";
import { onQuery } from "./query-channel.ts";
import type { Server } from "./query-message.ts";

export interface PrometheusOptions {
  /** Where the metrics are registered. Default: the default registry of `prom-client`. */
  readonly register?: Registry | undefined;
}

/** Seconds. */
const QUERY_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * Registers metrics of queries and of pools' connections, and keeps them until the returned function is called, which
 * removes them from the registry. Labels name servers, pools and error codes, never SQL texts: their number is bounded.
 * Throws where the registry has metrics of these names already.
 */
export function observeWithPrometheus(options: PrometheusOptions = {}): () => void {
  const { register = defaultRegister } = options;
  const names: string[] = [];
  /** What every metric is made of; remembers the name. */
  const described = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): { name: string; help: string; labelNames: readonly Label[]; registers: [Registry] } => {
    names.push(name);
    return { name, help, labelNames, registers: [register] };
  };
  const stops = [observeQueries(described), observeConnections(described)];
  return () => {
    for (const stop of stops) stop();
    for (const name of names) register.removeSingleMetric(name);
  };
}

type Describe = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
) => { name: string; help: string; labelNames: readonly Label[]; registers: [Registry] };

const QUERY_LABELS = ["system", "server", "database", "role", "pool"] as const;

function observeQueries(described: Describe): () => void {
  const duration = new Histogram({
    ...described(
      "dbadvise_query_duration_seconds",
      "Time from sending a query to its last row.",
      QUERY_LABELS,
    ),
    buckets: QUERY_BUCKETS,
  });
  const errors = new Counter(
    described("dbadvise_query_errors_total", "Queries that failed, by code.", [
      ...QUERY_LABELS,
      "code",
    ]),
  );
  const rows = new Counter(
    described("dbadvise_query_rows_total", "Rows that queries returned or changed.", QUERY_LABELS),
  );
  return onQuery(({ server, pool = "", durationMs, rows: count, errorCode }) => {
    const { system, database = "", role } = server;
    const labels = { system, server: address(server), database, role, pool };
    duration.observe(labels, durationMs / 1000);
    if (count !== undefined) rows.inc(labels, count);
    if (errorCode !== undefined) errors.inc({ ...labels, code: errorCode });
  });
}

function address({ host, port }: Server): string {
  return port === undefined ? host : `${host}:${port}`;
}

function observeConnections(described: Describe): () => void {
  const gauges = connectionGauges(described);
  const timeHistogram = (name: string, help: string): Histogram<"pool"> =>
    new Histogram({ ...described(name, help, ["pool"]), buckets: QUERY_BUCKETS });
  const times = {
    open: timeHistogram("dbadvise_connection_open_seconds", "Time to open a connection."),
    acquire: timeHistogram(
      "dbadvise_connection_wait_seconds",
      "Time until a caller got a connection.",
    ),
    release: timeHistogram("dbadvise_connection_use_seconds", "Time a connection was lent."),
  };
  const closed = new Counter(
    described("dbadvise_connections_closed_total", "Connections closed, by reason.", [
      "pool",
      "reason",
    ]),
  );
  const openFailed = new Counter(
    described("dbadvise_connection_open_failures_total", "Attempts to connect that failed.", [
      "pool",
    ]),
  );
  const acquireFailed = new Counter(
    described(
      "dbadvise_connection_wait_failures_total",
      "Callers that got no connection, by reason.",
      ["pool", "reason"],
    ),
  );
  return onConnection(({ event, pool, durationMs, reason = "", counts }) => {
    gauges.set(pool, counts);
    if (event === "close") closed.inc({ pool, reason });
    else if (event === "open-failed") openFailed.inc({ pool });
    else if (event === "acquire-failed") acquireFailed.inc({ pool, reason });
    else times[event].observe({ pool }, durationMs / 1000);
  });
}

function connectionGauges(described: Describe): {
  set(pool: string, counts: ConnectionCounts): void;
} {
  const connections = new Gauge(
    described(
      "dbadvise_connections",
      "Connections of a pool; `changing` ones are opening or closing.",
      ["pool", "state"],
    ),
  );
  const limit = new Gauge(
    described("dbadvise_connections_limit", "The most connections that a pool may have.", ["pool"]),
  );
  const waiting = new Gauge(
    described("dbadvise_connection_waiters", "Callers that wait for a connection.", ["pool"]),
  );
  return {
    set: (pool, { idle, used, total, max, waiting: waiters }) => {
      connections.set({ pool, state: "idle" }, idle);
      connections.set({ pool, state: "used" }, used);
      connections.set({ pool, state: "changing" }, total - idle - used);
      limit.set({ pool }, max);
      waiting.set({ pool }, waiters);
    },
  };
}
