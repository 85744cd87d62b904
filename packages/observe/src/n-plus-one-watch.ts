import { nPlusOneIsAllowed } from "./allow-n-plus-one.ts";
import { type CallSite, takeCallSites } from "./call-site.ts";
import type { NPlusOnePattern, NPlusOneReport } from "./n-plus-one-pattern.ts";
import { patternKey, type PatternTally, patternTally, type SeenQuery } from "./n-plus-one-tally.ts";
import { parametersHash } from "./parameters-hash.ts";
import { observeQuery } from "./query-channel.ts";
import type { QueryEnd, QueryStart } from "./query-message.ts";
import type { Scope } from "./scope.ts";
import { looksUpByKey, type StatementKind, statementKind } from "./statement-kind.ts";
import { rememberTexts } from "./remember-texts.ts";
import { statementShape } from "./statement-shape.ts";

export interface NPlusOneRules {
  /** Different parameter lists of one shape in one scope, or executions with the same list, from which on it is reported. From 2; default 5. */
  readonly threshold?: number;
  /** Shapes that are fine: those that contain the text or match the expression. */
  readonly ignore?: readonly (string | RegExp)[];
  /**
   * Files whose queries are fine: those whose path contains the text or matches the expression. Takes a stack for every
   * query from the second of its shape on.
   */
  readonly ignoreCallSites?: readonly (string | RegExp)[];
}

/** Counts the queries of each scope. */
export interface NPlusOneWatch {
  /** To be called while the start is published. */
  started(query: QueryStart): void;
  ended(query: QueryEnd): void;
  report(): NPlusOneReport;
  /** What one scope has shown until now. */
  reportOf(scope: Scope): readonly NPlusOnePattern[];
}

const MAX_SHAPES = 500;
const MAX_PATTERNS = 500;
const MAX_PARAMETERS = 200;
/** Stacks that are taken of one shape in one scope. */
const MAX_STACKS = 10;
const MAX_FRAMES = 8;

/** Everything about one scope goes with the scope; what is kept beyond it are at most 500 patterns. */
interface ScopeState {
  readonly shapes: Map<string, ShapeState>;
  /** Rises with everything that may change what a read gives. */
  epoch: number;
}

/** What a text says by itself. */
interface ReadText {
  readonly shape: string;
  readonly kind: StatementKind;
  readonly byKey: boolean;
  readonly judged: boolean;
}

interface ShapeState {
  readonly byKey: boolean;
  /** Whether another scope has shown the pattern before: its lines of code are known then. */
  readonly knownElsewhere: boolean;
  occurrences: number;
  /** Executions by the hash of their parameters. */
  readonly parameters: Map<number, number>;
  /** Executions since the epoch began, by the hash of server and parameters. */
  repeats: Map<number, number>;
  epoch: number;
  running: number;
  stacks: number;
  /** From the second query on. */
  own: PatternTally | undefined;
  /** Of all scopes; `undefined` until the shape is found in this one, `null` where no more are held. */
  shared: PatternTally | null | undefined;
}

interface Running {
  readonly state: ShapeState;
  readonly parameters: number;
  readonly repeat: number;
  readonly epoch: number;
}

export interface NPlusOneListeners {
  /** Called once for each pattern, the first time that a scope shows it. */
  readonly found?: (pattern: NPlusOnePattern) => void;
  /** Called with what is added to a pattern, in any scope. */
  readonly more?: (more: () => NPlusOnePattern) => void;
}

/** Throws `RangeError` for a bad threshold. */
export function watchNPlusOne(
  rules: NPlusOneRules,
  listeners: NPlusOneListeners = {},
): NPlusOneWatch {
  const { threshold = 5, ignore = [], ignoreCallSites = [] } = rules;
  if (!Number.isInteger(threshold) || threshold < 2) {
    throw new RangeError(`threshold is ${threshold}: it has to be a whole number from 2 on`);
  }
  const maxParameters = Math.max(MAX_PARAMETERS, threshold);
  const readText = rememberTexts((sql, system): ReadText => {
    const shape = statementShape(sql, system);
    const kind = statementKind(shape);
    return {
      shape,
      kind,
      byKey: looksUpByKey(shape),
      judged: (kind === "read" || kind === "locking-read") && !matches(ignore, shape),
    };
  }, MAX_SHAPES);
  const scopes = new WeakMap<Scope, ScopeState>();
  const running = new WeakMap<QueryStart, Running>();
  const tallies = new Map<string, PatternTally>();
  let outsideScope = 0;
  let beyondShapes = 0;
  let beyondPatterns = 0;

  function started(query: QueryStart): void {
    const { scope } = query;
    if (scope === undefined) {
      outsideScope += 1;
      return;
    }
    let scopeState = scopes.get(scope);
    if (scopeState === undefined) {
      scopeState = { shapes: new Map(), epoch: 0 };
      scopes.set(scope, scopeState);
    }
    const text = readText(query.sql, query.server.system);
    if (text.kind !== "read") scopeState.epoch += 1;
    if (!text.judged || nPlusOneIsAllowed()) return;
    const state = shapeState(scopeState, text, query);
    if (state === undefined) beyondShapes += 1;
    else count(query, scope, scopeState.epoch, state, text.shape);
  }

  function shapeState(
    { shapes, epoch }: ScopeState,
    { shape, byKey }: ReadText,
    { server }: QueryStart,
  ): ShapeState | undefined {
    const key = patternKey(shape, server.database);
    const known = shapes.get(key);
    if (known !== undefined || shapes.size >= MAX_SHAPES) return known;
    const state: ShapeState = {
      byKey,
      knownElsewhere: tallies.has(key),
      occurrences: 0,
      parameters: new Map(),
      repeats: new Map(),
      epoch,
      running: 0,
      stacks: 0,
      own: undefined,
      shared: undefined,
    };
    shapes.set(key, state);
    return state;
  }

  function count(
    query: QueryStart,
    scope: Scope,
    epoch: number,
    state: ShapeState,
    shape: string,
  ): void {
    const site = siteOf(query, state);
    if (site !== undefined && matches(ignoreCallSites, site.file)) return;
    if (state.epoch !== epoch) {
      state.epoch = epoch;
      state.repeats = new Map();
    }
    // Where constants stand in the text, they are parameters too.
    const values = query.sql === shape ? query.parameters() : [query.sql, ...query.parameters()];
    const parameters = parametersHash(values);
    const { host, port } = query.server;
    const repeat = parametersHash([host, port], parameters);
    state.occurrences += 1;
    add(state.parameters, parameters, maxParameters);
    add(state.repeats, repeat, maxParameters);
    const overlaps = state.running > 0;
    state.running += 1;
    running.set(query, { state, parameters, repeat, epoch });

    // Most shapes are seen once: nothing more is made for them.
    if (state.occurrences === 1) return;
    const own = (state.own ??= tallyFromFirst(shape, query, scope));
    const kind = judge(state, repeat);
    const {
      occurrences,
      parameters: { size: distinct },
    } = state;
    const seen = { scope, site, overlaps, occurrences, distinct };
    const foundBefore = own.found;
    own.add(seen, kind);
    if (foundBefore) more(own, state.shared, seen, kind);
    else if (own.found) {
      own.foundAt(takeCallSites(observeQuery, MAX_FRAMES));
      share(own, state, query, shape);
    }
  }

  /** The stack is taken from the second query of a shape on: most shapes are seen once. */
  function siteOf(query: QueryStart, state: ShapeState): CallSite | undefined {
    if (state.occurrences === 0) return undefined;
    const most = state.knownElsewhere ? 1 : MAX_STACKS;
    if (state.stacks >= most && ignoreCallSites.length === 0) return undefined;
    state.stacks += 1;
    return query.callSite();
  }

  function judge(state: ShapeState, repeat: number): NPlusOnePattern["kind"] | undefined {
    if (state.byKey && state.parameters.size >= threshold) return "n-plus-one";
    return (state.repeats.get(repeat) ?? 0) >= threshold ? "duplicate-query" : undefined;
  }

  /** The pattern goes on in a scope where it is found. */
  function more(
    own: PatternTally,
    shared: PatternTally | null | undefined,
    seen: SeenQuery,
    kind: NPlusOnePattern["kind"] | undefined,
  ): void {
    if (shared === null) return;
    shared?.add(seen, kind);
    const pattern = own.pattern();
    if (pattern === undefined) return;
    listeners.more?.(() => ({
      ...pattern,
      scopes: 0,
      queries: 1,
      overlapping: seen.overlaps ? 1 : 0,
      callSites: seen.site === undefined ? [] : [{ ...seen.site, queries: 1 }],
    }));
  }

  /** The pattern is found in a scope. */
  function share(
    own: PatternTally,
    state: ShapeState,
    { server }: QueryStart,
    shape: string,
  ): void {
    const pattern = own.pattern();
    if (pattern === undefined) return;
    const key = patternKey(shape, server.database);
    const known = tallies.get(key);
    if (known === undefined && tallies.size >= MAX_PATTERNS) {
      beyondPatterns += 1;
      state.shared = null;
      return;
    }
    state.shared = known ?? patternTally(shape, server);
    state.shared.addAll(pattern);
    tallies.set(key, state.shared);
    listeners.more?.(() => pattern);
    if (known === undefined) listeners.found?.(pattern);
  }

  function ended(query: QueryEnd): void {
    const run = running.get(query);
    if (run === undefined) return;
    running.delete(query);
    const { state } = run;
    state.running -= 1;
    if (query.errorCode === undefined) return;
    // It gave nothing: asking again is a retry, not a repetition.
    state.occurrences -= 1;
    remove(state.parameters, run.parameters);
    if (run.epoch === state.epoch) remove(state.repeats, run.repeat);
  }

  return {
    started,
    ended,
    report: () => ({
      patterns: [...tallies.values()].flatMap((tally) => tally.pattern() ?? []),
      notJudged: { outsideScope, beyondShapes, beyondPatterns },
    }),
    reportOf: (scope) =>
      [...(scopes.get(scope)?.shapes.values() ?? [])].flatMap(({ own }) => own?.pattern() ?? []),
  };
}

function tallyFromFirst(shape: string, { server }: QueryStart, scope: Scope): PatternTally {
  const tally = patternTally(shape, server);
  const first = { scope, site: undefined, overlaps: false, occurrences: 1, distinct: 1 };
  tally.add(first, undefined);
  return tally;
}

function matches(patterns: readonly (string | RegExp)[], text: string): boolean {
  return patterns.some((pattern) =>
    typeof pattern === "string" ? text.includes(pattern) : text.search(pattern) !== -1,
  );
}

function add(counts: Map<number, number>, hash: number, max: number): void {
  const known = counts.get(hash);
  if (known !== undefined || counts.size < max) counts.set(hash, (known ?? 0) + 1);
}

function remove(counts: Map<number, number>, hash: number): void {
  const left = (counts.get(hash) ?? 0) - 1;
  if (left > 0) counts.set(hash, left);
  else counts.delete(hash);
}
