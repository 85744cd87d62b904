import type { CheckProblem, IgnoredFinding } from "./check-report.ts";
import type { MigrationFinding, MigrationFindingCode } from "./migration-finding.ts";
import type { SourcePlace } from "./migration.ts";
import type { Ignore } from "./read-ignores.ts";

export interface AppliedIgnores {
  readonly findings: readonly MigrationFinding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Comments that silence nothing. */
  readonly problems: readonly CheckProblem[];
}

export interface ApplyIgnoresInput {
  readonly findings: readonly MigrationFinding[];
  readonly ignores: readonly Ignore[];
  /** Places of all statements of migrations with these comments, also of those without a finding. */
  readonly statements: readonly SourcePlace[];
  /** Codes whose rule is off: nobody can say whether their comments are of use. */
  readonly off?: ReadonlySet<MigrationFindingCode>;
}

/** Takes out the findings that a comment silences, and tells of comments that silence none. */
export function applyIgnores(input: ApplyIgnoresInput): AppliedIgnores {
  const targets = new Map(
    input.ignores.map((ignore) => [ignore, targetOf(ignore, input.statements)]),
  );
  const used = new Set<Ignore>();
  const findings: MigrationFinding[] = [];
  const ignored: IgnoredFinding[] = [];
  for (const finding of input.findings) {
    const by = input.ignores.filter(
      (ignore) => ignore.code === finding.code && targets.get(ignore)?.(finding.place) === true,
    );
    for (const ignore of by) used.add(ignore);
    const [first] = by;
    if (first === undefined) findings.push(finding);
    else ignored.push({ finding, reason: first.reason });
  }
  const unused = input.ignores.filter(
    (ignore) => !used.has(ignore) && input.off?.has(ignore.code) !== true,
  );
  return { findings, ignored, problems: unused.map(problemOf) };
}

function targetOf(ignore: Ignore, places: readonly SourcePlace[]): (place: SourcePlace) => boolean {
  const { file, line, endLine } = ignore.place;
  if (ignore.scope === "file") return (place) => place.file === file;
  const inFile = places.filter((place) => place.file === file);
  if (inFile.some((place) => overlaps(place, line, endLine)))
    return (place) => place.file === file && overlaps(place, line, endLine);
  // A query of the application: nobody knows what else is in its file.
  if (inFile.length === 0)
    return (place) => place.file === file && overlaps(place, line, endLine + 1);
  const next = Math.min(
    ...inFile.map((place) => place.line).filter((statement) => statement > endLine),
  );
  return (place) => place.file === file && place.line === next;
}

function overlaps(place: SourcePlace, line: number, endLine: number): boolean {
  return place.line <= endLine && place.endLine >= line;
}

function problemOf({ code, place, scope }: Ignore): CheckProblem {
  return {
    place,
    message: `The comment ignores ${code}, which is not found ${scope === "file" ? "in this file" : "in the statement that it is about"}.`,
    hint: "Remove the comment, or move it right before the statement.",
  };
}
