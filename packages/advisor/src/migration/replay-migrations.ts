import type { CheckProblem } from "./check-report.ts";
import type { KnownSchema } from "./known-schema.ts";
import type { MigrationEngine } from "./migration-engine.ts";
import {
  type Migration,
  MigrationProblem,
  type MigrationScript,
  type MigrationStatement,
  type Send,
  type SourcePlace,
} from "./migration.ts";
import type { CheckedStatement } from "./migration-rule.ts";
import type { DescribedStatement, SchemaAction } from "./schema-action.ts";
import { afterActions, EMPTY_SCHEMA, inUse } from "./track-schema.ts";
import type { Observation, Trial } from "./trial.ts";

export interface ReplayOptions {
  readonly engine: MigrationEngine;
  /** `null`: nothing is executed. */
  readonly trial: Trial | null;
  readonly migrations: readonly Migration[];
  /** Whether a migration is one of the change. */
  readonly isChecked: (migration: Migration) => boolean;
  /** Whether each migration is released by itself: a table of the one before has rows. Default: all of the change at once. */
  readonly eachAlone?: boolean;
  /** In force before the first statement; `null`: nobody set it. */
  readonly lockTimeoutMs: number | null;
  readonly progress: (message: string) => void;
  /** Called right before the first migration that is checked, with the trial as the history leaves it; `null` once it is broken. */
  readonly beforeChange: (trial: Trial | null) => Promise<void>;
}

export interface Replay {
  /** Of migrations that are checked, in the order in which they were sent. */
  readonly statements: readonly CheckedStatement[];
  readonly final: KnownSchema;
  /** The trial as the migrations leave it; `null` where there is none, or one that refused a statement. */
  readonly trial: Trial | null;
  readonly problems: readonly CheckProblem[];
  readonly notAnalyzed: readonly { readonly place: SourcePlace; readonly reason: string }[];
}

/**
 * Sends the history through the trial database, and the changed migrations statement by statement under observation. Once
 * the trial refuses a statement it is no longer what production is: what follows is judged by its text.
 */
export async function replayMigrations(options: ReplayOptions): Promise<Replay> {
  const { engine, migrations, isChecked, progress } = options;
  const statements: CheckedStatement[] = [];
  const problems: CheckProblem[] = [];
  const notAnalyzed: { place: SourcePlace; reason: string }[] = [];
  let { trial } = options;
  let schema = EMPTY_SCHEMA;
  let pending: Transaction | null = null;
  let changeBegan = false;

  /** What a tool that runs all pending migrations in one transaction leaves open. */
  const endRun = async (): Promise<void> => {
    await pending?.end();
    pending = null;
  };

  for (const [number, migration] of migrations.entries()) {
    const checked = isChecked(migration);
    progress(`migration ${number + 1} of ${migrations.length}: ${migration.name}`);
    if (checked && !changeBegan) {
      changeBegan = true;
      await options.beforeChange(trial);
    }
    if (options.eachAlone === true) {
      await endRun();
      schema = inUse(schema);
    }
    await replay(migration, "up", checked);
    // Only where the trial is still whole: a failed statement has been told already.
    if (checked && migration.down !== null) {
      await endRun();
      const before = schema;
      const known = trial;
      await replay(migration, "down", true);
      // Back to where `up` leaves it, for the migrations that follow.
      if (trial !== null && trial === known) await replay(migration, "up", false);
      schema = before;
    }
  }
  await endRun();
  return { statements, final: schema, trial, problems, notAnalyzed };

  async function replay(
    migration: Migration,
    direction: "up" | "down",
    checked: boolean,
  ): Promise<void> {
    const script = direction === "up" ? migration.up : migration.down;
    if (script === null) return;
    const transaction = await transactionFor(script, checked);
    const known = problems.length;
    const send: Send = async (statement) => {
      const described = await engine.describe(
        statement.sql,
        transaction.schema() ?? engine.defaultSchema,
      );
      const rows = await sendOne(statement, described, transaction, migration, direction, checked);
      return rows;
    };
    try {
      await script.run(send);
      if (transaction !== pending) await transaction.end();
    } catch (error) {
      // Code that got no rows because a statement before was refused may well fail.
      if (problems.length === known) {
        const file = direction === "up" ? migration.file : (migration.downFile ?? migration.file);
        problems.push(problemOf(error, file));
      }
      await breakOff(transaction);
    }
  }

  /** The trial's schema is not what the migrations say any more: what follows is judged by its text. */
  async function breakOff(transaction: Transaction): Promise<void> {
    await transaction.abandon();
    if (pending === transaction) pending = null;
    trial = null;
  }

  async function transactionFor(script: MigrationScript, checked: boolean): Promise<Transaction> {
    if (script.transaction !== "run" || !checked) {
      await endRun();
      await trial?.reset();
      return beginTransaction(trial, script.transaction !== "none", options.lockTimeoutMs);
    }
    pending ??= beginTransaction(trial, true, options.lockTimeoutMs);
    return pending;
  }

  async function sendOne(
    statement: MigrationStatement,
    described: DescribedStatement,
    transaction: Transaction,
    migration: Migration,
    direction: "up" | "down",
    checked: boolean,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    if (described.kind === "error") {
      problems.push(unreadable(statement, described));
      await breakOff(transaction);
      return [];
    }
    const actions = described.kind === "actions" ? described.actions : [];
    const [only] = actions;
    if (only?.kind === "transaction") {
      await transaction.follow(only.command);
      return [];
    }
    const { rows, observation } = await execute(statement, transaction, checked);
    if (checked) {
      if (described.kind === "opaque" && observation === null)
        notAnalyzed.push({ place: statement.place, reason: described.reason });
      const told: CheckedStatement = {
        statement,
        migration,
        direction,
        actions,
        observation,
        inTransaction: transaction.isOpen(),
        before: [...transaction.statements],
        earlier: statements.filter(
          (one) => one.migration === migration && one.direction === direction,
        ),
        schema,
        lockTimeoutMs: transaction.lockTimeoutMs(),
      };
      statements.push(told);
      transaction.statements.push(told);
    }
    transaction.set(actions);
    schema = afterActions(schema, actions, checked);
    return rows;
  }

  async function execute(
    { sql, parameters, place }: MigrationStatement,
    transaction: Transaction,
    checked: boolean,
  ): Promise<{
    readonly rows: readonly Readonly<Record<string, unknown>>[];
    readonly observation: Observation | null;
  }> {
    if (trial === null) return { rows: [], observation: null };
    try {
      await transaction.ready();
      if (!checked) return { rows: await trial.run(sql, parameters), observation: null };
      return await trial.observe(sql, parameters);
    } catch (error) {
      problems.push({
        place,
        message: `${trial.name} refuses this statement: ${messageOf(error)}.`,
        hint:
          "Mend the statement, or the migration before it that should have made what it needs. Where it needs something that only " +
          "a real server has (an extension, roles), give one with --trial-url. What follows it is judged by its text alone.",
      });
      await breakOff(transaction);
      return { rows: [], observation: null };
    }
  }
}

/** One transaction of the tool's, or a stretch of statements outside of any. */
interface Transaction {
  /** Checked statements since it began. */
  readonly statements: CheckedStatement[];
  isOpen(): boolean;
  /** Begins it on the trial, if that was not done. */
  ready(): Promise<void>;
  /** BEGIN, COMMIT, ROLLBACK in the text. */
  follow(command: "begin" | "commit" | "rollback"): Promise<void>;
  /** Takes note of limits that a statement set. */
  set(actions: DescribedActions): void;
  lockTimeoutMs(): number | null;
  /** Where unqualified names are; `null`: where the session began. */
  schema(): string | null;
  end(): Promise<void>;
  /** After a failure: nothing of it stays. */
  abandon(): Promise<void>;
}

interface Settings {
  readonly lockTimeoutMs: number | null;
  readonly schema: string | null;
}

function settingOf(action: SchemaAction): Partial<Settings> | null {
  if (action.kind === "set-schema") return { schema: action.schema };
  if (action.kind === "set-timeout" && action.setting === "lock")
    return { lockTimeoutMs: action.ms };
  return null;
}

type DescribedActions = Extract<DescribedStatement, { kind: "actions" }>["actions"];

function beginTransaction(
  trial: Trial | null,
  wanted: boolean,
  lockTimeoutMs: number | null,
): Transaction {
  let open = wanted;
  let begun = false;
  let session: Settings = { lockTimeoutMs, schema: null };
  let local: Partial<Settings> = {};
  const statements: CheckedStatement[] = [];
  const close = async (command: "commit" | "rollback"): Promise<void> => {
    if (begun) await trial?.[command]();
    begun = false;
    open = false;
    local = {};
    statements.length = 0;
  };
  return {
    statements,
    isOpen: () => open,
    async ready() {
      if (!open || begun) return;
      await trial?.begin();
      begun = true;
    },
    async follow(command) {
      if (command === "begin") open = true;
      else await close(command);
    },
    set(actions) {
      for (const action of actions) {
        const setting = settingOf(action);
        if (setting === null) continue;
        if ("local" in action && action.local) local = { ...local, ...setting };
        else session = { ...session, ...setting };
      }
      // Outside a transaction each statement is its own.
      if (!open) statements.length = 0;
    },
    lockTimeoutMs: () => ({ ...session, ...local }).lockTimeoutMs,
    schema: () => ({ ...session, ...local }).schema,
    end: () => close("commit"),
    abandon: () => close("rollback").catch(() => undefined),
  };
}

function unreadable(
  { sql, place }: MigrationStatement,
  { message, position }: Extract<DescribedStatement, { kind: "error" }>,
): CheckProblem {
  const before = sql.slice(0, position ?? 0);
  const lines = before.split("\n");
  const line = place.line + lines.length - 1;
  const column = (lines.length === 1 ? place.column : 1) + (lines.at(-1)?.length ?? 0);
  return {
    place: { ...place, line, column, endLine: Math.max(line, place.endLine) },
    message: `This is not SQL that the database can read: ${message}.`,
    hint: "Mend the statement. Templates are to be rendered before they are checked; statements of another database need --engine.",
  };
}

function problemOf(error: unknown, file: string): CheckProblem {
  if (error instanceof MigrationProblem) {
    const { place, message, hint } = error;
    return { place, message, hint };
  }
  return {
    place: { file, line: 1, column: 1, endLine: 1 },
    message: `The migration can't be executed: ${messageOf(error)}.`,
    hint: "Mend what it throws. It runs against an empty database that has the migrations before it.",
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
