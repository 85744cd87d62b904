/** Random use of both packages, step by step the same: batches, results and the order in which loads settle are equal. */
import { randomNumbers } from "@dbadvise/testkit";
import Real from "dataloader";
import { expect, test } from "vitest";
import Ours from "./index.ts";

const SEQUENCES = 5_000;
const SEED = Number(process.env["DBADVISE_TEST_SEED"] ?? 20_261_122);

type Step =
  | {
      readonly do: "load" | "clear" | "primeError" | "primePromise" | "prime";
      readonly key: number;
    }
  | { readonly do: "loadMany"; readonly keys: readonly number[] }
  | { readonly do: "clearAll" | "tick" | "job" | "send" };

interface Plan {
  readonly maxBatchSize: number;
  readonly cache: "own" | "map" | "none";
  readonly scheduler: "default" | "manual";
  /** How the batch function answers its n-th call. */
  readonly answers: readonly (
    | "now"
    | "jobs"
    | "late"
    | "fails"
    | "throws"
    | "short"
    | "promises"
  )[];
  readonly steps: readonly Step[];
}

test(`${SEQUENCES} random sequences, seed ${SEED}`, async () => {
  const random = randomNumbers(SEED);
  for (let sequence = 0; sequence < SEQUENCES; sequence += 1) {
    const plan = randomPlan(random);
    const [real, ours] = await Promise.all([run(Real, plan), run(Ours as typeof Real, plan)]);
    const message = `sequence ${sequence} of seed ${SEED}: ${JSON.stringify(plan)}`;
    expect(ours.batches, message).toEqual(real.batches);
    expect(ours.settled.toSorted(), message).toEqual(real.settled.toSorted());
    // Of values that are promises themselves the order is up to those.
    if (plan.answers.includes("promises")) continue;
    // A hit on a key that was hit in this batch already settles together with that, not in a place of its own.
    const inOrder = ({ settled }: Run): readonly string[] =>
      settled.filter((line) => !ours.shared.has(line.split(/[:!]/)[0] ?? ""));
    expect(inOrder(ours), message).toEqual(inOrder(real));
  }
});

interface Run {
  /** What the batch function was called with, and when. */
  readonly batches: readonly string[];
  /** What came of the loads, in the order and the ticks in which they settled. */
  readonly settled: readonly string[];
  /** Loads that got the promise of an earlier one. */
  readonly shared: ReadonlySet<string>;
}

async function run(Loader: typeof Real, plan: Plan): Promise<Run> {
  const batches: string[] = [];
  const settled: string[] = [];
  const callbacks: (() => void)[] = [];
  let calls = 0;
  const loader = new Loader<number, string>(
    (keys) => {
      const call = calls++;
      batches.push(keys.join());
      return answer(plan.answers[call % plan.answers.length] ?? "now", keys, call);
    },
    {
      maxBatchSize: plan.maxBatchSize,
      ...(plan.cache === "none" ? { cache: false } : {}),
      ...(plan.cache === "map" ? { cacheMap: new Map() } : {}),
      ...(plan.scheduler === "manual"
        ? { batchScheduleFn: (callback: () => void) => callbacks.push(callback) }
        : {}),
    },
  );
  const pending: Promise<void>[] = [];
  const promises = new Set<Promise<unknown>>();
  const shared = new Set<string>();
  const note = (id: string, promise: Promise<unknown>): void => {
    if (promises.has(promise)) shared.add(id);
    promises.add(promise);
    pending.push(
      promise.then(
        (value) =>
          void settled.push(
            `${id}: ${JSON.stringify(value, (_key, part: unknown) => (part instanceof Error ? `E(${part.message})` : part))}`,
          ),
        (error: unknown) => void settled.push(`${id}! ${String(error)}`),
      ),
    );
  };
  for (const [id, step] of plan.steps.entries()) {
    switch (step.do) {
      case "load":
        note(`${id} load ${step.key}`, loader.load(step.key));
        break;
      case "loadMany":
        note(`${id} many ${step.keys.join()}`, loader.loadMany(step.keys));
        break;
      case "clear":
        loader.clear(step.key);
        break;
      case "clearAll":
        loader.clearAll();
        break;
      case "prime":
        loader.prime(step.key, `primed ${id}`);
        break;
      case "primeError":
        loader.prime(step.key, new Error(`primed ${id}`));
        break;
      case "primePromise":
        loader.prime(step.key, Promise.resolve(`promised ${id}`));
        break;
      case "job":
        await Promise.resolve();
        break;
      case "send":
        callbacks.shift()?.();
        break;
      case "tick":
        await new Promise((resolve) => setImmediate(resolve));
        batches.push("tick");
        settled.push("tick");
        break;
    }
  }
  do {
    for (const callback of callbacks.splice(0)) callback();
    await new Promise((resolve) => setImmediate(resolve));
  } while (callbacks.length > 0);
  await Promise.all(pending);
  return { batches, settled, shared };
}

function answer(
  kind: Plan["answers"][number],
  keys: readonly number[],
  call: number,
): Promise<(string | Error)[]> {
  const values = (): (string | Error)[] =>
    keys.map((key) => (key % 5 === 4 ? new Error(`key ${key}`) : `${key} of ${call}`));
  switch (kind) {
    case "now":
      return Promise.resolve(values());
    case "jobs":
      return Promise.resolve()
        .then(values)
        .then(Array.from<string | Error>)
        .then(Array.from<string | Error>);
    case "late":
      return new Promise((resolve) => {
        setImmediate(() => setImmediate(() => resolve(values())));
      });
    case "promises":
      return Promise.resolve(values()).then((all) =>
        all.map((value) => (value instanceof Error ? value : (Promise.resolve(value) as never))),
      );
    case "fails":
      return Promise.reject(new Error(`call ${call}`));
    case "short":
      return Promise.resolve(values().slice(1));
    case "throws":
      throw new Error(`call ${call}`);
  }
}

function randomPlan(random: () => number): Plan {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const key = (): number => Math.floor(random() * 7);
  const step = (): Step => {
    const roll = random();
    if (roll < 0.42) return { do: "load", key: key() };
    if (roll < 0.58)
      return { do: "loadMany", keys: Array.from({ length: 1 + Math.floor(random() * 4) }, key) };
    if (roll < 0.66) return { do: "tick" };
    if (roll < 0.74) return { do: "job" };
    if (roll < 0.8) return { do: "send" };
    if (roll < 0.84) return { do: "clearAll" };
    return { do: pick(["clear", "prime", "primeError", "primePromise"] as const), key: key() };
  };
  return {
    maxBatchSize: pick([1, 2, 3, Infinity, Infinity]),
    cache: pick(["own", "own", "own", "map", "none"] as const),
    scheduler: pick(["default", "default", "manual"] as const),
    answers: Array.from({ length: 3 }, () =>
      pick(["now", "now", "jobs", "late", "late", "fails", "throws", "short", "promises"] as const),
    ),
    steps: Array.from({ length: 1 + Math.floor(random() * 14) }, step),
  };
}
