import type { Pool } from "@dbadvise/pool";
import { RouterError } from "../router-error.ts";
import type { NodeConfig } from "../router-options.ts";
import { ownedNodes } from "./owned-nodes.ts";

/**
 * For `replicas` of a router: a node for each row of a query whose column `address` says where it is, such as Aurora's
 * `aurora_replica_status()`, or a table of one's own. A query that fails changes nothing. The router ends the pools; give it to one router.
 *
 * @param pools where to ask: the next one when one fails, so that the loss of one server is not that of the list
 * @param connect makes the pool of one address
 *
 * @example
 * replicas: nodesFromQuery(
 *   [writer],
 *   "select server_id || '.abc.eu-west-1.rds.amazonaws.com' as address from aurora_replica_status() where session_id <> 'MASTER_SESSION_ID'",
 *   (host) => createPool({ connector: postgres({ host, ...login }) }),
 * )
 */
export function nodesFromQuery<Client>(
  pools: readonly Pool<Client>[],
  sql: string,
  connect: (address: string) => Pool<Client>,
): () => Promise<readonly NodeConfig<Client>[]> {
  const nodes = ownedNodes(connect);
  return async () => nodes(await addresses(pools, sql));
}

async function addresses<Client>(
  pools: readonly Pool<Client>[],
  sql: string,
): Promise<readonly string[]> {
  const errors: unknown[] = [];
  for (const pool of pools) {
    try {
      const { rows } = await pool.query<{ readonly address?: unknown }>(sql);
      return rows.map(({ address }) => {
        if (typeof address === "string") return address;
        throw new RouterError(
          "INVALID_OPTIONS",
          "A row of the topology query has no text `address`",
          "Name the column: select ... as address.",
        );
      });
    } catch (error) {
      if (error instanceof RouterError) throw error;
      errors.push(error);
    }
  }
  throw new AggregateError(errors, "No pool answered the topology query");
}
