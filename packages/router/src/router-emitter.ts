import type { RouterEvents } from "./router-events.ts";

/** Listeners by event. One that throws does not harm the router: its error is thrown where nobody else is running. */
export interface RouterEmitter {
  on<Name extends keyof RouterEvents>(name: Name, listener: RouterEvents[Name]): () => void;
  emit<Name extends keyof RouterEvents>(name: Name, ...args: Parameters<RouterEvents[Name]>): void;
}

export function createRouterEmitter(): RouterEmitter {
  const listeners = new Map<keyof RouterEvents, Set<(...args: never[]) => void>>();
  return {
    on: (name, listener) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => void all.delete(listener);
    },
    emit: (name, ...args) => {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as (...given: unknown[]) => void)(...args);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
