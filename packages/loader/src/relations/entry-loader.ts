import type { Kysely } from "kysely";
import { DataLoader } from "../data-loader.ts";
import { TupleMap } from "../tuple-map.ts";
import { engineOf } from "./engine-of.ts";
import type { Entry } from "./entry.ts";
import type { KeyedQuery } from "./keyed-query.ts";
import { sendEntries } from "./send-entries.ts";

type Rows = readonly unknown[];

/** Gathers entries of one relation, database and scope. */
export interface EntryLoader {
  load(entry: Entry<KeyedQuery>): Promise<Rows>;
  /** The entries that are not sent yet, by what they ask for. */
  readonly gathering: TupleMap<readonly unknown[], Entry<KeyedQuery>>;
}

export function createEntryLoader(db: Kysely<unknown>, name: string): EntryLoader {
  const engine = engineOf(db.getExecutor().adapter);
  const gathering = new TupleMap<readonly unknown[], Entry<KeyedQuery>>();
  let sending: Promise<void> | undefined;

  function send(entries: readonly Entry<KeyedQuery>[]): Promise<(Rows | Error)[]> {
    gathering.clear();
    const sent = sendEntries(entries, db, engine);
    sending = sent.then(() => undefined);
    return sent;
  }

  // With one statement under way at a time, callers that come out of step with each other still meet.
  function schedule(dispatch: () => void): void {
    if (sending === undefined) setImmediate(dispatch);
    else void sending.then(() => setImmediate(dispatch));
    sending = undefined;
  }

  const loader = new DataLoader<Entry<KeyedQuery>, Rows>(send, {
    name,
    cache: false,
    batchScheduleFn: schedule,
  });
  return { load: (entry) => loader.load(entry), gathering };
}
