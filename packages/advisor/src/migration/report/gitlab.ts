import { createHash } from "node:crypto";
import type { Severity } from "../../findings/finding.ts";
import { objectLabel } from "../../report/object-label.ts";
import { oneLine, safeJson } from "../../report/printable.ts";
import type { CheckProblem, CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";
import { BASIS_WORDS, type CheckRenderOptions, NOT_ANALYZED_MEANS } from "./check-summary.ts";
import { repositoryPath } from "./repository-path.ts";

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: "info" | "minor" | "major" | "critical" | "blocker";
  readonly location: {
    readonly path: string;
    readonly lines: { readonly begin: number; readonly end: number };
  };
}

const SEVERITIES = { info: "info", warning: "major", error: "critical" } as const satisfies Record<
  Severity,
  Issue["severity"]
>;

/** The Code Quality report of GitLab: one list, shown in the merge request. */
export function renderCheckGitlab(report: CheckReport, { prefix }: CheckRenderOptions): string {
  const issues: readonly Issue[] = [
    ...report.problems.map((problem) => ofProblem(problem, "not-checked", "blocker", prefix)),
    ...report.findings.map((finding) => ofFinding(finding, prefix)),
    ...report.coverage.notAnalyzed.map(({ place, reason }) =>
      ofProblem(
        { place, message: reason, hint: NOT_ANALYZED_MEANS },
        "not-analysed",
        "minor",
        prefix,
      ),
    ),
    ...report.ignoreProblems.map((problem) =>
      ofProblem(problem, "ignore-comment", "minor", prefix),
    ),
  ];
  return safeJson(issues);
}

function ofFinding(finding: MigrationFinding, prefix: string): Issue {
  const { code, severity, place, message, advice, basis, fingerprint } = finding;
  return {
    description: oneLine(
      `${objectLabel(finding)}: ${message} (${BASIS_WORDS[basis]}) Instead: ${advice}`,
    ),
    check_name: code,
    fingerprint,
    severity: SEVERITIES[severity],
    location: locationOf(place, prefix),
  };
}

/** Its identity is its text and line: GitLab drops all but one of those with the same fingerprint. */
function ofProblem(
  { place, message, hint }: CheckProblem,
  name: string,
  severity: Issue["severity"],
  prefix: string,
): Issue {
  const identity = JSON.stringify([name, place.file, place.line, place.column, message]);
  return {
    description: oneLine(`${message} ${hint}`),
    check_name: name,
    fingerprint: createHash("sha256").update(identity).digest("hex").slice(0, 16),
    severity,
    location: locationOf(place, prefix),
  };
}

function locationOf({ file, line, endLine }: SourcePlace, prefix: string): Issue["location"] {
  return {
    path: repositoryPath(prefix, file),
    lines: { begin: line, end: Math.max(line, endLine) },
  };
}
