import { DataLoader, TupleMap } from "@dbadvise/loader";
import { create, indexedResolver } from "@yornaath/batshit";
import Peer from "dataloader";

/** Keys per loader: a request's worth. */
export const KEYS = 500;
/** Loaders at a time where resolvers load. */
export const REQUESTS = 10;

interface Row {
  readonly id: number;
  readonly name: string;
}
type Tuple = readonly [number, number];
type Loader = Peer<number, Row>;

/** Prepares one loader; what comes back is timed. */
export type Contender = () => (() => Promise<unknown>) | Promise<() => Promise<unknown>>;

export interface Case {
  readonly name: string;
  /** Ratio to dataloader that is asked for. */
  readonly bar?: number;
  /** Loaders that run at a time. */
  readonly atATime: number;
  readonly dataloader: Contender;
  readonly ours: Contender;
  /** It has neither a cache nor a `loadMany`. */
  readonly batshit?: Contender;
}

const rows: readonly Row[] = Array.from({ length: KEYS }, (_, id) => ({ id, name: `n${id}` }));
const unique: readonly number[] = rows.map(({ id }) => id);
const texts: readonly string[] = unique.map(String);
const hot: readonly number[] = unique.map((id) => (id * 7919) % 25);
const answer = async (keys: readonly number[]): Promise<Row[]> =>
  keys.map((key) => rows[key] as Row);
const answerLater = async (keys: readonly number[]): Promise<Row[]> => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return answer(keys);
};
const answerTuples = async (keys: readonly Tuple[]): Promise<Row[]> =>
  keys.map(([, key]) => rows[key] as Row);
const tuples = (): Tuple[] => unique.map((id): Tuple => [id % 7, id]);

/** Loads settle in the order of the calls, so that all have settled with the last. */
const loadEach = (loader: Loader, keys: readonly number[]) => (): Promise<unknown> => {
  let last: Promise<unknown> = Promise.resolve();
  for (const key of keys) last = loader.load(key);
  return last;
};
const loadAll = (loader: Loader, keys: readonly number[]) => (): Promise<unknown> =>
  Promise.all(keys.map((key) => loader.load(key)));
/** As in a tree of GraphQL: whoever loads is a function of its own. */
const resolveEach = (loader: Loader, keys: readonly number[]) => async (): Promise<void> => {
  // A request comes in a turn of the event loop of its own.
  await new Promise((resolve) => setImmediate(resolve));
  const names = await Promise.all(
    keys.map(async (key) => {
      const row = await loader.load(key);
      return row.name;
    }),
  );
  if (names.length !== KEYS) throw new Error("not all were loaded");
};
const warm = async (loader: Loader): Promise<Loader> => {
  await Promise.all(unique.map((key) => loader.load(key)));
  return loader;
};

function both(
  name: string,
  prepare: (make: typeof Peer) => ReturnType<Contender>,
  bar?: number,
): Case {
  return {
    name,
    atATime: 1,
    dataloader: () => prepare(Peer),
    ours: () => prepare(DataLoader),
    ...(bar === undefined ? {} : { bar }),
  };
}

/** Without bars: much of it is what the resolvers themselves cost, the same for both. */
function inResolvers(name: string, prepare: (make: typeof Peer) => ReturnType<Contender>): Case {
  return { ...both(`${name}, in resolvers`, prepare), atATime: REQUESTS };
}

export const CASES: readonly Case[] = [
  { ...both("unique keys", (Make) => loadEach(new Make(answer), unique), 1.2), batshit },
  both("unique keys, text", (Make) => {
    const loader = new Make(async (ids: readonly string[]) => answer(ids.map(Number)));
    return async () => {
      let last: Promise<unknown> = Promise.resolve();
      for (const id of texts) last = loader.load(id);
      await last;
    };
  }),
  both("unique keys, Promise.all", (Make) => loadAll(new Make(answer), unique)),
  inResolvers("unique keys", (Make) => resolveEach(new Make(answerLater), unique)),
  both("unique keys, no cache", (Make) => loadEach(new Make(answer, { cache: false }), unique)),
  both("each key twice", (Make) =>
    loadEach(
      new Make(answer),
      unique.map((id) => id >> 1),
    ),
  ),
  both("hits, few hot keys", async (Make) => loadEach(await warm(new Make(answer)), hot), 2.5),
  both("hits, few hot keys, Promise.all", async (Make) =>
    loadAll(await warm(new Make(answer)), hot),
  ),
  inResolvers("hits, few hot keys", async (Make) => resolveEach(await warm(new Make(answer)), hot)),
  both("hits, each key once", async (Make) => loadEach(await warm(new Make(answer)), unique)),
  both(
    "loadMany",
    (Make) => {
      const loader: Loader = new Make(answer);
      return () => loader.loadMany(unique);
    },
    2.5,
  ),
  both(
    "loadMany, all hits",
    async (Make) => {
      const loader = await warm(new Make(answer));
      return () => loader.loadMany(unique);
    },
    2.5,
  ),
  {
    name: "composite keys: JSON, tuples",
    atATime: 1,
    dataloader: () => {
      const loader = new Peer(answerTuples, { cacheKeyFn: (key: Tuple) => JSON.stringify(key) });
      return () => Promise.all(tuples().map((key) => loader.load(key)));
    },
    ours: () => {
      const loader = new DataLoader(answerTuples, { cacheMap: new TupleMap() });
      return () => Promise.all(tuples().map((key) => loader.load(key)));
    },
  },
];

/** At its cheapest: sent by hand, since its windows start a timer per key. */
function batshit(): () => Promise<unknown> {
  const batcher = create({
    fetcher: async (keys: number[]) =>
      Object.fromEntries((await answer(keys)).map((row) => [row.id, row])),
    resolver: indexedResolver<Record<number, Row>, number>(),
    scheduler: () => "never",
  });
  return async () => {
    let last: Promise<unknown> = Promise.resolve();
    for (const key of unique) last = batcher.fetch(key);
    await batcher.next();
    return last;
  };
}
