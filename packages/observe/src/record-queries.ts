import { AsyncLocalStorage } from "node:async_hooks";
import { type CallSite } from "./call-site.ts";
import { onQuery, onQueryStart } from "./query-channel.ts";
import type { QueryEnd, QueryStart } from "./query-message.ts";
import { withScope } from "./scope.ts";
import { statementShape } from "./statement-shape.ts";

/** Every function under way that is listened to, from the inside out. */
interface Listening {
  readonly outer: Listening | undefined;
}

const listening = new AsyncLocalStorage<Listening>();

/** Runs `fn` in a scope of its own, and calls the listeners for each query that it or anything that it awaits sends. */
export async function listenWhile<Result>(
  fn: () => Result,
  started: (query: QueryStart) => void,
  ended: (query: QueryEnd) => void,
): Promise<Awaited<Result>> {
  const own: Listening = { outer: listening.getStore() };
  const sent = new WeakSet<QueryStart>();
  const subscriptions = [
    onQueryStart((query) => {
      let inner = listening.getStore();
      while (inner !== undefined && inner !== own) inner = inner.outer;
      if (inner === undefined) return;
      sent.add(query);
      started(query);
    }),
    onQuery((query) => {
      if (sent.has(query)) ended(query);
    }),
  ];
  try {
    return await listening.run(own, () => withScope(fn));
  } finally {
    for (const unsubscribe of subscriptions) unsubscribe();
  }
}

/** The queries of one shape that a function sent. */
export interface RecordedShape {
  readonly shape: string;
  queries: number;
  /** Sent while another of the shape was under way. */
  overlapping: number;
  /** Where the last one came from. */
  callSite: CallSite | undefined;
}

/** Runs `fn` and gives the queries that it sent, by shape, in the order of their first; without those not `counted`. */
export async function recordQueries<Result>(
  fn: () => Result,
  counted: (shape: string) => boolean,
): Promise<{
  readonly result: Awaited<Result>;
  readonly shapes: ReadonlyMap<string, RecordedShape>;
}> {
  const shapes = new Map<string, RecordedShape & { running: number }>();
  const running = new WeakMap<QueryStart, { running: number }>();
  const result = await listenWhile(
    fn,
    (query) => {
      const shape = statementShape(query.sql, query.server.system);
      if (!counted(shape)) return;
      const record = shapes.get(shape) ?? {
        shape,
        queries: 0,
        overlapping: 0,
        callSite: undefined,
        running: 0,
      };
      shapes.set(shape, record);
      running.set(query, record);
      record.queries += 1;
      if (record.running > 0) record.overlapping += 1;
      record.running += 1;
      record.callSite = query.callSite();
    },
    (query) => {
      const record = running.get(query);
      if (record !== undefined) record.running -= 1;
    },
  );
  return { result, shapes };
}
