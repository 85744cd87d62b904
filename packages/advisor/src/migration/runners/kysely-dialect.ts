import type { SourcePlace } from "../migration.ts";
import type { MigrationDialect } from "../migration-dialect.ts";
import type { Recorder } from "./run-code.ts";

/** What is needed of the user's Kysely, of whichever version. */
export interface Kysely {
  transaction(): { execute(use: (db: Kysely) => unknown): Promise<unknown> };
  connection(): { execute(use: (db: Kysely) => unknown): Promise<unknown> };
}

type KyselyPart = new (...given: never[]) => object;

export type KyselyModule = Readonly<Record<string, KyselyPart>> & {
  readonly Kysely: new (config: object) => Kysely;
};

interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query?: object;
  readonly queryId?: object;
}

/**
 * A Kysely whose statements go to the recorder. With `inTransaction` the first transaction is the tool's: its BEGIN and
 * COMMIT are not statements of the migration.
 */
export function recordingKysely(
  { Kysely, ...parts }: KyselyModule,
  { kyselyPrefix }: MigrationDialect,
  recorder: Recorder,
  inTransaction: boolean,
): Kysely {
  const part = (name: string, ...given: unknown[]): object =>
    Reflect.construct(parts[`${kyselyPrefix}${name}`] ?? Object, given);
  const places = new WeakMap<object, SourcePlace>();
  let open = 0;

  const executeQuery = async ({ sql, parameters, query, queryId }: CompiledQuery) => {
    const place = (queryId && places.get(queryId)) ?? (query && places.get(query)) ?? null;
    const rows = await recorder.send(sql, parameters, place);
    return { rows: [...rows], numAffectedRows: BigInt(rows.length) };
  };
  const connection = {
    executeQuery,
    async *streamQuery(query: CompiledQuery) {
      yield await executeQuery(query);
    },
  };
  const control = (sql: string, own: boolean) =>
    own ? Promise.resolve() : recorder.send(sql, [], null).then(() => undefined);
  const driver = {
    init: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    releaseConnection: () => Promise.resolve(),
    beginTransaction: () => control("begin", inTransaction && open++ === 0),
    commitTransaction: () => control("commit", inTransaction && --open === 0),
    rollbackTransaction: () => control("rollback", inTransaction && --open === 0),
    savepoint: (_: unknown, name: string) => control(`savepoint "${name}"`, false),
    rollbackToSavepoint: (_: unknown, name: string) => control(`rollback to "${name}"`, false),
    releaseSavepoint: (_: unknown, name: string) => control(`release "${name}"`, false),
  };
  /** A plugin is called while the migration's call is still on the stack; the driver only after it. */
  const placing = {
    transformQuery({ node, queryId }: { readonly node: object; readonly queryId: object }) {
      const place = recorder.place();
      if (place !== null) for (const key of [node, queryId]) places.set(key, place);
      return node;
    },
    transformResult: ({ result }: { readonly result: unknown }) => Promise.resolve(result),
  };
  return new Kysely({
    plugins: [placing],
    dialect: {
      createAdapter: () => part("Adapter"),
      createDriver: () => driver,
      createIntrospector: (db: Kysely) => part("Introspector", db),
      createQueryCompiler: () => part("QueryCompiler"),
    },
  });
}
