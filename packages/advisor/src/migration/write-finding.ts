import { createHash } from "node:crypto";
import type { Evidence, Severity } from "../findings/finding.ts";
import type { MigrationFinding } from "./migration-finding.ts";
import type {
  CheckedStatement,
  MigrationRule,
  RuleContext,
  RuleVerdict,
} from "./migration-rule.ts";
import type { Observation } from "./trial.ts";

/** A rule's verdict as a finding: with what was seen, what it means for a table of production's size, and files to write. */
export function writeFinding(
  rule: MigrationRule,
  verdict: RuleVerdict,
  checked: CheckedStatement,
  context: RuleContext,
  severity: Severity,
): Omit<MigrationFinding, "fingerprint"> {
  const { statement, migration, observation } = checked;
  const written = verdict.steps.length === 0 ? [] : context.runner.write(verdict.steps, migration);
  return {
    code: rule.code,
    severity,
    basis:
      verdict.basis ??
      (observation === null || observation.unseen.length > 0 ? "inferred" : "measured"),
    place: statement.place,
    migration: migration.name,
    statement: statement.sql,
    object: verdict.object,
    message: verdict.message,
    evidence: evidenceOf(observation),
    advice:
      written === null
        ? `${verdict.advice} ${context.runner.title} runs every migration in a transaction: run these statements by hand, before the migration.`
        : verdict.advice,
    alternative: written ?? [
      {
        name: "by-hand.sql",
        content: verdict.steps.flatMap((step) => step.up.map((sql) => `${sql}\n`)).join(""),
      },
    ],
    queries: [],
  };
}

/** What is the same of two runs for the same problem, whatever moved in the file. `nth`: of equal ones. */
export function fingerprintOf(finding: Omit<MigrationFinding, "fingerprint">, nth: number): string {
  const { code, migration, object, statement } = finding;
  const parts = [code, migration, object.type, object.schema, object.table, object.name ?? ""];
  const text = statement.replace(/\s+/g, " ").trim();
  return createHash("sha256")
    .update(JSON.stringify([...parts, ...object.columns, text, nth]))
    .digest("hex")
    .slice(0, 16);
}

function evidenceOf(observation: Observation | null): readonly Evidence[] {
  if (observation === null) return [];
  const { locks, rewritten, scanned, algorithm, unseen } = observation;
  const seen = (check: string, detail: string): Evidence => ({ check, verdict: "for", detail });
  return [
    ...locks
      .filter(({ blocksReads, blocksWrites }) => blocksReads || blocksWrites)
      .map((lock) =>
        seen(
          "lock",
          `${lock.mode} on ${lock.table.schema}.${lock.table.name}: blocks ${lock.blocksReads ? "reads and writes" : "writes"}`,
        ),
      ),
    ...rewritten.map((table) => seen("rewrite", `${table.schema}.${table.name} is written anew`)),
    ...scanned.map((table) =>
      seen("scan", `${table.schema}.${table.name} is read from end to end`),
    ),
    ...(algorithm === undefined
      ? []
      : [seen("algorithm", `the server takes ALGORITHM=${algorithm}`)]),
    ...unseen.map((detail): Evidence => ({ check: "trial", verdict: "unknown", detail })),
  ];
}
