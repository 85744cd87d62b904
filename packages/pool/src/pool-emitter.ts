import type { PoolEvents } from "./pool-events.ts";

/** Listeners by event. One that throws does not harm the pool: its error is thrown where nobody else is running. */
export interface PoolEmitter {
  on<Name extends keyof PoolEvents>(name: Name, listener: PoolEvents[Name]): () => void;
  has(name: keyof PoolEvents): boolean;
  emit<Name extends keyof PoolEvents>(name: Name, ...args: Parameters<PoolEvents[Name]>): void;
}

export function createPoolEmitter(): PoolEmitter {
  const listeners = new Map<keyof PoolEvents, ((...args: never[]) => void)[]>();
  return {
    on: (name, listener) => {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
      return () => {
        const rest = (listeners.get(name) ?? []).filter((one) => one !== listener);
        if (rest.length > 0) listeners.set(name, rest);
        else listeners.delete(name);
      };
    },
    has: (name) => listeners.has(name),
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
