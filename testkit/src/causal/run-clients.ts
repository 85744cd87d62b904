import { setTimeout as delay } from "node:timers/promises";
import { randomNumbers } from "../random-numbers.ts";
import type { History, Level } from "./history.ts";

/** The database, as clients of it see it. */
export interface CausalSystem {
  /** Runs `fn` in a scope of its own. */
  scope<Result>(scope: number, fn: () => Promise<Result>): Promise<Result>;
  /** Resolves when the write is acknowledged. */
  write(register: number, version: number, random: () => number): Promise<void>;
  read(
    register: number,
    level: Level,
    random: () => number,
  ): Promise<{ readonly version: number; readonly node: string }>;
  /** What the running scope has written and seen. */
  token(): string | undefined;
  accept(token: string): void;
}

export interface ClientsOptions {
  readonly clients: number;
  readonly registers: number;
  /** Levels of reads, each as likely as any other. */
  readonly levels: readonly Level[];
  readonly seed: number;
}

/** Clients at work. */
export interface Clients {
  readonly history: History;
  /** Runs `fn`, which gives what survived, while clients only read. */
  failover(fn: () => Promise<readonly number[]>): Promise<void>;
  /** Ends them; resolves when they have. Rejects, with their names, where operations have not ended in a minute. */
  stop(): Promise<void>;
}

const OPERATIONS_PER_SCOPE = 8;
const WRITES = 0.25;
/** Longer than anybody waits for a connection. */
const END_MS = 60_000;

/** Clients that write, read, and hand tokens from scope to scope, until they are stopped. */
export function runClients(system: CausalSystem, options: ClientsOptions): Clients {
  const { clients, registers, levels } = options;
  const history: History = { registers, operations: [], errors: 0 };
  const random = randomNumbers(options.seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const latest: { scope: number; token: string }[] = [];
  let versions = 0;
  let scopes = 0;
  const state = { running: true, writing: 0, readOnly: false };
  /** What each client does, and since when. */
  const doing = new Map<number, { readonly what: string; readonly since: number }>();

  async function write(scope: number): Promise<void> {
    const register = pick(registers);
    versions += 1;
    const version = versions;
    const invoked = performance.now();
    state.writing += 1;
    try {
      await system.write(register, version, random);
      const returned = performance.now();
      history.operations.push({ kind: "write", scope, register, version, invoked, returned });
    } finally {
      state.writing -= 1;
    }
  }

  async function read(scope: number): Promise<void> {
    const register = pick(registers);
    const level = levels[pick(levels.length)] ?? "eventual";
    const invoked = performance.now();
    const { version, node } = await system.read(register, level, random);
    const returned = performance.now();
    history.operations.push({
      kind: "read",
      scope,
      register,
      level,
      version,
      node,
      invoked,
      returned,
    });
  }

  async function oneScope(client: number): Promise<void> {
    scopes += 1;
    const scope = scopes;
    await system.scope(scope, async () => {
      // Mostly the client's own cookie, sometimes another's.
      const from = latest[random() < 0.7 ? client : pick(clients)];
      if (from !== undefined) {
        const invoked = performance.now();
        system.accept(from.token);
        const returned = performance.now();
        history.operations.push({ kind: "pass", from: from.scope, to: scope, invoked, returned });
      }
      for (let left = OPERATIONS_PER_SCOPE; left > 0 && state.running; left -= 1) {
        const writes = random() < WRITES && !state.readOnly;
        doing.set(client, { what: writes ? "write" : "read", since: performance.now() });
        try {
          await (writes ? write(scope) : read(scope));
        } catch {
          history.errors += 1;
          await delay(5);
        }
        doing.delete(client);
      }
      const token = system.token();
      if (token !== undefined) latest[client] = { scope, token };
    });
  }

  const loops = Array.from({ length: clients }, async (_, client) => {
    while (state.running) await oneScope(client);
  });

  return {
    history,
    failover: async (fn) => {
      state.readOnly = true;
      while (state.writing > 0) await delay(1);
      const invoked = performance.now();
      try {
        const survived = await fn();
        const returned = performance.now();
        history.operations.push({ kind: "failover", survived, invoked, returned });
      } finally {
        state.readOnly = false;
      }
    },
    stop: async () => {
      state.running = false;
      const ending = new AbortController();
      const late = async (): Promise<void> => {
        await delay(END_MS, undefined, { signal: ending.signal });
        const now = performance.now();
        const hang = [...doing.values()].map(
          ({ what, since }) => `a ${what} for ${Math.round(now - since)} ms`,
        );
        throw new Error(`Clients do not end: ${hang.join(", ")}`);
      };
      try {
        await Promise.race([Promise.all(loops), late()]);
      } finally {
        ending.abort();
      }
    },
  };
}
