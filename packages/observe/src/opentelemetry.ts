import { type MeterProvider, metrics, trace, type TracerProvider } from "@opentelemetry/api";
import { observeConnections } from "./opentelemetry/observe-connections.ts";
import { observeQueries } from "./opentelemetry/observe-queries.ts";

export interface OpenTelemetryOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Default: the global one at the time of the call. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Whether `db.query.text` keeps its constants. Default: `false`; statements with parameters are kept as they are. */
  readonly literals?: boolean | undefined;
  /** Whether spans have the parameters' values, as `db.query.parameter.<index>`. Default: `false`. */
  readonly parameters?: boolean | undefined;
  /** Whether recorded spans have the line that sent the query, as `code.*`. Costs a stack trace each. Default: `false`. */
  readonly callSites?: boolean | undefined;
}

/**
 * Reports queries and connections to OpenTelemetry until the returned function is called: a span per query below the
 * caller's, and metrics `db.client.*`, by the stable semantic conventions for databases. Queries under way when it is
 * called are not reported. Call it after the SDK has started: instruments belong to the meter provider of that moment.
 *
 * Spans hold no error messages, since servers quote rows in them; `error.type` is the server's code (SQLSTATE, or the
 * number of a MySQL error), else the driver's, else the error's name.
 */
export function observeWithOpenTelemetry(options: OpenTelemetryOptions = {}): () => void {
  const { tracerProvider = trace, meterProvider = metrics } = options;
  const meter = meterProvider.getMeter("@dbadvise/observe");
  const stops = [
    observeQueries(tracerProvider.getTracer("@dbadvise/observe"), meter, options),
    observeConnections(meter),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
