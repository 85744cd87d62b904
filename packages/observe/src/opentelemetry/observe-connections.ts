import type { BatchObservableCallback, Histogram, Meter } from "@opentelemetry/api";
import { onConnection } from "../connection-channel.ts";
import type { ConnectionCounts } from "../connection-message.ts";
import { ATTRIBUTE, DURATION_BUCKETS, METRIC } from "./conventions.ts";

/** Metrics of each pool's connections, until the returned function is called. */
export function observeConnections(meter: Meter): () => void {
  const pools = new Map<string, ConnectionCounts>();
  const count = meter.createObservableUpDownCounter(METRIC.connectionCount, {
    unit: "{connection}",
    description: "Connections that are idle or used.",
  });
  const limit = meter.createObservableUpDownCounter(METRIC.connectionLimit, {
    unit: "{connection}",
    description: "The most connections that may be open.",
  });
  const pending = meter.createObservableUpDownCounter(METRIC.pendingRequests, {
    unit: "{request}",
    description: "Callers that wait for a connection.",
  });
  const timeouts = meter.createCounter(METRIC.timeouts, {
    unit: "{timeout}",
    description: "Callers that got no connection in time.",
  });
  const createTime = timeHistogram(meter, METRIC.createTime, "Time to open a connection.");
  const waitTime = timeHistogram(meter, METRIC.waitTime, "Time to get a connection of the pool.");
  const useTime = timeHistogram(meter, METRIC.useTime, "Time a connection was lent.");

  const observables = [count, limit, pending];
  const report: BatchObservableCallback = (result) => {
    for (const [pool, counts] of pools) {
      const attributes = { [ATTRIBUTE.poolName]: pool };
      result.observe(count, counts.idle, { ...attributes, [ATTRIBUTE.connectionState]: "idle" });
      result.observe(count, counts.used, { ...attributes, [ATTRIBUTE.connectionState]: "used" });
      result.observe(limit, counts.max, attributes);
      result.observe(pending, counts.waiting, attributes);
    }
  };
  meter.addBatchObservableCallback(report, observables);
  const stop = onConnection(({ event, pool, durationMs, reason, counts }) => {
    pools.set(pool, counts);
    const attributes = { [ATTRIBUTE.poolName]: pool };
    const seconds = durationMs / 1000;
    if (event === "open") createTime.record(seconds, attributes);
    else if (event === "acquire") waitTime.record(seconds, attributes);
    else if (event === "release") useTime.record(seconds, attributes);
    else if (event === "acquire-failed" && reason === "timeout") timeouts.add(1, attributes);
  });
  return () => {
    stop();
    meter.removeBatchObservableCallback(report, observables);
  };
}

function timeHistogram(meter: Meter, name: string, description: string): Histogram {
  const advice = { explicitBucketBoundaries: [...DURATION_BUCKETS] };
  return meter.createHistogram(name, { unit: "s", description, advice });
}
