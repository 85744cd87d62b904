import type { CallSite } from "./call-site.ts";
import type { NPlusOneCallSite, NPlusOnePattern } from "./n-plus-one-pattern.ts";
import type { Server } from "./query-message.ts";
import type { Scope } from "./scope.ts";

/** One more query of a shape. */
export interface SeenQuery {
  readonly scope: Scope;
  readonly site: CallSite | undefined;
  readonly overlaps: boolean;
  /** Queries and different parameter lists of the shape in the scope, this one included. */
  readonly occurrences: number;
  readonly distinct: number;
}

/** A pattern that grows, in bounded memory. */
export interface PatternTally {
  readonly found: boolean;
  add(query: SeenQuery, kind: NPlusOnePattern["kind"] | undefined): void;
  /** Sets the stack of the pattern. */
  foundAt(stack: readonly CallSite[]): void;
  /** Adds what was found elsewhere of the same shape. */
  addAll(other: NPlusOnePattern): void;
  /** `undefined` while it is none yet. */
  pattern(): NPlusOnePattern | undefined;
}

/** One for each shape and database. */
export function patternKey(shape: string, database: string | undefined): string {
  return `${database ?? ""}\0${shape}`;
}

const MAX_NAMES = 5;
const MAX_SITES = 10;

export function patternTally(
  shape: string,
  { system, database }: Pick<Server, "system" | "database">,
): PatternTally {
  const scopeNames = new Set<string>();
  const sites = new Map<string, NPlusOneCallSite>();
  let kind: NPlusOnePattern["kind"] | undefined;
  let scopes = 0;
  let queries = 0;
  let occurrences = 0;
  let distinctParameters = 0;
  let overlapping = 0;
  let stack: readonly CallSite[] = [];

  function grow(to: NPlusOnePattern["kind"] | undefined): void {
    // With other parameters each time it stays an N+1, whatever else repeats.
    if (kind !== "n-plus-one") kind = to ?? kind;
  }

  function addName(name: string | undefined): void {
    if (name !== undefined && scopeNames.size < MAX_NAMES) scopeNames.add(name);
  }

  function addSite(site: CallSite, more: number): void {
    const key = `${site.file}:${site.line}:${site.column}`;
    const known = sites.get(key);
    if (known === undefined && sites.size >= MAX_SITES) return;
    sites.set(key, { ...site, queries: (known?.queries ?? 0) + more });
  }

  function pattern(): NPlusOnePattern | undefined {
    if (kind === undefined) return undefined;
    return {
      kind,
      shape,
      system,
      database,
      scopeNames: [...scopeNames],
      scopes,
      queries,
      occurrences,
      distinctParameters,
      overlapping,
      callSites: [...sites.values()].toSorted((a, b) => b.queries - a.queries),
      stack,
    };
  }

  return {
    get found() {
      return kind !== undefined;
    },
    pattern,
    foundAt(lines) {
      stack = lines;
    },
    add(query, more) {
      grow(more);
      scopes = Math.max(scopes, 1);
      queries += 1;
      occurrences = Math.max(occurrences, query.occurrences);
      distinctParameters = Math.max(distinctParameters, query.distinct);
      if (query.overlaps) overlapping += 1;
      addName(query.scope.name);
      if (query.site !== undefined) addSite(query.site, 1);
    },
    addAll(theirs) {
      grow(theirs.kind);
      if (stack.length === 0) stack = theirs.stack;
      scopes += theirs.scopes;
      queries += theirs.queries;
      occurrences = Math.max(occurrences, theirs.occurrences);
      distinctParameters = Math.max(distinctParameters, theirs.distinctParameters);
      overlapping += theirs.overlapping;
      for (const name of theirs.scopeNames) addName(name);
      for (const site of theirs.callSites) addSite(site, site.queries);
    },
  };
}
