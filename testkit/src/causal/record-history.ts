import { AsyncLocalStorage } from "node:async_hooks";
import type { Engine } from "../servers/test-server.ts";
import type { Cluster } from "../start-cluster.ts";
import type { History } from "./history.ts";
import { registersOf, routedRegisters, type RoutedSystem } from "./routed-registers.ts";
import { type Clients, type ClientsOptions, runClients } from "./run-clients.ts";

/** Of `@dbadvise/observe`, what is needed here. */
export interface Observing {
  withScope<Result>(fn: () => Promise<Result>): Promise<Result>;
  onQueryStart(
    listener: (query: {
      readonly route?: string | undefined;
      readonly pool?: string | undefined;
    }) => void,
  ): () => void;
}

export interface Recorded {
  readonly history: History;
  /** Scopes that were told that a write may be lost. */
  readonly told: ReadonlySet<number>;
}

/** Lets clients write and read through a router over a cluster until `work` has ended, and records what they see. */
export async function recordHistory(
  engine: Engine,
  cluster: Cluster,
  router: RoutedSystem,
  { withScope, onQueryStart }: Observing,
  options: ClientsOptions,
  work: (clients: Clients) => Promise<void>,
): Promise<Recorded> {
  const registers = registersOf(engine, options.registers);
  for (const sql of registers.create) await router.query(sql);
  for (const replica of cluster.replicas) await replica.catchUp(cluster.primary);

  const scopes = new AsyncLocalStorage<{ readonly scope: number; node: string }>();
  const told = new Set<number>();
  const stops = [
    router.on("writeMayBeLost", () => told.add(scopes.getStore()?.scope ?? 0)),
    onQueryStart(({ route, pool }) => {
      const store = scopes.getStore();
      if (store !== undefined && route !== undefined) store.node = pool ?? "";
    }),
  ];
  const system = routedRegisters(engine, router, registers, {
    scope: (scope, fn) => scopes.run({ scope, node: "" }, () => withScope(fn)),
    nodeOf: () => scopes.getStore()?.node ?? "",
  });
  const clients = runClients(system, options);
  try {
    await work(clients);
  } finally {
    await clients.stop();
    for (const stop of stops) stop();
  }
  return { history: clients.history, told };
}
