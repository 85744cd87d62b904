import type { CheckProblem } from "./check-report.ts";
import { isMigrationCode, MIGRATION_CODES, nearestCode } from "./finding-titles.ts";
import type { MigrationFindingCode } from "./migration-finding.ts";
import type { SourcePlace } from "./migration.ts";
import {
  type CommentSyntax,
  readComments,
  SCRIPT_SYNTAX,
  type SourceComment,
} from "./source-comments.ts";

/** A comment that silences one code: `-- dbadvise-ignore drop-table: nobody reads it since March`. */
export interface Ignore {
  readonly code: MigrationFindingCode;
  /** Never empty. */
  readonly reason: string;
  /** Of the comment. */
  readonly place: SourcePlace;
  /** `statement`: those on the comment's lines, or else the next one. */
  readonly scope: "statement" | "file";
}

export interface FileIgnores {
  readonly ignores: readonly Ignore[];
  /** Comments that were meant to silence something and can't: no reason, no code, a code that there is not. */
  readonly problems: readonly CheckProblem[];
}

const EXAMPLE = "-- dbadvise-ignore drop-table: nobody reads it since March";

/**
 * The `dbadvise-ignore` comments of one file: `--` and block comments of SQL, line and block comments of JavaScript and
 * TypeScript. `sql` is the syntax of the engine's comments. Text in strings and dollar quotes is no comment.
 */
export function readIgnores(file: string, text: string, sql: CommentSyntax): FileIgnores {
  // Most files have none.
  if (!text.includes("dbadvise-ignore")) return { ignores: [], problems: [] };
  const syntax = /\.[cm]?[jt]sx?$/i.test(file) ? SCRIPT_SYNTAX : sql;
  const ignores: Ignore[] = [];
  const problems: CheckProblem[] = [];
  for (const comment of readComments(text, syntax)) {
    const read = readComment(comment, file);
    ignores.push(...read.ignores);
    problems.push(...read.problems);
  }
  return { ignores, problems };
}

function readComment(comment: SourceComment, file: string): FileIgnores {
  // The stars of a block comment's lines are no part of its text.
  const text = comment.text.replace(/^[\s*]+/gm, " ").trim();
  if (!text.startsWith("dbadvise-ignore")) return { ignores: [], problems: [] };
  const [, word = "", rest = ""] = /^([\w-]+)(.*)$/s.exec(text) ?? [];
  const place = { file, line: comment.line, column: comment.column, endLine: comment.endLine };
  const fail = (message: string, hint: string): FileIgnores => ({
    ignores: [],
    problems: [{ place, message, hint }],
  });
  const colon = rest.indexOf(":");
  const codes = (colon === -1 ? rest : rest.slice(0, colon))
    .split(/[\s,]+/)
    .filter((code) => code !== "");
  const reason =
    colon === -1
      ? ""
      : rest
          .slice(colon + 1)
          .replace(/\s+/g, " ")
          .trim();
  if (word !== "dbadvise-ignore" && word !== "dbadvise-ignore-file")
    return fail(`The comment begins with "${word}", so nothing is ignored.`, `Write: ${EXAMPLE}`);
  if (codes.length === 0)
    return fail("The comment names no code to ignore, so nothing is ignored.", `Write: ${EXAMPLE}`);
  if (reason === "") {
    return fail(
      `The comment ignores ${codes.join(", ")} without a reason, so nothing is ignored.`,
      `Say why it is safe here, behind a colon: ${EXAMPLE}`,
    );
  }
  const scope = word === "dbadvise-ignore" ? "statement" : "file";
  return {
    ignores: codes
      .filter((code) => isMigrationCode(code))
      .map((code) => ({ code, reason, place, scope })),
    problems: codes
      .filter((code) => !isMigrationCode(code))
      .map((code) => ({ place, ...unknownCode(code) })),
  };
}

function unknownCode(code: string): Pick<CheckProblem, "message" | "hint"> {
  const near = nearestCode(code);
  return {
    message: `The comment ignores "${code}", and there is no such code.`,
    hint: near === null ? `Known codes: ${MIGRATION_CODES.join(", ")}.` : `Did you mean ${near}?`,
  };
}
