import type { Pool } from "./pool.ts";
import type { PoolOptions } from "./pool-options.ts";

/** Makes a pool. Connects nothing before the first acquire, but for `minIdle`. Throws `INVALID_OPTIONS`. */
export function createPool<Client>(options: PoolOptions<Client>): Pool<Client> {
  throw new Error(`not built yet: ${options.connector.description}`);
}
