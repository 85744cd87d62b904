import type { KnownSchema } from "../../../../migration/known-schema.ts";
import type { MigrationFindingCode } from "../../../../migration/migration-finding.ts";
import type { CheckedStatement, RuleVerdict } from "../../../../migration/migration-rule.ts";
import type { Migration, TransactionScope } from "../../../../migration/migration.ts";
import { replayMigrations } from "../../../../migration/replay-migrations.ts";
import type { Runner } from "../../../../migration/runner.ts";
import type { Trial } from "../../../../migration/trial.ts";
import { quoteIdent } from "../../../quote-ident.ts";
import { postgresMigration } from "../../engine.ts";
import { postgresRules } from "../postgres-rules.ts";

/** A verdict and what it is on. */
export interface Told {
  readonly code: MigrationFindingCode;
  readonly verdict: RuleVerdict;
  readonly statement: CheckedStatement;
}

/** One migration of a check: its statements, and whether they are of the change. */
export interface TestMigration {
  readonly up: readonly string[];
  readonly down?: readonly string[];
  /** Default `migration`. */
  readonly transaction?: TransactionScope;
  /** Whether it was there before the change. Default false. */
  readonly old?: boolean;
}

export interface CheckInput {
  readonly migrations: readonly TestMigration[];
  /** `null`: none, everything is inferred. */
  readonly trial: Trial | null;
  readonly serverVersion: number;
  /** Default 5000: a tool that sets it itself. */
  readonly lockTimeoutMs?: number | null;
  /** Rows of tables in production, by name. */
  readonly rows?: Readonly<Record<string, number>>;
}

/** A tool whose files are shown as they are. */
export const TEST_RUNNER: Runner = {
  name: "sql",
  title: "The tool",
  outsideTransaction: "Its marker takes a migration out of its transaction.",
  detect: () => Promise.resolve(null),
  read: () => Promise.resolve([]),
  write: () => [],
};

export interface Checked {
  readonly told: readonly Told[];
  /** Messages of statements that the trial refused. */
  readonly problems: readonly string[];
  readonly final: KnownSchema;
}

/** Sends migrations through the rules as `check` does, on a trial database that is empty or on none. */
export async function checkStatements(input: CheckInput): Promise<Checked> {
  const { lockTimeoutMs = 5000, migrations, rows = {}, serverVersion, trial } = input;
  const list = migrations.map(asMigration);
  const checked = new Set(list.filter((_, index) => migrations[index]?.old !== true));
  const { statements, final, problems } = await replayMigrations({
    engine: postgresMigration,
    trial,
    migrations: list,
    isChecked: (migration) => checked.has(migration),
    lockTimeoutMs,
    progress: () => {},
    beforeChange: () => Promise.resolve(),
  });
  const context = {
    runner: TEST_RUNNER,
    serverVersion,
    production: ({ name }: { readonly name: string }) => {
      const count = rows[name];
      return count === undefined
        ? null
        : { rows: count, bytes: 0, indexBytes: 0, readsPerDay: null, writesPerDay: null };
    },
    final,
    quote: quoteIdent,
  };
  const told = statements.flatMap((statement) =>
    postgresRules
      .filter((rule) => statement.direction === "up" || rule.down === true)
      .flatMap((rule) =>
        rule.check(statement, context).map((verdict) => ({ code: rule.code, verdict, statement })),
      ),
  );
  return { told, problems: problems.map(({ message }) => message), final };
}

function asMigration(
  { up, down, transaction = "migration" }: TestMigration,
  index: number,
): Migration {
  const script = (texts: readonly string[]): Migration["up"] => ({
    transaction,
    async run(send) {
      for (const [line, sql] of texts.entries()) {
        const place = { file: `${index}.sql`, line: line + 1, column: 1, endLine: line + 1 };
        await send({ sql, place });
      }
    },
  });
  return {
    name: `${index}`,
    file: `${index}.sql`,
    up: script(up),
    down: down === undefined ? null : script(down),
  };
}
