import type { EventEmitter } from "node:events";

type Listener = (...args: unknown[]) => void;

/** The listeners that an emitter had at one moment. */
export interface KeptListeners {
  /** Whether the emitter has others now. */
  changed(): boolean;
  /** Removes those that came since, and puts back those that went. */
  restore(): void;
}

/** Remembers the listeners that `emitter` has now. */
export function keepListeners(emitter: EventEmitter): KeptListeners {
  let touched = false;
  const touch = (): void => {
    touched = true;
  };
  // Both at the front of the list of what is kept: they are listeners themselves.
  emitter.on("newListener", touch);
  emitter.on("removeListener", touch);
  touched = false;
  const kept = listenersOf(emitter);

  return {
    changed() {
      // `removeAllListeners()` takes `touch` away before it can be told.
      if (!touched && emitter.listenerCount("removeListener") > 0) return false;
      touched = !same(kept, listenersOf(emitter));
      return touched;
    },
    restore() {
      for (const event of emitter.eventNames()) emitter.removeAllListeners(event);
      for (const [event, listeners] of kept)
        for (const listener of listeners) emitter.on(event, listener);
      touched = false;
    },
  };
}

function listenersOf(emitter: EventEmitter): Map<string | symbol, Listener[]> {
  return new Map(
    emitter.eventNames().map((event) => [event, emitter.rawListeners(event) as Listener[]]),
  );
}

function same(
  one: ReadonlyMap<string | symbol, Listener[]>,
  other: ReadonlyMap<string | symbol, Listener[]>,
): boolean {
  if (one.size !== other.size) return false;
  for (const [event, listeners] of one) {
    const now = other.get(event);
    if (now?.length !== listeners.length) return false;
    if (listeners.some((listener, position) => listener !== now[position])) return false;
  }
  return true;
}
