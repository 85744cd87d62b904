import { withRoute } from "@dbadvise/observe";
import type { ConnectionSource, StreamRows } from "@dbadvise/pool/kysely";
import type { CompiledQuery } from "kysely";
import type { RunOptions } from "../router-session.ts";
import type { Router } from "../router.ts";
import type { Verdict } from "../verdict.ts";
import { classifyNode } from "./classify-node.ts";
import { routeOptionsOf } from "./route-plugin.ts";

/** Stands for the verdict that the router finds in the text. */
const BY_TEXT: Verdict = { kind: "write", reason: "by its text" };

/** Connections for a Kysely driver that take a server only when they need one. */
export function sessionConnections<Client>(
  router: Router<Client>,
  streamRows: StreamRows<Client>,
): ConnectionSource {
  const optionsOf = (query: CompiledQuery): RunOptions => {
    const verdict = classifyNode(query, () => BY_TEXT);
    return {
      verdict: verdict === BY_TEXT ? undefined : verdict,
      ...routeOptionsOf(query.queryId),
    };
  };
  return {
    acquire: () => {
      const session = router.session();
      return Promise.resolve({
        query: (query, options) =>
          session.query(query.sql, query.parameters, { ...optionsOf(query), ...options }),
        async *stream(query, chunkSize) {
          const held = await session.hold(query.sql, optionsOf(query));
          const rows = streamRows(held.client, query, chunkSize)[Symbol.asyncIterator]();
          let failure: Error | undefined;
          try {
            // The first step sends the query.
            let step = await withRoute(held.reason, () => rows.next());
            while (step.done !== true) {
              yield step.value;
              step = await rows.next();
            }
          } catch (error) {
            failure = error as Error;
            throw error;
          } finally {
            await rows.return?.();
            await held.letGo(failure);
          }
        },
        begin: (mode) => session.begin(mode),
        commit: () => session.commit(),
        rollback: () => session.rollback(),
        release: (retire) => session.release(retire),
      });
    },
    end: () => router.close(),
  };
}
