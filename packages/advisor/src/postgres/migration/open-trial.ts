import type { TrialOptions } from "../../migration/migration-engine.ts";
import type { Observation, Trial } from "../../migration/trial.ts";
import { quoteIdent } from "../quote-ident.ts";
import { quoteLiteral } from "../sandbox/sql-names.ts";
import { compareStates } from "./trial/compare-states.ts";
import { openEmbeddedServer } from "./trial/embedded-server.ts";
import { openDatabase } from "./trial/open-database.ts";
import { type StatementTraits, statementTraits } from "./trial/statement-traits.ts";
import { readState, type TableState } from "./trial/table-state.ts";
import type { TrialServer } from "./trial/trial-server.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];

const NOTHING: Observation = { locks: [], held: [], rewritten: [], scanned: [], unseen: [] };

/**
 * An empty database on the embedded PostgreSQL, or a database of its own on the server of a URL. Throws `DbadviseError`
 * `connection-failed`, `unsupported-server` or `trial-failed`.
 */
export async function openTrial({ url, progress }: TrialOptions): Promise<Trial> {
  progress("making a trial database");
  return trialOn(url === null ? await openEmbeddedServer() : await openDatabase(url));
}

function trialOn(server: TrialServer): Trial {
  let inTransaction = false;
  /** Relations that were there when the transaction began; read when a statement of it is first observed. */
  let existing: ReadonlySet<number> | null = null;
  /** As the last statement of the transaction left it; `null` where something was done since that is not observed. */
  let last: TableState | null = null;
  /** Roles that this trial made. */
  const roles = new Set<string>();

  const control = async (command: "begin" | "commit" | "rollback"): Promise<void> => {
    inTransaction = command === "begin";
    existing = null;
    last = null;
    await server.query(command);
  };

  /** Runs a statement as it can be run here; what of it was left out. */
  async function execute(
    sql: string,
    parameters: readonly unknown[],
    traits: StatementTraits,
  ): Promise<{ readonly rows: Rows; readonly unseen: readonly string[] }> {
    if (traits.copiesFromClient) {
      return { rows: [], unseen: ["The rows of COPY were not loaded."] };
    }
    const foreign = traits.roles.some((role) => !roles.has(role));
    if (traits.serverWide || (server.shared && traits.changesRoles && foreign)) {
      return { rows: [], unseen: ["It changes the whole server: it was not run."] };
    }
    if (!traits.dropsRoles) await createRoles(traits.roles);
    const text = inTransaction ? (traits.withoutConcurrently ?? sql) : sql;
    const rows = await server.query(text, parameters);
    for (const role of traits.creates) roles.add(role);
    return {
      rows,
      unseen:
        text === sql ? [] : ["The server refuses CONCURRENTLY in a transaction: it was left out."],
    };
  }

  /** Privileges and owners need roles that the migrations take for given. */
  async function createRoles(named: readonly string[]): Promise<void> {
    if (named.length === 0) return;
    const list = named.map(quoteLiteral).join(", ");
    const rows = await server.query(
      `select rolname::pg_catalog.text as name from pg_catalog.pg_roles where rolname in (${list})`,
    );
    const known = new Set(rows.map(({ name }) => name));
    for (const name of named.filter((one) => !known.has(one))) {
      // Who is no superuser must be a member of a role to give it something.
      await server.query(`create role ${quoteIdent(name)} role current_user`);
      roles.add(name);
    }
  }

  async function observeWithin(
    sql: string,
    parameters: readonly unknown[],
    traits: StatementTraits,
  ): Promise<{ readonly rows: Rows; readonly observation: Observation }> {
    const before = last ?? (await readState(server));
    const there = existing ?? new Set(before.relations.keys());
    if (inTransaction) existing = there;
    last = null;
    const { rows, unseen } = await execute(sql, parameters, traits);
    const after = await readState(server);
    if (inTransaction) last = after;
    const seen = compareStates(before, after, there, traits);
    // Without CONCURRENTLY it takes other locks than the statement as it is written.
    const locks = unseen.length > 0 ? [] : seen.locks;
    return { rows, observation: { ...seen, locks, unseen } };
  }

  /** In a transaction of its own, in which its locks can be seen; without one where the statement refuses that. */
  async function observeAlone(
    sql: string,
    parameters: readonly unknown[],
    traits: StatementTraits,
  ): Promise<{ readonly rows: Rows; readonly observation: Observation }> {
    await server.query("begin");
    try {
      const result = await observeWithin(sql, parameters, traits);
      await server.query("commit");
      return result;
    } catch (error) {
      await server.query("rollback");
      if (!refusesTransaction(error)) throw error;
    }
    const before = await readState(server);
    const { rows, unseen } = await execute(sql, parameters, traits);
    return { rows, observation: unlocked(before, await readState(server), traits, unseen) };
  }

  return {
    name: server.name,
    versionNumber: server.versionNumber,
    reset: async () => void (await server.query("discard all")),
    begin: () => control("begin"),
    commit: () => control("commit"),
    rollback: () => control("rollback"),
    async run(sql, parameters = []) {
      last = null;
      return (await execute(sql, parameters, await statementTraits(sql))).rows;
    },
    async observe(sql, parameters = []) {
      const traits = await statementTraits(sql);
      if (traits.session || traits.ownTransactions) {
        last = null;
        const { rows } = await execute(sql, parameters, traits);
        const unseen = traits.session ? [] : ["Its text has transactions of its own."];
        return { rows, observation: { ...NOTHING, unseen } };
      }
      return inTransaction
        ? observeWithin(sql, parameters, traits)
        : observeAlone(sql, parameters, traits);
    },
    session: {
      query: (sql, parameters) => {
        last = null;
        return server.query(sql, parameters);
      },
      close: () => Promise.resolve(),
    },
    close: () => server.close([...roles]),
  };
}

/** What the files tell of a statement that could not be watched from inside its transaction. */
function unlocked(
  before: TableState,
  after: TableState,
  traits: StatementTraits,
  unseen: readonly string[],
): Observation {
  const { rewritten } = compareStates(before, after, new Set(before.relations.keys()), traits);
  return {
    ...NOTHING,
    // Nobody reads a table while its file is exchanged.
    locks: rewritten.map((table) => ({
      table,
      mode: "ACCESS EXCLUSIVE",
      blocksReads: true,
      blocksWrites: true,
    })),
    rewritten,
    unseen: [
      ...unseen,
      "It can't run in a transaction, after which its locks and scans could have been seen.",
    ],
  };
}

/** VACUUM, CONCURRENTLY and the like; procedures that commit. */
function refusesTransaction(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return code === "25001" || code === "2D000";
}
