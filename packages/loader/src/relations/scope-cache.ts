import { currentScope, type Scope } from "@dbadvise/observe";
import type { CompiledQuery, Dialect, DialectAdapter, OperationNode } from "kysely";
import { childNodes } from "../coalescing/child-nodes.ts";
import { TupleMap } from "../tuple-map.ts";
import type { Entry } from "./entry.ts";
import type { KeyedQuery } from "./keyed-query.ts";
import { watchDriver } from "./watch-driver.ts";

/** What the relations of a scope have loaded, by what was asked. */
export type ScopeCache = TupleMap<readonly unknown[], Entry<KeyedQuery>>;

const caches = new WeakMap<Scope, ScopeCache>();
/** Of the databases whose statements are seen. */
const watched = new WeakSet<DialectAdapter>();

/** The cache of the running scope; `undefined` outside of any, and for a database whose writes are not seen. */
export function scopeCacheOf(adapter: DialectAdapter): ScopeCache | undefined {
  const scope = currentScope();
  if (scope === undefined || !watched.has(adapter)) return undefined;
  const cache: ScopeCache = caches.get(scope) ?? new TupleMap();
  caches.set(scope, cache);
  return cache;
}

/**
 * Lets relations cache what they load as long as a scope (`withScope`) lives, by a dialect that sees every statement:
 * `new Kysely({ dialect: withScopeCache(new PostgresDialect({ pool })) })`.
 *
 * Each statement in the scope that is not a SELECT empties the scope's cache when it has ended, and so do raw SQL, commits and
 * rollbacks. All of it: triggers and cascades change other tables than the one that is written to. What other scopes and other
 * programs write is not seen.
 */
export function withScopeCache(dialect: Dialect): Dialect {
  return {
    createDriver: () => watchDriver(dialect.createDriver(), forgetUnlessRead),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter() {
      const adapter = dialect.createAdapter();
      watched.add(adapter);
      return adapter;
    },
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
}

function forgetUnlessRead(statement: CompiledQuery | undefined): void {
  const scope = currentScope();
  if (scope === undefined || !caches.has(scope)) return;
  if (statement === undefined || !isRead(statement.query)) caches.delete(scope);
}

const WRITES = ["InsertQueryNode", "UpdateQueryNode", "DeleteQueryNode", "MergeQueryNode"];

function isRead(root: OperationNode): boolean {
  return root.kind === "SelectQueryNode" && !writes(root);
}

function writes(node: OperationNode): boolean {
  return WRITES.includes(node.kind) || [...childNodes(node)].some(writes);
}
