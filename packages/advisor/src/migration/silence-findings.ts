import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { applyIgnores } from "./apply-ignores.ts";
import type { CheckedMigration, CheckProblem, IgnoredFinding } from "./check-report.ts";
import type { MigrationFinding, MigrationFindingCode } from "./migration-finding.ts";
import type { SourcePlace } from "./migration.ts";
import { readIgnores } from "./read-ignores.ts";
import type { CommentSyntax } from "./source-comments.ts";

export interface SilenceInput {
  readonly findings: readonly MigrationFinding[];
  readonly checked: readonly CheckedMigration[];
  /** Of all statements that were checked. */
  readonly statements: readonly SourcePlace[];
  /** What could not be checked: a comment about it is not about the statement behind it. */
  readonly problems: readonly CheckProblem[];
  /** Paths are relative to it. */
  readonly directory: string;
  readonly syntax: CommentSyntax;
  /** Codes whose rule is off. */
  readonly off: ReadonlySet<MigrationFindingCode>;
}

export interface SilencedFindings {
  readonly findings: readonly MigrationFinding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly ignoreProblems: readonly CheckProblem[];
}

/** Reads the `dbadvise-ignore` comments of the checked files and does as they say. */
export async function silenceFindings(input: SilenceInput): Promise<SilencedFindings> {
  const files = new Set(
    input.checked.flatMap(({ file, downFile }) => (downFile === null ? [file] : [file, downFile])),
  );
  // Code may send its statements from files that it imports.
  for (const { place } of input.findings) files.add(place.file);
  const read = await Promise.all(
    [...files].map(async (file) => {
      // A file that can't be read has been told by who had to read it.
      const text = await readFile(resolve(input.directory, file), "utf8").catch(() => "");
      return readIgnores(file, text, input.syntax);
    }),
  );
  const unread = input.problems.map(({ place }) => place);
  const { findings, ignored, problems } = applyIgnores({
    findings: input.findings,
    ignores: read.flatMap(({ ignores }) => ignores),
    statements: [...input.statements, ...unread],
    off: input.off,
  });
  return {
    findings,
    ignored,
    ignoreProblems: [
      ...read.flatMap((file) => file.problems),
      // Of a file that was not checked to its end nobody knows what its comments are for.
      ...problems.filter(({ place }) => !unread.some(({ file }) => file === place.file)),
    ],
  };
}
