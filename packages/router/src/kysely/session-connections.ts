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
          let failure: Error | undefined;
          try {
            yield* streamRows(held.client, query, chunkSize);
          } catch (error) {
            failure = error as Error;
            throw error;
          } finally {
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
