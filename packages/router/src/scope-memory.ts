import { currentScope, type Scope } from "@dbadvise/observe";
import type { Consistency } from "./consistency.ts";
import type { Position } from "./position.ts";
import type { Seen, Unplaced } from "./route-token.ts";

/** What one scope has written and seen, and the consistency that it asked for. */
export interface ScopeMemory extends Seen {
  wrote: Position | undefined;
  saw: Position | undefined;
  /**
   * It has written, and where to could not be learned: only the primary is sure to have it. An object of its own for each time, so that a
   * place that was read earlier doesn't pass for a later one.
   */
  unplaced: Unplaced | undefined;
  consistency: Consistency | undefined;
}

/**
 * Memories by the scope of the running code (`withScope` of `@dbadvise/observe`). Outside of any scope the process is the scope: a read
 * sees every write that went through this router.
 */
export function createScopeMemories(): { current(): ScopeMemory } {
  const memories = new WeakMap<Scope, ScopeMemory>();
  const ofProcess = empty();
  return {
    current: () => {
      const scope = currentScope();
      if (scope === undefined) return ofProcess;
      const known = memories.get(scope);
      if (known !== undefined) return known;
      const memory = empty();
      memories.set(scope, memory);
      return memory;
    },
  };
}

function empty(): ScopeMemory {
  return { wrote: undefined, saw: undefined, unplaced: undefined, consistency: undefined };
}
