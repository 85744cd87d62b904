import type { Execution } from "../execution.ts";
import {
  MAX_PLANS,
  newSessionState,
  type SessionOutput,
  type SessionState,
  type SessionToken,
  settle,
  startOf,
  stepSession,
} from "./session-state.ts";

/** What a range of a log leaves to be decided: plain data. */
export interface OpenEnds {
  /** The first records of connections, by connection: what they mean depends on the range before. */
  readonly heads: ReadonlyMap<number, SessionHead>;
  /** What was open at the end. A connection whose head is not whole has none. */
  readonly tails: ReadonlyMap<number, SessionState>;
}

export interface SessionHead {
  readonly tokens: readonly SessionToken[];
  /** The range holds what comes after in its tail: whatever was open before is settled by the tokens. */
  readonly whole: boolean;
}

/** Plans in a row after which a connection's state no longer depends on what was before them. */
const DECIDING_PLANS = 2 * MAX_PLANS;
/** Connections remembered at a time; of more, those silent for longest are settled. */
const MAX_SESSIONS = 65_536;
/** A power of two. */
const RECENT = 1024;
/** Connections of whose first records in a range the range before is asked; further ones began in it. */
const MAX_HEADS = 262_144;

interface OpenSession {
  readonly key: number;
  readonly state: SessionState;
  /** Records whose meaning is not known yet; `null`: all is. */
  head: SessionToken[] | null;
  /** Number of the record that last asked for it. */
  seen: number;
}

/** The connections of one range of a log. `begins`: nothing comes before the range. */
export function trackSessions(begins: boolean, output: SessionOutput): OpenSessions {
  const sessions = new Map<number, OpenSession>();
  /** Sessions by the lowest bits of their numbers: a look-up of a number that is no small integer takes long. */
  const recent: (OpenSession | undefined)[] = Array.from({ length: RECENT }, () => undefined);
  const heads = new Map<number, SessionHead>();
  let clock = 0;

  function open(key: number): OpenSession {
    const isKnown = begins || heads.size >= MAX_HEADS || heads.has(key);
    const session = { key, state: newSessionState(), head: isKnown ? null : [], seen: clock };
    sessions.set(key, session);
    if (sessions.size > MAX_SESSIONS) forget();
    return session;
  }

  function get(key: number): OpenSession {
    clock += 1;
    const place = key & (RECENT - 1);
    const last = recent[place];
    const session =
      last !== undefined && last.key === key ? last : (sessions.get(key) ?? open(key));
    if (session !== last) recent[place] = session;
    session.seen = clock;
    return session;
  }

  function remove(key: number): void {
    sessions.delete(key);
    recent[key & (RECENT - 1)] = undefined;
  }

  function forget(): void {
    const seen = Float64Array.from([...sessions.values()], (session) => session.seen).toSorted();
    const median = seen[seen.length >> 1] ?? 0;
    for (const [key, session] of sessions) {
      if (session.seen >= median || session.head !== null) continue;
      settle(session.state, Number.NaN, output);
      remove(key);
    }
  }

  function decide(key: number, session: OpenSession, tokens: readonly SessionToken[]): void {
    heads.set(key, { tokens, whole: true });
    session.head = null;
  }

  function settleOpen(key: number, session: OpenSession, startedAt: number): void {
    const { state, head } = session;
    if (head !== null) decide(key, session, [...head, { kind: "settle", startedAt }]);
    else settle(state, startedAt, output);
  }

  return {
    settle(key, startedAt) {
      const session = get(key);
      const { state } = session;
      settleOpen(key, session, startedAt);
      state.plansInRow = 0;
      state.lastShape = -1;
      return state;
    },
    executed(execution, shape) {
      const { session: key } = execution;
      const session = get(key);
      const { state } = session;
      if (session.head !== null || state.started !== null || state.plans.length > 0)
        settleOpen(key, session, startOf(execution.at, execution.ms));
      state.plansInRow = 0;
      state.lastShape = shape;
    },
    step(key, token) {
      const session = get(key);
      const { state, head } = session;
      if (head === null) {
        stepSession(state, token, output);
        return;
      }
      head.push(token);
      if (token.kind === "failure") {
        decide(key, session, head);
      } else if (endsInPlans(head)) {
        decide(key, session, head);
        for (const last of head.slice(-MAX_PLANS)) {
          if (last.kind === "plan") state.plans.push(last.plan);
        }
        state.plansInRow = MAX_PLANS;
      }
    },
    end(key) {
      // Kept where the next range's records might else be taken for the range's first ones.
      if (begins) remove(key);
    },
    close() {
      const tails = new Map<number, SessionState>();
      for (const [key, { head, state }] of sessions) {
        if (head === null) tails.set(key, state);
        else heads.set(key, { tokens: head, whole: false });
      }
      return { heads, tails };
    },
  };
}

export interface OpenSessions {
  /** A record that ends what its connection had open, see `SessionToken`. Returns the state after it, to be written to. */
  settle(key: number, startedAt: number): SessionState;
  /** A record that says all of an execution. */
  executed(execution: Execution, shape: number): void;
  /** A record of another kind. */
  step(key: number, token: SessionToken): void;
  /** The connection has ended, and is settled. */
  end(key: number): void;
  close(): OpenEnds;
}

function endsInPlans(tokens: readonly SessionToken[]): boolean {
  if (tokens.length < DECIDING_PLANS) return false;
  return tokens.slice(-DECIDING_PLANS).every(({ kind }) => kind === "plan");
}

/**
 * Decides what a range left open with what the ranges before it have left in `carried`, which becomes what is open at its
 * end. In the order of ranges; after the last one, {@link settleAll}.
 */
export function joinOpenEnds(
  carried: Map<number, SessionState>,
  { heads, tails }: OpenEnds,
  output: SessionOutput,
): void {
  for (const [key, { tokens, whole }] of heads) {
    const state = carried.get(key) ?? newSessionState();
    for (const token of tokens) stepSession(state, token, output);
    if (whole) carried.delete(key);
    else carried.set(key, state);
  }
  for (const [key, state] of tails) carried.set(key, state);
}

/** Counts what is open at the end of a log. */
export function settleAll(carried: ReadonlyMap<number, SessionState>, output: SessionOutput): void {
  for (const state of carried.values()) settle(state, Number.NaN, output);
}
