import { AssertionError } from "node:assert";
import { nPlusOneIsAllowed } from "./allow-n-plus-one.ts";
import { batchingOf, describeNPlusOne, shortShape, siteText } from "./describe-n-plus-one.ts";
import { type NPlusOneRules, watchNPlusOne } from "./n-plus-one-watch.ts";
import { listenWhile, type RecordedShape, recordQueries } from "./record-queries.ts";
import { statementKind } from "./statement-kind.ts";

export { allowNPlusOne } from "./allow-n-plus-one.ts";
export type { NPlusOneRules } from "./n-plus-one-watch.ts";

/**
 * Runs `fn` in a scope of its own and gives its result. Rejects with an `AssertionError` if one of the scopes in it shows
 * an N+1 or duplicate queries, by the rules of `detectNPlusOne`.
 *
 * Only queries that `fn` or what it awaits sends are seen: a server that is asked over a socket answers elsewhere. So that
 * such a test does not pass for nothing, no query at all is an `AssertionError` too.
 */
export async function expectNoNPlusOne<Result>(
  fn: () => Result,
  rules: NPlusOneRules = {},
): Promise<Awaited<Result>> {
  let queries = 0;
  const watch = watchNPlusOne(rules);
  const result = await listenWhile(
    fn,
    (query) => {
      queries += 1;
      watch.started(query);
    },
    watch.ended,
  );
  if (queries === 0) throw noQueries("expectNoNPlusOne");
  const { patterns, notJudged } = watch.report();
  if (patterns.length > 0) {
    fail("expectNoNPlusOne", patterns.map(describeNPlusOne).join("\n"), patterns.length, 0);
  }
  if (notJudged.beyondShapes > 0) {
    const message = `${notJudged.beyondShapes} queries could not be judged: one scope sent more than 500 shapes.`;
    fail("expectNoNPlusOne", message, notJudged.beyondShapes, 0);
  }
  return result;
}

/** How many queries a function may send. Each method runs it once and gives its result. */
export interface QueryCountExpectation<Result> {
  toBe(count: number): Promise<Result>;
  toBeAtMost(count: number): Promise<Result>;
}

/**
 * Counts the queries of `fn`, run in a scope of its own: `await expectQueryCount(() => listOrders()).toBe(3)`. What begins
 * and ends transactions is not counted. Rejects with an `AssertionError` that lists the queries by shape.
 */
export function expectQueryCount<Result>(fn: () => Result): QueryCountExpectation<Awaited<Result>> {
  async function expectCount(
    count: number,
    wanted: string,
    isMet: (seen: number) => boolean,
  ): Promise<Awaited<Result>> {
    const { result, shapes } = await recordQueries(fn, isCounted);
    const seen = totalOf(shapes);
    if (isMet(seen)) return result;
    const lines = [...shapes.values()].flatMap((record) => [
      `  ${record.queries} x ${shortShape(record.shape)}`,
      ...siteLine(record),
    ]);
    const message = [`Expected ${wanted} queries, there were ${seen}`, ...lines].join("\n");
    fail("expectQueryCount", message, seen, count);
  }
  return {
    toBe: (count) => expectCount(count, `${count}`, (seen) => seen === count),
    toBeAtMost: (count) => expectCount(count, `at most ${count}`, (seen) => seen <= count),
  };
}

/**
 * Runs `fn` with `n` and with `2n`, each in a scope of its own, and rejects with an `AssertionError` if the second run sent
 * more queries: it names the shapes that grew. `fn` has to make and use data of that size. `n` is 5 by default; a run with
 * `n` goes before, so that what is asked once in a process is not counted.
 *
 * Everything counts but transaction control and what `fn` sends inside {@link allowNPlusOne}: make the data there.
 */
export async function expectConstantQueries(
  fn: (n: number) => unknown,
  { n = 5 }: { readonly n?: number } = {},
): Promise<void> {
  if (!Number.isInteger(n) || n < 1) {
    throw new RangeError(`n is ${n}: it has to be a whole number from 1 on`);
  }
  const run = async (size: number): Promise<ReadonlyMap<string, RecordedShape>> => {
    const counted = (shape: string): boolean => isCounted(shape) && !nPlusOneIsAllowed();
    return (await recordQueries(() => fn(size), counted)).shapes;
  };
  const warm = await run(n);
  const once = await run(n);
  const twice = await run(2 * n);
  const [before, after] = [totalOf(once), totalOf(twice)];
  if (totalOf(warm) + before + after === 0) throw noQueries("expectConstantQueries");
  if (after <= before) return;
  const grown = [...twice.values()].flatMap((record) => {
    const { shape, queries, overlapping } = record;
    const earlier = once.get(shape)?.queries ?? 0;
    if (queries <= earlier) return [];
    return [
      `  ${earlier} -> ${queries} x ${shortShape(shape)}`,
      ...siteLine(record),
      `      ${batchingOf(shape, overlapping * 2 >= queries)}`,
    ];
  });
  const message = `The number of queries grows with the data: ${before} for n = ${n}, ${after} for n = ${2 * n}`;
  fail("expectConstantQueries", [message, ...grown].join("\n"), after, before);
}

function isCounted(shape: string): boolean {
  return statementKind(shape) !== "transaction";
}

function totalOf(shapes: ReadonlyMap<string, RecordedShape>): number {
  return [...shapes.values()].reduce((sum, { queries }) => sum + queries, 0);
}

function siteLine({ callSite }: RecordedShape): string[] {
  return callSite === undefined ? [] : [`      at ${siteText(callSite)}`];
}

function noQueries(operator: string): AssertionError {
  return new AssertionError({
    message: `${operator} saw no query. The pool or driver has to publish its queries (as @dbadvise/pool does), and they have to be sent by the function or what it awaits: not by a server in another process or behind a socket.`,
    operator,
  });
}

function fail(operator: string, message: string, actual: unknown, expected: unknown): never {
  throw new AssertionError({ operator, message, actual, expected });
}
