import {
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type DialectAdapter,
  type KyselyPlugin,
  type QueryCompiler,
} from "kysely";

/**
 * Kysely's executor, but for one thing: on one connection, as in a transaction, Kysely sends a query only when the one before
 * it has its answer, so that no two could ever be merged. A virtual connection puts its queries in order by itself.
 */
export class CoalescingExecutor extends DefaultQueryExecutor {
  readonly #compiler: QueryCompiler;
  readonly #provider: ConnectionProvider;

  constructor(
    compiler: QueryCompiler,
    adapter: DialectAdapter,
    provider: ConnectionProvider,
    plugins: readonly KyselyPlugin[],
  ) {
    super(compiler, adapter, provider, [...plugins]);
    this.#compiler = compiler;
    this.#provider = provider;
  }

  #with(plugins: readonly KyselyPlugin[], provider = this.#provider): CoalescingExecutor {
    return new CoalescingExecutor(this.#compiler, this.adapter, provider, plugins);
  }

  override withPlugins(plugins: readonly KyselyPlugin[]): CoalescingExecutor {
    return this.#with([...this.plugins, ...plugins]);
  }

  override withPlugin(plugin: KyselyPlugin): CoalescingExecutor {
    return this.#with([...this.plugins, plugin]);
  }

  override withPluginAtFront(plugin: KyselyPlugin): CoalescingExecutor {
    return this.#with([plugin, ...this.plugins]);
  }

  override withoutPlugins(): CoalescingExecutor {
    return this.#with([]);
  }

  override withConnectionProvider(provider: ConnectionProvider): CoalescingExecutor {
    // A transaction's executor stands in for its connection: it asks this one, which has it at once already.
    return this.#with(this.plugins, "executeQuery" in provider ? provider : atOnce(provider));
  }
}

/** The connection of a provider that has but one, lent to all who ask at the same time. */
function atOnce(provider: ConnectionProvider): ConnectionProvider {
  let connection: Promise<DatabaseConnection> | undefined;
  return {
    async provideConnection(consumer) {
      connection ??= provider.provideConnection((one) => Promise.resolve(one));
      return await consumer(await connection);
    },
  };
}
