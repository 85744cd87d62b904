import type { SourcePlace } from "../migration.ts";
import type { MigrationDialect } from "../migration-dialect.ts";
import type { Recorder } from "./run-code.ts";

/** What is needed of the user's knex. */
export interface Knex {
  readonly client: object;
  transaction(use: (knex: Knex) => unknown): PromiseLike<unknown>;
}

type CreateKnex = (config: object) => Knex;

interface KnexQuery {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
}

interface KnexBuilder {
  /** Made with the builder, by `asyncStackTraces`. */
  readonly _asyncStack?: { readonly error: Error };
}

interface KnexRunner {
  query(query: KnexQuery): Promise<unknown>;
}

type MakeRunner = (this: object, builder: KnexBuilder) => KnexRunner;

/**
 * A knex whose statements go to the recorder; it needs no driver. With `inTransaction` the first transaction is the tool's:
 * its BEGIN and COMMIT are not statements of the migration.
 */
export function recordingKnex(
  module: unknown,
  { knex: { client, answer } }: MigrationDialect,
  recorder: Recorder,
  inTransaction: boolean,
): Knex {
  const create = module as CreateKnex;
  const base = Object.getPrototypeOf(create({ client }).client) as {
    readonly constructor: new (config: object) => object;
    readonly runner: MakeRunner;
  };
  const places = new WeakMap<KnexQuery, SourcePlace>();
  let depth = 0;

  // For each transaction knex makes a client of its own, out of the prototype.
  function Recording(config: object): object {
    return Reflect.construct(base.constructor, [config], Recording) as object;
  }
  Recording.prototype = Object.assign(Object.create(base) as object, {
    constructor: Recording,
    acquireConnection: () => Promise.resolve({ __knexUid: "dbadvise" }),
    releaseConnection: () => Promise.resolve(),
    runner(this: object, builder: KnexBuilder): KnexRunner {
      const runner = base.runner.call(this, builder);
      const query = runner.query.bind(runner);
      const { _asyncStack: made } = builder;
      const place = recorder.place(made?.error.stack ?? "");
      runner.query = (given) => {
        if (place !== null) places.set(given, place);
        return query(given);
      };
      return runner;
    },
    async _query(_connection: unknown, query: KnexQuery): Promise<KnexQuery> {
      const own = inTransaction && isOuter(query.sql);
      const place = places.get(query) ?? null;
      const rows = own ? [] : await recorder.send(query.sql, query.bindings ?? [], place);
      query.response = answer(rows, query.sql);
      return query;
    },
  });
  return create({ client: Recording, asyncStackTraces: true });

  /** Transactions in transactions are savepoints: BEGIN and its end come once. */
  function isOuter(sql: string): boolean {
    if (/^begin\b/i.test(sql)) return depth++ === 0;
    return /^(?:commit|rollback)\b(?! to)/i.test(sql) && --depth === 0;
  }
}
