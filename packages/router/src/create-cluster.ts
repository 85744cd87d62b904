import type { Cluster } from "./cluster.ts";
import type { ResolvedRouterOptions } from "./resolve-router-options.ts";
import type { RouterEmitter } from "./router-emitter.ts";

/** See {@link Cluster}. Polls begin at once. */
export function createCluster<Client>(
  options: ResolvedRouterOptions<Client>,
  emitter: RouterEmitter,
): Cluster<Client> {
  throw new Error(`not built yet: ${options.dialect.system} ${typeof emitter}`);
}
