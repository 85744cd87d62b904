import { createHash } from "node:crypto";
import { tableKey } from "../catalog/catalog.ts";
import type { Evidence, Severity } from "../findings/finding.ts";
import type { MigrationFinding } from "./migration-finding.ts";
import type { Migration } from "./migration.ts";
import type {
  CheckedStatement,
  MigrationRule,
  RuleContext,
  RuleVerdict,
} from "./migration-rule.ts";
import { tableText } from "./rule-objects.ts";
import type { Runner, SafeStep, WrittenFile } from "./runner.ts";
import type { Observation } from "./trial.ts";
import { estimateWork } from "./workload/work-estimate.ts";

/** A rule's verdict as a finding: with what was seen, what it means for a table of production's size, and files to write. */
export function writeFinding(
  rule: MigrationRule,
  verdict: RuleVerdict,
  checked: CheckedStatement,
  context: RuleContext,
  severity: Severity,
): Omit<MigrationFinding, "fingerprint"> {
  const { statement, migration, observation } = checked;
  const { files, note } = writeSteps(context.runner, verdict.steps, migration);
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
    message: [verdict.message, sizeText(verdict, observation, context)].filter(Boolean).join(" "),
    evidence: evidenceOf(observation),
    advice: [verdict.advice, note].filter(Boolean).join(" "),
    alternative: files,
    queries: [],
  };
}

/** Steps as files of the migration tool, or as one to run by hand where the tool can't run them; then a note says so. */
export function writeSteps(
  runner: Runner,
  steps: readonly SafeStep[],
  after: Migration,
): { readonly files: readonly WrittenFile[]; readonly note: string } {
  if (steps.length === 0) return { files: [], note: "" };
  const files = runner.write(steps, after);
  if (files !== null) return { files, note: "" };
  const content = steps.flatMap(({ up }) => up.map((sql) => `${sql}\n`)).join("");
  return {
    files: [{ name: "by-hand.sql", content }],
    note: `${runner.outsideTransaction ?? `${runner.title} runs every migration in a transaction, where this can't run.`} Otherwise run it by hand, before the migration.`,
  };
}

/** What the work means for a table of production's size. */
function sizeText(
  { work, table }: RuleVerdict,
  observation: Observation | null,
  context: RuleContext,
): string {
  const production = table === null ? null : context.production(table);
  if (work === "none" || table === null || production === null) return "";
  const lock = [...(observation?.locks ?? []), ...(observation?.held ?? [])]
    .filter((one) => tableKey(one.table) === tableKey(table) && one.blocksWrites)
    .toSorted((one, other) => Number(other.blocksReads) - Number(one.blocksReads))[0];
  const { text } = estimateWork(work, production);
  return `In production it ${text}${lock === undefined ? "" : `, under ${lock.mode}`}.`;
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
          `${lock.mode} on ${tableText(lock.table)}: blocks ${lock.blocksReads ? "reads and writes" : "writes"}`,
        ),
      ),
    ...rewritten.map((table) => seen("rewrite", `${tableText(table)} is written anew`)),
    ...scanned.map((table) => seen("scan", `${tableText(table)} is read from end to end`)),
    ...(algorithm === undefined
      ? []
      : [seen("algorithm", `the server takes ALGORITHM=${algorithm}`)]),
    ...unseen.map((detail): Evidence => ({ check: "trial", verdict: "unknown", detail })),
  ];
}
