import { type ExecutionSink } from "../execution.ts";
import { executionOutput } from "./join-executions.ts";
import { joinOpenEnds, type OpenEnds, settleAll } from "./open-sessions.ts";
import type { KeptExecution, SessionState, SessionToken } from "./session-state.ts";

/** Open ends that another thread can read: shapes have the numbers of the range's own sink, and these have keys. */
export interface RangeEnds {
  readonly ends: OpenEnds;
  readonly keys: ReadonlyMap<number, string>;
}

export function rangeEnds(ends: OpenEnds, sink: ExecutionSink): RangeEnds {
  const keys = new Map<number, string>();
  const note = (shape: number): void => {
    if (shape !== -1 && !keys.has(shape)) keys.set(shape, sink.keyOf(shape));
  };
  for (const { tokens } of ends.heads.values()) {
    for (const token of tokens) if (token.kind === "plan") note(token.plan.shape);
  }
  for (const { started, plans, lastShape } of ends.tails.values()) {
    if (started !== null) note(started.shape);
    for (const plan of plans) note(plan.shape);
    note(lastShape);
  }
  return { ends, keys };
}

/** Joins the ranges of one log, whatever sinks they were read into. */
export interface RangeJoiner {
  /** The next range, in the order of the log. */
  add(range: RangeEnds): void;
  /** The log has ended. */
  end(): void;
}

/** Counts what ranges left to be decided in `sink`. */
export function joinRanges(sink: ExecutionSink): RangeJoiner {
  const output = executionOutput(sink);
  const carried = new Map<number, SessionState>();
  const numbers = new Map<string, number>();
  /** A text of each shape, by number. */
  const texts = new Map<number, Uint8Array>();

  const shapeOf = (shape: number): number => {
    const text = texts.get(shape);
    if (text === undefined) return -1;
    return sink.shapeOf(Buffer.from(text.buffer, text.byteOffset, text.length), 0, text.length);
  };
  const inSink = {
    execution: (kept: KeptExecution) => output.execution({ ...kept, shape: shapeOf(kept.shape) }),
    failure: (shape: number, failure: Parameters<typeof output.failure>[1]) =>
      output.failure(shapeOf(shape), failure),
  };

  return {
    add({ ends, keys }) {
      const numberOf = (shape: number): number => {
        const key = keys.get(shape);
        if (key === undefined) return -1;
        const number = numbers.get(key) ?? numbers.size;
        numbers.set(key, number);
        return number;
      };
      const kept = (one: KeptExecution): KeptExecution => {
        const shape = numberOf(one.shape);
        if (!texts.has(shape)) texts.set(shape, one.text);
        return { ...one, shape };
      };
      const token = (one: SessionToken): SessionToken =>
        one.kind === "plan" ? { kind: "plan", plan: kept(one.plan) } : one;
      const state = (one: SessionState): SessionState => ({
        started: one.started === null ? null : kept(one.started),
        plans: one.plans.map(kept),
        lastShape: numberOf(one.lastShape),
        plansInRow: one.plansInRow,
      });
      const heads = [...ends.heads].map(
        ([key, { tokens, whole }]) => [key, { tokens: tokens.map(token), whole }] as const,
      );
      const tails = [...ends.tails].map(([key, tail]) => [key, state(tail)] as const);
      joinOpenEnds(carried, { heads: new Map(heads), tails: new Map(tails) }, inSink);
    },
    end() {
      settleAll(carried, inSink);
      carried.clear();
    },
  };
}
