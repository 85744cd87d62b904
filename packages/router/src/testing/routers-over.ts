import { createPool, type Connector, type Pool } from "@dbadvise/pool";
import { mysql } from "@dbadvise/pool/mysql";
import { postgres } from "@dbadvise/pool/postgres";
import { createRouter } from "../create-router.ts";
import * as mysqlDialects from "../mysql.ts";
import { postgres as postgresDialect } from "../postgres.ts";
import type { RouterDialect } from "../router-dialect.ts";
import type { RouterOptions } from "../router-options.ts";
import type { Router } from "../router.ts";

type Engine = "postgres" | "mysql" | "mariadb";

interface Address {
  readonly name: string;
  readonly proxy: { readonly url: string };
}

/** Routers over a real cluster. Clients go by the nodes' proxies, so that their way can be cut. */
export interface Routers extends AsyncDisposable {
  router(options?: Partial<RouterOptions<unknown>>): Router<unknown>;
  /** Ends with the routers. */
  pool(node: Address, max?: number): Pool<unknown>;
}

export function dialectOf(engine: Engine): RouterDialect<unknown> {
  const dialects = { postgres: postgresDialect, ...mysqlDialects };
  return dialects[engine]();
}

export function routersOver(
  engine: Engine,
  cluster: { readonly primary: Address; readonly replicas: readonly Address[] },
): Routers {
  const closing: (() => Promise<unknown>)[] = [];
  const pool = (node: Address, max = 8): Pool<unknown> => {
    const connector: Connector<unknown> =
      engine === "postgres" ? postgres(node.proxy.url) : mysql(node.proxy.url);
    const made = createPool({ connector, max, name: node.name });
    closing.push(() => made.drain({ timeoutMs: 1000 }));
    return made;
  };
  return {
    pool,
    router: (options = {}) => {
      const router = createRouter({
        dialect: dialectOf(engine),
        primary: pool(cluster.primary),
        replicas: cluster.replicas.map((node) => pool(node)),
        ...options,
      });
      closing.unshift(() => router.close());
      return router;
    },
    [Symbol.asyncDispose]: async () => {
      for (const close of closing) await close().catch(() => undefined);
    },
  };
}
