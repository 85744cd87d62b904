import type { FailureSeverity } from "../execution.ts";

/** An execution whose bytes are gone: what later records may complete or count. Plain data. */
export interface KeptExecution {
  shape: number;
  /** 0: a further fetch, as in an execution. */
  readonly calls: number;
  ms: number;
  at: number;
  readonly session: number;
  /** Empty: not in the log. */
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** As in the log: not always valid UTF-8. */
  readonly text: Uint8Array;
  readonly parameters: string;
  readonly queryId: string;
}

/** What one connection has logged that later records may complete. */
export interface SessionState {
  /** A statement logged at its start (`log_statement`): its duration comes in a record of its own, or never. */
  started: KeptExecution | null;
  /** Plans (`auto_explain`) of statements that have no other record, as far as is known. */
  readonly plans: KeptExecution[];
  /** Shape of the last execution with a record of its own, whose plan may follow; -1: none. */
  lastShape: number;
  /** Plans since the last record of another kind, counted up to {@link MAX_PLANS}. */
  plansInRow: number;
}

/** A record whose meaning depends on what its connection logged before. */
export type SessionToken =
  /** What is open ends. Plans logged from `startedAt` on are this execution's own or nested in it; NaN: none is. */
  | { readonly kind: "settle"; readonly startedAt: number }
  | { readonly kind: "plan"; readonly plan: KeptExecution }
  /** A duration without a text. */
  | { readonly kind: "duration"; readonly ms: number; readonly at: number }
  /** An error; `unknown` where the log doesn't say of which statement: then of the one that had started. */
  | { readonly kind: "failure"; readonly unknown: UnknownFailure | null };

export interface UnknownFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
  readonly severity: FailureSeverity;
}

/** What comes out of a connection's records. */
export interface SessionOutput {
  execution(execution: KeptExecution): void;
  /** `shape` -1: of no statement that the log has. */
  failure(shape: number, failure: UnknownFailure): void;
}

/** Plans of a connection that are remembered, and plans in a row after which what was open before them has ended. */
export const MAX_PLANS = 64;

export function newSessionState(): SessionState {
  return { started: null, plans: [], lastShape: -1, plansInRow: 0 };
}

/** Takes one record into account. */
export function stepSession(state: SessionState, token: SessionToken, output: SessionOutput): void {
  if (token.kind === "plan") {
    plan(state, token.plan, output);
    return;
  }
  state.plansInRow = 0;
  switch (token.kind) {
    case "settle":
      settle(state, token.startedAt, output);
      return;
    case "duration": {
      // Else it is the time of a parse or bind phase, or of a text that is not in the log.
      const { started } = state;
      if (started === null) return;
      started.ms = token.ms;
      if (!Number.isNaN(token.at)) started.at = token.at;
      settle(state, startOf(started.at, token.ms), output);
      state.lastShape = started.shape;
      return;
    }
    case "failure":
      if (token.unknown !== null) output.failure(state.started?.shape ?? -1, token.unknown);
      state.started = null;
      settle(state, Number.NaN, output);
      state.lastShape = -1;
  }
}

/** When an execution began, with a tolerance for the clock's rounding; plans of before are not its own. */
export function startOf(at: number, ms: number): number {
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at - (Number.isNaN(ms) ? 0 : ms) - 1;
}

/** Counts what is open: nothing will complete it. */
export function settle(state: SessionState, startedAt: number, output: SessionOutput): void {
  if (state.started !== null) output.execution(state.started);
  state.started = null;
  if (state.plans.length === 0) return;
  for (const kept of state.plans) {
    if (Number.isNaN(startedAt) || kept.at < startedAt) output.execution(kept);
  }
  state.plans.length = 0;
}

function plan(state: SessionState, kept: KeptExecution, output: SessionOutput): void {
  if (state.plansInRow < MAX_PLANS) {
    state.plansInRow += 1;
  } else {
    if (state.started !== null) output.execution(state.started);
    state.started = null;
    state.lastShape = -1;
  }
  if (state.started !== null) {
    // Those of other shapes are nested in it.
    if (state.started.shape === kept.shape) state.started.ms = kept.ms;
  } else if (state.lastShape === kept.shape) {
    state.lastShape = -1;
  } else {
    state.plans.push(kept);
    const oldest = state.plans.length > MAX_PLANS ? state.plans.shift() : undefined;
    if (oldest !== undefined) output.execution(oldest);
  }
}
