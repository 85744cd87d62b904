import type { Catalog } from "../catalog/catalog.ts";
import type { FindStatistics } from "../catalog/find-statistics.ts";
import type { Engine, ParsedQuery, ParsedText } from "../engine.ts";
import type { EventSource } from "../log/event-source.ts";
import type { QueryEvent } from "../log/query-event.ts";
import { coveredSeconds, type SourceTime } from "./covered-time.ts";
import { isOwnQuery } from "./own-query.ts";
import { repeatedQueries } from "./repeated-queries.ts";
import { addEvent, newShape, type Shape, shapeQuery } from "./shape.ts";
import { skippedQueries } from "./skipped-queries.ts";
import { withRecurringLiterals } from "./recurring-literals.ts";
import type { Query, Workload } from "./workload.ts";

/** Texts that are remembered: placeholder texts repeat and are parsed once, texts with literals pass through. */
const REMEMBERED_TEXTS = 2_000;

/** What a text turned out to be. */
type Sorted =
  | {
      readonly kind: "shape";
      readonly shape: Shape;
      readonly sample: ParsedQuery["sample"];
    }
  | { readonly kind: "ignored" }
  | {
      readonly kind: "skipped";
      readonly redacted: string;
      readonly reason: string;
      /** What a planner may take it for. */
      readonly unread?: { readonly shape: Shape; readonly sample: ParsedQuery["sample"] };
    };

/**
 * Groups the sources' events by shape. Sources are read in turn; memory grows with the number of shapes, not of events.
 * Statements without a plan, of this tool itself and on the server's own catalogs are only counted. Statistics make sure
 * that values which many rows have are among the samples.
 */
export async function buildWorkload(
  sources: readonly EventSource[],
  parse: Engine["parse"],
  catalog: Catalog,
  find: FindStatistics = () => undefined,
): Promise<Workload> {
  const shapes = new Map<string, Shape>();
  const remembered = new Map<string, Sorted>();
  const skipped = skippedQueries();
  const times: SourceTime[] = [];
  let ignoredCalls = 0;

  for (const source of sources) {
    let last: number | undefined;
    for await (const event of source.events) {
      if (event.at !== undefined) last = Math.max(last ?? event.at, event.at);
      if (isOwnQuery(event)) {
        ignoredCalls += event.calls;
        continue;
      }
      const sorted =
        remembered.get(event.sql) ?? sortText(await parse(event.sql), shapes, catalog, find);
      remember(remembered, event.sql, sorted);
      if (sorted.kind === "ignored") ignoredCalls += event.calls;
      else if (sorted.kind === "skipped") {
        const { redacted, reason, unread } = sorted;
        if (!skipped.add(event, redacted, reason, unread?.shape) || unread === undefined) continue;
        addEvent(unread.shape, event, source.name);
        const sample = unread.sample(event.parameters);
        if (sample !== null) unread.shape.samples.add(sample, event);
      } else {
        addEvent(sorted.shape, event, source.name);
        const sample = sorted.sample(event.parameters);
        if (sample !== null) await addValues(sorted.shape, sample, event, parse, catalog);
      }
    }
    times.push({ seconds: source.summary().seconds, last });
  }
  const queries: Query[] = [];
  for (const shape of shapes.values()) {
    queries.push(shapeQuery(shape, await withRecurringLiterals(shape, parse, catalog)));
  }
  const repeated = await repeatedQueries(sources, queries, parse);
  return {
    queries: queries.toSorted(byWeight),
    skipped: skipped.list().toSorted(byWeight),
    ignoredCalls,
    seconds: coveredSeconds(times),
    ...(repeated.length > 0 && { repeated }),
  };
}

function sortText(
  parsed: ParsedText,
  shapes: Map<string, Shape>,
  catalog: Catalog,
  find: FindStatistics,
): Sorted {
  if (parsed.kind === "utility") return { kind: "ignored" };
  if (parsed.kind === "error") {
    const { redacted, message: reason, unread } = parsed;
    if (unread === undefined) return { kind: "skipped", redacted, reason };
    const shape = newShape(unread.fingerprint, unread.normalized, unread.describe(catalog), find);
    return { kind: "skipped", redacted, reason, unread: { shape, sample: unread.sample } };
  }
  const { fingerprint, sample } = parsed;
  const known = shapes.get(fingerprint);
  if (known !== undefined) return { kind: "shape", shape: known, sample };
  const statement = parsed.describe(catalog);
  if (statement.systemOnly === true) return { kind: "ignored" };
  const shape = newShape(fingerprint, parsed.normalized, statement, find);
  shape.fromValues = sample() !== null;
  shapes.set(fingerprint, shape);
  return { kind: "shape", shape, sample };
}

/** Forgets the text that was not seen for longest. */
function remember(remembered: Map<string, Sorted>, sql: string, sorted: Sorted): void {
  remembered.delete(sql);
  remembered.set(sql, sorted);
  if (remembered.size <= REMEMBERED_TEXTS) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    break;
  }
}

/** Keeps a text with its values, and reads the shape's structure from the first one: it says more than placeholders. */
async function addValues(
  shape: Shape,
  sample: string,
  event: QueryEvent,
  parse: Engine["parse"],
  catalog: Catalog,
): Promise<void> {
  shape.samples.add(sample, event);
  if (shape.fromValues) return;
  shape.fromValues = true;
  const parsed = await parse(sample);
  if (parsed.kind === "query") shape.statement = parsed.describe(catalog);
}

interface Weighed {
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number | undefined;
}

/** By total time, then calls, descending; by text where both are equal, so that the order is always the same. */
function byWeight(a: Weighed, b: Weighed): number {
  const time = (b.totalMs ?? 0) - (a.totalMs ?? 0);
  const calls = b.calls - a.calls;
  return time || calls || (a.sql < b.sql ? -1 : a.sql > b.sql ? 1 : 0);
}
