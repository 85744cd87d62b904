import type { KyselyPlugin, QueryId } from "kysely";
import type { RouteOptions } from "../router.ts";

const routes = new WeakMap<QueryId, RouteOptions>();

/**
 * Says where the queries of a Kysely instance go, and what they may miss:
 * `db.withPlugin(route({ target: "primary" })).selectFrom("notes")`. It has no say over transactions: those go by their
 * access mode.
 */
export function route(options: RouteOptions): KyselyPlugin {
  return {
    transformQuery: ({ node, queryId }) => {
      routes.set(queryId, { ...routes.get(queryId), ...options });
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
}

/** What was said of a query. */
export function routeOptionsOf(queryId: QueryId): RouteOptions | undefined {
  return routes.get(queryId);
}
