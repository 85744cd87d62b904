import type { Compilable, DynamicModule, Kysely, SelectQueryBuilder, SelectType } from "kysely";

/** Kysely, a transaction of it or what extends it: told apart from others by a part from which its tables can be inferred. */
export interface KyselyOf<DB> {
  readonly dynamic: DynamicModule<DB>;
  getExecutor(): ReturnType<Kysely<DB>["getExecutor"]>;
}

/** One column that is the key, or several that are it together. */
export type KeyColumns<DB, TB extends keyof DB> =
  | (keyof DB[TB] & string)
  | readonly [keyof DB[TB] & string, ...(keyof DB[TB] & string)[]];

/** A value for a key of one column; an object by columns for a key of several. A key with `null` in it has no rows. */
export type KeyOf<DB, TB extends keyof DB, Columns> = Columns extends readonly (infer Column)[]
  ? { readonly [Part in Column & keyof DB[TB]]: SelectType<DB[TB][Part]> | null }
  : Columns extends keyof DB[TB]
    ? SelectType<DB[TB][Columns]> | null
    : never;

/** What a relation reads: rows of a table, by the columns that are the key. */
export interface RelationOptions<DB, TB extends keyof DB, Columns, Row, Args> {
  readonly from: TB;
  readonly key: Columns;
  /**
   * The query of one key, without the key: selection, joins, conditions, order and limit, all of them *per key*. Called again
   * for other `args` only, and has to give the same query for the same ones. Default: all columns of the table.
   */
  readonly query?:
    | ((query: SelectQueryBuilder<DB, TB, object>, args: Args) => Compilable<Row>)
    | undefined;
}

/** What a relation that selects nothing takes: conditions and joins. */
export interface FilterOptions<DB, TB extends keyof DB, Columns, Args> {
  readonly from: TB;
  readonly key: Columns;
  /** Conditions and joins. Default: none. */
  readonly query?:
    | ((query: SelectQueryBuilder<DB, TB, object>, args: Args) => Compilable)
    | undefined;
}

export interface LoadOptions<DB> {
  /** Rejects this load with its reason. A statement is cancelled when all who wait for it are gone. */
  readonly signal?: AbortSignal | undefined;
  /** The transaction, or another Kysely instance, to read in. Default: the one that the relation was made with. */
  readonly db?: KyselyOf<DB> | undefined;
}

/** `args` are required where the relation's query takes them. */
export type LoadArguments<DB, Args> = undefined extends Args
  ? [options?: LoadOptions<DB> & { readonly args?: Args }]
  : [options: LoadOptions<DB> & { readonly args: Args }];

/**
 * Values by key. Loads of one tick, database and scope become one statement; one is under way at a time, and gathers the next
 * meanwhile. A key that is loaded twice is sent once. Nothing is cached, unless in a scope of a database with `withScopeCache`.
 */
export interface Relation<DB, Key, Value, Args> {
  load(key: Key, ...options: LoadArguments<DB, Args>): Promise<Value>;
  /** The values in the order of the keys. Rejects with the first error. */
  loadMany(keys: readonly Key[], ...options: LoadArguments<DB, Args>): Promise<Value[]>;
}
