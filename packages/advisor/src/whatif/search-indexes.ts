import {
  applyMove,
  type Choice,
  type Effect,
  effectOf,
  emptyChoice,
  type Move,
  type SelectionProblem,
} from "./index-choice.ts";

export interface SearchLimits {
  /** Bytes that all chosen indexes may take together. `Infinity`: no limit. */
  readonly bytes: number;
  /** Indexes that may be chosen. `Infinity`: no limit. */
  readonly indexes: number;
  /** True once the search should end with the best choice so far. */
  readonly expired: () => boolean;
}

export interface SearchResult {
  readonly best: Choice;
  /** Every choice that the search passed through: points of the cost curve. */
  readonly passed: readonly Choice[];
}

/** Starts that are improved. */
const MAX_IMPROVED = 2;
/** Exchanges that are looked at together in one round of local search; the most promising come first. */
const MAX_EXCHANGES = 4_000;

/**
 * Anytime search for the cheapest choice within the limits. Several starts: what the planner uses when it may use everything,
 * taken back step by step until it fits; and greedy ones from nothing, by gain, by gain per byte and by widening. Then the
 * best ones are improved by exchanges until nothing helps or time is up. The starts ask mostly the same questions, and what
 * was asked once is free.
 */
export async function searchIndexes(
  problem: SelectionProblem,
  limits: SearchLimits,
): Promise<SearchResult> {
  const passed: Choice[] = [];
  const pass = (choice: Choice): Choice => {
    passed.push(choice);
    return choice;
  };
  const search: Search = { problem, limits, pass, pool: [], bundles: [] };
  const nothing = pass(await emptyChoice(problem));
  const seen = await peel(search);
  const pooled: Search = { ...search, pool: seen.pool, bundles: seen.bundles };

  const starts = [await takeBack(pooled, await choose(problem, nothing, seen.wanted))];
  const ranks = Number.isFinite(limits.bytes) ? [byGainPerByte, byWidening] : [byGain];
  for (const rank of ranks) {
    if (limits.expired()) break;
    starts.push(await greedy(pooled, nothing, rank));
  }
  const fitting = starts.filter((start) => fits(start, limits)).toSorted(cheapestFirst(problem));
  let best = fitting[0] ?? nothing;
  const done = new Set<string>();
  for (const start of fitting) {
    const key = start.indexes.join(",");
    if (limits.expired() || done.size === MAX_IMPROVED) break;
    if (done.has(key)) continue;
    done.add(key);
    const improved = await improve(pooled, start);
    if (valueOf(problem, improved) < valueOf(problem, best)) best = improved;
  }
  return { best, passed };
}

interface Search {
  readonly problem: SelectionProblem;
  readonly limits: SearchLimits;
  readonly pass: (choice: Choice) => Choice;
  /** Indexes worth trying. */
  readonly pool: readonly number[];
  /** Indexes that one plan uses together: alone, none of them may help. */
  readonly bundles: readonly (readonly number[])[];
}

/** What the search lowers: the cost, and the least that every index has to earn. */
function valueOf({ minimumGain }: SelectionProblem, choice: Choice): number {
  return choice.cost + choice.indexes.length * minimumGain;
}

function cheapestFirst(problem: SelectionProblem): (a: Choice, b: Choice) => number {
  return (a, b) => valueOf(problem, a) - valueOf(problem, b) || a.bytes - b.bytes;
}

function fits(choice: Choice, { bytes, indexes }: SearchLimits): boolean {
  return choice.bytes <= bytes && choice.indexes.length <= indexes;
}

function moveFits(choice: Choice, { move, bytes }: Effect, limits: SearchLimits): boolean {
  return (
    choice.bytes + bytes <= limits.bytes &&
    choice.indexes.length + move.add.length - move.remove.length <= limits.indexes
  );
}

/** So few that all are worth trying. */
const FEW_INDEXES = 32;
/** Levels of second, third, ... best indexes that are looked for. */
const MAX_PEELS = 12;

/**
 * Lets the planner choose among all indexes, then among all but those it chose, and so on until none helps: these are worth
 * trying, and each answer bounds the cost of all sets without the ones taken away.
 */
async function peel({ problem: { oracle, indexes } }: Search): Promise<{
  readonly wanted: readonly number[];
  readonly pool: readonly number[];
  readonly bundles: readonly (readonly number[])[];
}> {
  const wanted = new Set<number>();
  const few = indexes.length <= FEW_INDEXES;
  const pool = new Set<number>(few ? indexes.keys() : []);
  const bundles = new Map<string, readonly number[]>();
  for (let query = 0; query < oracle.queries; query++) {
    const usable = oracle.indexesOf(query);
    const narrow = usable.filter((index) => indexes[index]?.parts.length === 0);
    const none = oracle.bounds(query, 0n).upper;
    for (const [start, from] of [usable, narrow].entries()) {
      let set = from.reduce((bits, index) => bits | oracle.bitOf(query, index), 0n);
      for (let level = 0; level < MAX_PEELS && set !== 0n; level++) {
        const used = await oracle.ask(query, set);
        const together = usable.filter((index) => (oracle.bitOf(query, index) & used) !== 0n);
        if (together.length > 1) bundles.set(together.join(","), together);
        for (const index of together) {
          pool.add(index);
          if (level === 0 && start === 0) wanted.add(index);
        }
        if (used === 0n || oracle.bounds(query, set).upper >= none) break;
        set &= ~used;
      }
    }
  }
  return {
    wanted: [...wanted].toSorted(ascending),
    pool: [...pool].toSorted(ascending),
    bundles: [...bundles.values()],
  };
}

async function choose(
  problem: SelectionProblem,
  nothing: Choice,
  indexes: readonly number[],
): Promise<Choice> {
  return applyMove(problem, nothing, { add: indexes, remove: [] });
}

/** Lower is better; `null` where the move is no option. Grows with the effect's cost, so that bounds rank as well. */
type Rank = (change: number, effect: Effect) => number | null;

const byGain: Rank = (change) => change;
const byGainPerByte: Rank = (change, { bytes }) => perByte(change, bytes);
/** As Extend does it (Schlosser, Kossmann, Boissier, ICDE 2019): one column at a time, by gain per byte. */
const byWidening: Rank = (change, { bytes, move }) =>
  move.remove.length === 0 && move.add.length !== 1 ? null : perByte(change, bytes);

function perByte(change: number, bytes: number): number {
  return change < 0 ? change / Math.max(bytes, 1) : change * Math.max(bytes, 1);
}

/** Adds or widens one index after the other while that lowers the value. */
async function greedy(search: Search, from: Choice, rank: Rank): Promise<Choice> {
  const { problem, limits, pool, bundles, pass } = search;
  const widening = rank === byWidening;
  const inPool = new Set(pool);
  let choice = from;
  while (!limits.expired()) {
    const moves: Move[] = [];
    for (const index of pool) {
      if (choice.indexes.includes(index)) continue;
      const parts = problem.indexes[index]?.parts ?? [];
      if (!widening || parts.length === 0) moves.push({ add: [index], remove: [] });
      const inside = parts.filter((part) => choice.indexes.includes(part));
      if (inside.length > 0) moves.push({ add: [index], remove: inside });
    }
    for (const bundle of bundles) {
      const add = bundle.filter((index) => inPool.has(index) && !choice.indexes.includes(index));
      if (add.length > 1) moves.push({ add, remove: [] });
    }
    const effect = await bestEffect(search, choice, moves, rank);
    if (effect === null) break;
    choice = pass(await applyMove(problem, choice, effect.move));
  }
  return choice;
}

/**
 * Takes indexes away, or puts narrower ones in their place, by least loss for what it frees, until the choice fits and all are
 * worth it; `but` stay.
 */
async function takeBack(
  search: Search,
  from: Choice,
  but: readonly number[] = [],
): Promise<Choice> {
  const { problem, limits, pass, pool } = search;
  let choice = pass(from);
  for (;;) {
    const current = choice;
    const bytesOver = current.bytes > limits.bytes;
    const over = bytesOver || current.indexes.length > limits.indexes;
    const removable = current.indexes.filter((index) => !but.includes(index));
    const moves = removable.flatMap((index): readonly Move[] => [
      { add: [], remove: [index] },
      ...(problem.indexes[index]?.parts ?? [])
        .filter((part) => pool.includes(part) && !current.indexes.includes(part))
        .map((part) => ({ add: [part], remove: [index] })),
    ]);
    const rank: Rank = (change, { bytes, move }) => {
      if (bytesOver && bytes >= 0) return null;
      if (over && !bytesOver && move.add.length > 0) return null;
      if (change < 0 || !bytesOver) return change;
      return change / -bytes;
    };
    const effect = await bestEffect(
      { ...search, limits: ANYTHING },
      current,
      moves,
      rank,
      over ? Number.POSITIVE_INFINITY : 0,
    );
    if (effect === null) return choice;
    choice = pass(await applyMove(problem, current, effect.move));
  }
}

const ANYTHING: SearchLimits = {
  bytes: Number.POSITIVE_INFINITY,
  indexes: Number.POSITIVE_INFINITY,
  expired: () => false,
};

/** Requests to the planner without a gain after which local search gives up. */
const PATIENCE = 300;

/** Exchanges one or two indexes for others, drops and refills, until nothing helps or too much was asked in vain. */
async function improve(whole: Search, from: Choice): Promise<Choice> {
  const { problem, pass } = whole;
  const asked = (): number => problem.oracle.counts().asked;
  let gainedAt = asked();
  const expired = (): boolean => whole.limits.expired() || asked() - gainedAt > PATIENCE;
  const search: Search = { ...whole, limits: { ...whole.limits, expired } };
  let choice = await refill(search, from);
  while (!expired()) {
    const effect = await bestEffect(search, choice, exchanges(search, choice), byGain);
    const better =
      effect === null
        ? ((await makeRoom(search, choice)) ?? (await dropAndRefill(search, choice)))
        : await refill(search, pass(await applyMove(problem, choice, effect.move)));
    if (better === null) break;
    choice = better;
    gainedAt = asked();
  }
  return choice;
}

async function refill(search: Search, choice: Choice): Promise<Choice> {
  return greedy(search, choice, byGain);
}

function exchanges({ problem, pool, limits }: Search, choice: Choice): readonly Move[] {
  const outside = pool.filter((index) => !choice.indexes.includes(index));
  const limited = Number.isFinite(limits.bytes) || Number.isFinite(limits.indexes);
  const moves: Move[] = choice.indexes.map((index) => ({ add: [], remove: [index] }));
  for (const add of outside) {
    const index = problem.indexes[add];
    for (const remove of choice.indexes) {
      // Without limits an exchange across tables is an addition and a removal, which are moves of their own.
      if (limited || problem.indexes[remove]?.table === index?.table)
        moves.push({ add: [add], remove: [remove] });
    }
    const inside = index?.parts.filter((part) => choice.indexes.includes(part)) ?? [];
    if (inside.length > 1) moves.push({ add: [add], remove: inside });
  }
  return moves.slice(0, MAX_EXCHANGES);
}

/**
 * Adds each index that would help but does not fit, the most promising first, takes others back until it does, and keeps the
 * first result that is better.
 */
async function makeRoom(search: Search, choice: Choice): Promise<Choice | null> {
  const { problem, limits, pool } = search;
  const wanted = pool
    .filter((index) => !choice.indexes.includes(index))
    .map((index) => effectOf(problem, choice, { add: [index], remove: [] }))
    .filter((effect) => effect.lower + problem.minimumGain < 0 && !moveFits(choice, effect, limits))
    .toSorted((a, b) => a.lower - b.lower);
  for (const { move } of wanted) {
    if (limits.expired()) return null;
    const fitting = await takeBack(search, await applyMove(problem, choice, move), move.add);
    if (!fits(fitting, limits)) continue;
    const next = await refill(search, fitting);
    if (isBetter(problem, next, choice)) return next;
  }
  return null;
}

function isBetter(problem: SelectionProblem, next: Choice, than: Choice): boolean {
  return valueOf(problem, next) < valueOf(problem, than) - than.cost * MINIMUM_STEP;
}

/** Takes each index away in turn, fills up without it, and keeps the first result that is better. */
async function dropAndRefill(search: Search, choice: Choice): Promise<Choice | null> {
  const { problem, limits, pool } = search;
  const limited = Number.isFinite(limits.bytes) || Number.isFinite(limits.indexes);
  for (const index of choice.indexes) {
    // Without limits only what serves the same queries or is written with it can be worth more now.
    const related = limited ? null : relatedTo(problem, index);
    const rest = pool.filter((each) => each !== index && (related?.has(each) ?? true));
    for (const rank of [byGain, byGainPerByte]) {
      if (limits.expired()) return null;
      const without = await applyMove(problem, choice, { add: [], remove: [index] });
      const refilled = await greedy({ ...search, pool: rest }, without, rank);
      if (isBetter(problem, refilled, choice)) return refilled;
    }
  }
  return null;
}

function relatedTo({ oracle, indexes }: SelectionProblem, index: number): ReadonlySet<number> {
  const related = new Set(oracle.queriesOf(index).flatMap((query) => oracle.indexesOf(query)));
  for (const [other, { table }] of indexes.entries())
    if (table === indexes[index]?.table) related.add(other);
  return related;
}

/** Relative gain below which a step is rounding. */
const MINIMUM_STEP = 1e-9;

/** Share of the best rank that could be had by which a move's certain rank may be off to be made without asking for the rest. */
const SLACK = 0.1;
/** Requests after which a step takes the move that saves most for certain. */
const STEP_REQUESTS = 15;

/**
 * The best-ranked move that fits and ranks below `bar`, or `null`. Asks the planner only while a move that might be the best
 * is open: moves are looked at in the order of what they could save at most.
 */
async function bestEffect(
  { problem, limits }: Search,
  choice: Choice,
  moves: readonly Move[],
  rank: Rank,
  bar: number = 0,
): Promise<Effect | null> {
  const { oracle, minimumGain } = problem;
  const rounding = choice.cost * MINIMUM_STEP;
  const rankOf = (effect: Effect, cost: number): number => {
    const { add, remove } = effect.move;
    const change = cost + (add.length - remove.length) * minimumGain;
    const worth = rank(bar === 0 && change > -rounding ? Math.max(change, 0) : change, effect);
    return worth ?? Number.POSITIVE_INFINITY;
  };
  const entryOf = (move: Move): Ranked => {
    const effect = effectOf(problem, choice, move);
    return { effect, rank: rankOf(effect, effect.lower), sure: rankOf(effect, effect.upper) };
  };
  const ranked: Ranked[] = [];
  for (const move of moves) {
    const entry = entryOf(move);
    const { effect } = entry;
    if (entry.rank < bar && moveFits(choice, effect, limits)) ranked.push(entry);
  }
  const askedBefore = oracle.counts().asked;
  while (!limits.expired()) {
    let best: Ranked | undefined;
    let surest: Ranked | undefined;
    for (const entry of ranked) {
      if (best === undefined || entry.rank < best.rank) best = entry;
      if (surest === undefined || entry.sure < surest.sure) surest = entry;
    }
    if (best === undefined || surest === undefined || best.rank >= bar) return null;
    const slack = Math.abs(best.rank) * SLACK;
    if (surest.sure - best.rank <= slack) return surest.effect;
    if (surest.sure < 0 && oracle.counts().asked - askedBefore >= STEP_REQUESTS)
      return surest.effect;
    // Answers to other moves' questions may have told more since.
    const before = best.rank;
    Object.assign(best, entryOf(best.effect.move));
    if (best.rank !== before) continue;
    if (best.effect.open === null) return best.effect;
    await oracle.ask(best.effect.open.query, best.effect.open.set);
  }
  return null;
}

interface Ranked {
  readonly effect: Effect;
  /** By what it could save at most, and by what it saves for certain. */
  readonly rank: number;
  readonly sure: number;
}

function ascending(a: number, b: number): number {
  return a - b;
}
