import { currentScope, type Scope } from "@dbadvise/observe";
import type { Kysely } from "kysely";
import { createEntryLoader, type EntryLoader } from "./entry-loader.ts";
import { createEntry } from "./entry.ts";
import { identityOf } from "./identity-of.ts";
import { compileKeyedQuery, type KeyedQuery, type QuerySource } from "./keyed-query.ts";
import { KeyPart } from "./key-part.ts";
import type {
  KeyOf,
  KyselyOf,
  LoadArguments,
  LoadOptions,
  Relation,
  RelationOptions,
} from "./relation.ts";
import { scopeCacheOf } from "./scope-cache.ts";

interface Loaders {
  /** Outside of any scope. */
  readonly free: EntryLoader;
  readonly scoped: WeakMap<Scope, EntryLoader>;
}

/**
 * @param reads what the query becomes
 * @param valueOf what rows of a key are worth; called for each load
 */
export function createRelation<DB, TB extends keyof DB & string, Columns, Value, Args>(
  relationDb: KyselyOf<DB>,
  options: Omit<RelationOptions<DB, TB, Columns, never, Args>, "query"> & {
    readonly query?: unknown;
  },
  reads: QuerySource["reads"],
  valueOf: (rows: readonly unknown[], key: unknown) => Value,
): Relation<DB, KeyOf<DB, TB, Columns>, Value, Args> {
  const isComposite = Array.isArray(options.key);
  const source: QuerySource = {
    from: options.from,
    columns: (isComposite ? options.key : [options.key]) as readonly string[],
    query: options.query as QuerySource["query"],
    reads,
  };
  const loaders = new WeakMap<Kysely<unknown>, Loaders>();
  const compiled = new WeakMap<Kysely<unknown>, { query: KeyedQuery; args: unknown }>();
  const relation = {};

  function queryOf(db: Kysely<unknown>, args: unknown): KeyedQuery {
    const last = compiled.get(db);
    if (last !== undefined && isSame(last.args, args)) return last.query;
    const query = compileKeyedQuery(db, source, args);
    compiled.set(db, { query, args });
    return query;
  }

  function loaderOf(db: Kysely<unknown>, scope: Scope | undefined): EntryLoader {
    const create = (): EntryLoader =>
      createEntryLoader(db, `${source.from} by ${source.columns.join()}`);
    const known = loaders.get(db) ?? { free: create(), scoped: new WeakMap<Scope, EntryLoader>() };
    loaders.set(db, known);
    if (scope === undefined) return known.free;
    const scoped = known.scoped.get(scope) ?? create();
    known.scoped.set(scope, scoped);
    return scoped;
  }

  function rowsOf(
    values: readonly unknown[],
    { db = relationDb, signal, args }: LoadOptions<DB> & { readonly args?: unknown },
  ): Promise<readonly unknown[]> {
    signal?.throwIfAborted();
    if (values.includes(null)) return Promise.resolve([]);
    const on = db as unknown as Kysely<unknown>;
    const query = queryOf(on, args);
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof KeyPart ? values[parameter.position] : parameter,
    );
    const loader = loaderOf(on, currentScope());
    const entries = scopeCacheOf(on.getExecutor().adapter) ?? loader.gathering;
    const place = [relation, on, query.sql, ...parameters.map(identityOf)];
    let entry = entries.get(place);
    if (entry === undefined) {
      const forget = (): void => {
        if (entries.get(place) === created) entries.delete(place);
      };
      const created = createEntry(query, parameters, loader.load, forget);
      entries.set(place, created);
      entry = created;
    }
    return entry.wait(signal);
  }

  async function load(
    key: KeyOf<DB, TB, Columns>,
    ...[loadOptions]: LoadArguments<DB, Args>
  ): Promise<Value> {
    const values = isComposite
      ? source.columns.map((column) => (key as Record<string, unknown>)[column])
      : [key];
    if (values.includes(undefined)) {
      throw new TypeError(
        `A key of ${source.from} has no value for ${source.columns[values.indexOf(undefined)]}`,
      );
    }
    return valueOf(await rowsOf(values, loadOptions ?? {}), key);
  }

  return {
    load,
    loadMany: (keys, ...rest) => Promise.all(keys.map((key) => load(key, ...rest))),
  };
}

/** The same `args`, by their properties: a resolver makes an object of them for each call. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        Object.is((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}
