import { checkMigrations } from "../../../../migration/check-migrations.ts";
import type { CheckReport } from "../../../../migration/check-report.ts";
import type {
  MigrationFinding,
  MigrationFindingCode,
} from "../../../../migration/migration-finding.ts";
import type { Migration } from "../../../../migration/migration.ts";
import { RUNNERS } from "../../../../migration/runners.ts";
import { mysqlMigration } from "../../engine.ts";
import { BASE } from "../../testing/alter-cases.ts";

export interface Checking {
  /** Before the change, after the tables of all cases. */
  readonly history?: readonly string[];
  readonly change: readonly string[];
  /** Connection string; `none`: everything is inferred. Default `none`. */
  readonly trial?: string;
  /** Default: MySQL 8.4. */
  readonly serverVersion?: number;
  /** Default 5000: a tool that sets it itself. `null`: nobody does. */
  readonly lockTimeoutMs?: number | null;
}

/** What `check` says of a migration of plain SQL. */
export function checkStatements({
  history = [],
  change,
  trial = "none",
  serverVersion = 80_400,
  lockTimeoutMs = 5000,
}: Checking): Promise<CheckReport> {
  const runner = RUNNERS.find(({ name }) => name === "sql");
  if (runner === undefined) throw new Error("no runner for plain SQL");
  return checkMigrations({
    engine: mysqlMigration,
    runner,
    migrations: [migration("1.sql", [...BASE, ...history]), migration("2.sql", change)],
    changed: new Set(["2.sql"]),
    base: null,
    trial,
    serverVersion,
    ...(lockTimeoutMs === null ? {} : { lockTimeoutMs }),
  });
}

/** Findings of one rule. */
export async function toldBy(
  code: MigrationFindingCode,
  checking: Checking,
): Promise<readonly MigrationFinding[]> {
  const { findings, problems } = await checkStatements(checking);
  if (problems[0] !== undefined) throw new Error(problems[0].message);
  return findings.filter((finding) => finding.code === code);
}

function migration(file: string, texts: readonly string[]): Migration {
  return {
    name: file.replace(".sql", "_step"),
    file,
    up: {
      transaction: "none",
      async run(send) {
        for (const [at, sql] of texts.entries())
          await send({ sql, place: { file, line: at + 1, column: 1, endLine: at + 1 } });
      },
    },
    down: null,
  };
}
