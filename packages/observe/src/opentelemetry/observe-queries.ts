import { inspect } from "node:util";
import {
  type Attributes,
  type Context,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { parameterTexts } from "../parameter-text.ts";
import { onQuery, onQueryStart } from "../query-channel.ts";
import type { QueryStart } from "../query-message.ts";
import {
  ATTRIBUTE,
  DURATION_BUCKETS,
  METRIC,
  parameterAttribute,
  ROW_BUCKETS,
} from "./conventions.ts";
import {
  errorAttributes,
  queryAttributes,
  type StatementTraits,
  statementTraits,
} from "./query-attributes.ts";

export interface QueryTelemetryOptions {
  readonly literals?: boolean | undefined;
  readonly parameters?: boolean | undefined;
  readonly callSites?: boolean | undefined;
}

/** A span and two metrics per query, until the returned function is called. */
export function observeQueries(
  tracer: Tracer,
  meter: Meter,
  options: QueryTelemetryOptions,
): () => void {
  const traitsOf = statementTraits();
  const spans = new WeakMap<QueryStart, { readonly span: Span; readonly context: Context }>();
  const duration = meter.createHistogram(METRIC.operationDuration, {
    unit: "s",
    description: "Duration of database client operations.",
    advice: { explicitBucketBoundaries: [...DURATION_BUCKETS] },
  });
  const rows = meter.createHistogram(METRIC.returnedRows, {
    unit: "{row}",
    description: "Rows returned by a query.",
    advice: { explicitBucketBoundaries: [...ROW_BUCKETS] },
  });

  const stops = [
    onQueryStart((query) => {
      const traits = traitsOf(query.sql, query.server.system);
      const attributes = queryAttributes(query, traits);
      Object.assign(attributes, textAttributes(query, traits, options));
      const name = traits.summary === "" ? query.server.system : traits.summary;
      const parent = context.active();
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
      if (options.callSites === true && span.isRecording()) {
        span.setAttributes(callSiteAttributes(query));
      }
      spans.set(query, { span, context: trace.setSpan(parent, span) });
    }),
    onQuery((query) => {
      const traits = traitsOf(query.sql, query.server.system);
      const failure = errorAttributes(query);
      const attributes = { ...queryAttributes(query, traits), ...failure };
      const started = spans.get(query);
      duration.record(query.durationMs / 1000, attributes, started?.context);
      if (query.rows !== undefined && traits.returnsRows) {
        rows.record(query.rows, attributes, started?.context);
      }
      if (started !== undefined) end(started.span, failure);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** The message of an error stays out: servers quote rows in it (`invalid input syntax for type integer: "..."`). */
function end(span: Span, failure: Attributes | undefined): void {
  if (failure !== undefined) {
    span.setAttributes(failure);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Who sends parameters says that what is in the text is no secret; else constants stay out. */
function textAttributes(
  query: QueryStart,
  { shape }: StatementTraits,
  { literals, parameters }: QueryTelemetryOptions,
): Attributes {
  const asItIs = literals === true || query.parameterCount > 0;
  const attributes: Attributes = { [ATTRIBUTE.queryText]: asItIs ? query.sql : shape };
  if (parameters === true) {
    for (const [index, value] of query.parameters().entries()) {
      attributes[parameterAttribute(index)] =
        parameterTexts([value], Number.MAX_SAFE_INTEGER)?.[0] ?? inspect(value);
    }
  }
  return attributes;
}

function callSiteAttributes(query: QueryStart): Attributes {
  const site = query.callSite();
  if (site === undefined) return {};
  const attributes: Attributes = {
    [ATTRIBUTE.codeFile]: site.file,
    [ATTRIBUTE.codeLine]: site.line,
    [ATTRIBUTE.codeColumn]: site.column,
  };
  if (site.function !== undefined) attributes[ATTRIBUTE.codeFunction] = site.function;
  return attributes;
}
