import type { Lease } from "@dbadvise/pool";
import type { Cluster } from "./cluster.ts";
import type { Consistency } from "./consistency.ts";
import type { Position } from "./position.ts";
import type { Unplaced } from "./route-token.ts";
import type { RouterDialect } from "./router-dialect.ts";
import type { RouterEmitter } from "./router-emitter.ts";
import type { ScopeMemory } from "./scope-memory.ts";

/** What a scope's reads must see, and how that is learned. */
export interface Remembering<Client> {
  /** The place that a read of the running scope must see; `undefined` for none. */
  wanted(consistency: Consistency): Position | undefined;
  /** It must see a write of which nobody knows the place. */
  isUnplaced(consistency: Consistency): boolean;
  /** Something was committed on this connection to the primary of that name. Rejects never: the write is done. */
  wrote(lease: Lease<Client>, primary: string): Promise<void>;
  /** Something was read on this connection: what was seen is not beyond the place where its server is now. */
  saw(lease: Lease<Client>): Promise<void>;
  /**
   * The primary of that name was read, since no replica had the place. What the scope has written or seen, and the primary doesn't have, may be
   * lost: that is told, and from then on the scope's reads must see what the primary has now.
   */
  checkLost(lease: Lease<Client>, primary: string): Promise<void>;
  /** The primary of that name was read, since a write had no place: where it is now is one, or the write may be lost. */
  place(lease: Lease<Client>, primary: string): Promise<void>;
}

export function createRemembering<Client>(
  dialect: RouterDialect<Client>,
  cluster: Cluster<Client>,
  memories: { current(): ScopeMemory },
  emitter: RouterEmitter,
): Remembering<Client> {
  const merged = (known: Position | undefined, position: Position): Position =>
    known === undefined ? position : dialect.merge(known, position);

  function wanted(consistency: Consistency): Position | undefined {
    const { wrote, saw } = memories.current();
    if (consistency === "read-your-writes") return wrote;
    if (consistency !== "monotonic") return undefined;
    return saw === undefined ? wrote : merged(wrote, saw);
  }

  async function checkLost(lease: Lease<Client>, primary: string): Promise<void> {
    const memory = memories.current();
    const { wrote, saw } = memory;
    const known = wanted("monotonic");
    if (known === undefined) return;
    const { position, role } = await dialect.readState(lease);
    if (dialect.covers(position, known) === "reached") {
      if (role === "primary") cluster.wrote(primary, position);
      return;
    }
    if (!(await survived(lease, known, position))) {
      emitter.emit("writeMayBeLost", known, position);
    }
    // What this scope has written meanwhile is of the new history.
    if (wrote !== undefined && memory.wrote === wrote) memory.wrote = position;
    if (saw !== undefined && memory.saw === saw) memory.saw = position;
  }

  /** Whether a server that is at a place of a later history has what was before that all the same. */
  async function survived(lease: Lease<Client>, known: Position, at: Position): Promise<boolean> {
    if (cluster.followed !== known.epoch) return false;
    return (await dialect.hasSurvived?.(lease, known, at)) ?? false;
  }

  /** A later place on the same server covers the write that had none. */
  function settle(
    memory: ScopeMemory,
    unplaced: Unplaced | undefined,
    primary: string,
    position: Position,
  ): void {
    if (unplaced === undefined || memory.unplaced !== unplaced) return;
    memory.unplaced = undefined;
    if (unplaced.primary !== primary) emitter.emit("writeMayBeLost", undefined, position);
  }

  return {
    wanted,
    isUnplaced: (consistency) =>
      (consistency === "read-your-writes" || consistency === "monotonic") &&
      memories.current().unplaced !== undefined,
    wrote: async (lease, primary) => {
      const memory = memories.current();
      const { unplaced } = memory;
      try {
        const position = await dialect.positionAfterWrite(lease);
        const { wrote } = memory;
        // The place that covers both would be one of the new history, and nobody would miss what the old one had.
        if (wrote !== undefined && dialect.compareEpochs(position, wrote) > 0) {
          await checkLost(lease, primary);
        }
        memory.wrote = merged(memory.wrote, position);
        settle(memory, unplaced, primary, position);
        cluster.wrote(primary, position);
      } catch (error) {
        // The first of several is the one that may be lost.
        memory.unplaced = { primary: memory.unplaced?.primary ?? primary };
        emitter.emit("error", new Error("The place of a write can't be learned", { cause: error }));
      }
    },
    saw: async (lease) => {
      const memory = memories.current();
      const { position } = await dialect.readState(lease);
      memory.saw = merged(memory.saw, position);
    },
    checkLost,
    place: async (lease, primary) => {
      const memory = memories.current();
      const { unplaced } = memory;
      const { position, role } = await dialect.readState(lease);
      if (unplaced === undefined || role !== "primary") return;
      memory.wrote = merged(memory.wrote, position);
      settle(memory, unplaced, primary, position);
    },
  };
}
