import { evidenceValue, objectValue, queryValue } from "../../report/json.ts";
import { safeJson } from "../../report/printable.ts";
import type { CheckProblem, CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";

type Value = Readonly<Record<string, unknown>>;

/**
 * The report as packages/advisor/check-report.schema.json describes it. Every key is always there, in one order; what is
 * unknown is `null`. Keys are listed here one by one: a new field reaches the output only on purpose.
 */
export function renderCheckJson(report: CheckReport): string {
  const { coverage } = report;
  return safeJson({
    version: report.version,
    checkedAt: report.checkedAt,
    engine: report.engine,
    runner: report.runner,
    trial: report.trial,
    base: report.base,
    snapshotAt: report.snapshotAt,
    migrations: {
      total: report.migrations.total,
      checked: report.migrations.checked.map(({ name, file, downFile }) => ({
        name,
        file,
        downFile,
      })),
    },
    problems: report.problems.map(problemValue),
    findings: report.findings.map(findingValue),
    ignored: report.ignored.map(({ finding, reason }) => ({
      finding: findingValue(finding),
      reason,
    })),
    known: report.known.map(findingValue),
    ignoreProblems: report.ignoreProblems.map(problemValue),
    coverage: {
      statements: coverage.statements,
      measured: coverage.measured,
      inferred: coverage.inferred,
      notAnalyzed: coverage.notAnalyzed.map(({ place, reason }) => ({
        place: placeValue(place),
        reason,
      })),
      queries: coverage.queries && {
        planned: coverage.queries.planned,
        skipped: coverage.queries.skipped,
      },
    },
    notes: report.notes,
  });
}

function problemValue({ place, message, hint }: CheckProblem): Value {
  return { place: placeValue(place), message, hint };
}

function findingValue(finding: MigrationFinding): Value {
  return {
    code: finding.code,
    severity: finding.severity,
    basis: finding.basis,
    place: placeValue(finding.place),
    migration: finding.migration,
    statement: finding.statement,
    object: objectValue(finding.object),
    message: finding.message,
    evidence: finding.evidence.map(evidenceValue),
    advice: finding.advice,
    alternative: finding.alternative.map(({ name, content }) => ({ name, content })),
    queries: finding.queries.map(queryValue),
    fingerprint: finding.fingerprint,
  };
}

function placeValue({ file, line, column, endLine }: SourcePlace): Value {
  return { file, line, column, endLine };
}
