import { expect, test } from "vitest";
import { commentSyntax } from "../postgres/migration/comment-syntax.ts";
import { applyIgnores } from "./apply-ignores.ts";
import type { MigrationFinding, MigrationFindingCode } from "./migration-finding.ts";
import type { SourcePlace } from "./migration.ts";
import { readIgnores } from "./read-ignores.ts";

const read = (text: string, file = "m.sql") => readIgnores(file, text, commentSyntax);

test.each([
  ["-- dbadvise-ignore drop-table: old", "m.sql"],
  ["--dbadvise-ignore drop-table : old", "m.sql"],
  ["/* dbadvise-ignore drop-table: old */", "m.sql"],
  ["/*\n * dbadvise-ignore drop-table:\n * old\n */", "m.sql"],
  ["// dbadvise-ignore drop-table: old", "m.ts"],
  ["/** dbadvise-ignore drop-table: old */", "m.mjs"],
])("%j is read", (text, file) => {
  expect(read(text, file)).toEqual({
    ignores: [
      {
        code: "drop-table",
        reason: "old",
        scope: "statement",
        place: { file, line: 1, column: 1, endLine: text.split("\n").length },
      },
    ],
    problems: [],
  });
});

test("several codes share a reason, which may hold colons", () => {
  const { ignores } = read("-- dbadvise-ignore drop-table, drop-column: see: #12");
  expect(ignores.map(({ code, reason }) => [code, reason])).toEqual([
    ["drop-table", "see: #12"],
    ["drop-column", "see: #12"],
  ]);
});

test("of a file", () => {
  expect(read("-- dbadvise-ignore-file drop-table: old").ignores[0]?.scope).toBe("file");
});

test.each([
  ["select '-- dbadvise-ignore drop-table: no';"],
  ["do $x$ begin -- dbadvise-ignore drop-table: no\nend $x$;"],
  ["-- see dbadvise-ignore drop-table: no"],
  ['select "/* dbadvise-ignore drop-table: no */";'],
])("%j is no such comment", (text) => {
  expect(read(text)).toEqual({ ignores: [], problems: [] });
});

test("in code, text in strings is none", () => {
  expect(read("sql`-- dbadvise-ignore drop-table: no`", "m.ts").ignores).toEqual([]);
});

test.each([
  ["-- dbadvise-ignore drop-table", "drop-table without a reason", "Say why"],
  ["-- dbadvise-ignore drop-table:  ", "drop-table without a reason", "Say why"],
  ["-- dbadvise-ignore", "names no code", "-- dbadvise-ignore drop-table:"],
  ["-- dbadvise-ignore : old", "names no code", "-- dbadvise-ignore drop-table:"],
  ["-- dbadvise-ignore-line drop-table: x", '"dbadvise-ignore-line"', "-- dbadvise-ignore drop"],
  ["-- dbadvise-ignore dropped-table: x", '"dropped-table"', "Did you mean drop-table?"],
  ["-- dbadvise-ignore zzzzzzzz: x", '"zzzzzzzz"', "Known codes: add-check-validated"],
])("%j is a problem", (text, message, hint) => {
  const { ignores, problems } = read(`select 1;\n${text}`);
  expect(ignores).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.hint).toContain(hint);
  expect(problems[0]?.place).toMatchObject({ file: "m.sql", line: 2 });
});

test("a wrong code beside a right one: the right one counts", () => {
  const { ignores, problems } = read("-- dbadvise-ignore drop-tabel, drop-column: x");
  expect(ignores.map(({ code }) => code)).toEqual(["drop-column"]);
  expect(problems).toHaveLength(1);
});

/** Each line of the text that begins a statement ends with `;`; the finding is in each of these. */
function apply(text: string, off: readonly MigrationFindingCode[] = []) {
  const lines = text.split("\n");
  const statements: SourcePlace[] = [];
  let start: number | null = null;
  for (const [index, line] of lines.entries()) {
    if (/^\s*(drop|alter)/.test(line.replace(/^\/\*.*?\*\//, ""))) start = index + 1;
    if (start === null || !line.includes(";")) continue;
    statements.push({ file: "m.sql", line: start, column: 1, endLine: index + 1 });
    start = null;
  }
  const findings = statements.map(
    (place) => ({ code: "drop-table", place }) as unknown as MigrationFinding,
  );
  const { ignores } = read(text);
  const applied = applyIgnores({ findings, ignores, statements, off: new Set(off) });
  return {
    reported: applied.findings.map(({ place }) => place.line),
    ignored: applied.ignored.map(({ finding, reason }) => [finding.place.line, reason]),
    problems: applied.problems.map(({ place, message }) => `${place.line}: ${message}`),
  };
}

test("a comment is about the next statement only", () => {
  expect(
    apply("-- dbadvise-ignore drop-table: a\n\n-- more\ndrop table a;\ndrop table b;"),
  ).toEqual({
    reported: [5],
    ignored: [[4, "a"]],
    problems: [],
  });
});

test("right before it too", () => {
  expect(apply("-- dbadvise-ignore drop-table: a\ndrop table a;\ndrop table b;")).toMatchObject({
    reported: [3],
    ignored: [[2, "a"]],
  });
});

test("or about the statement on its line, before or behind it", () => {
  expect(
    apply(
      "drop table a; -- dbadvise-ignore drop-table: a\n/* dbadvise-ignore drop-table: b */ drop table b;\ndrop table c;",
    ),
  ).toEqual({
    reported: [3],
    ignored: [
      [1, "a"],
      [2, "b"],
    ],
    problems: [],
  });
});

test("or about the statement that it stands in", () => {
  expect(
    apply("alter table a\n  -- dbadvise-ignore drop-table: a\n  add b int;\ndrop table b;"),
  ).toEqual({
    reported: [4],
    ignored: [[1, "a"]],
    problems: [],
  });
});

test("or about the file", () => {
  expect(apply("drop table a;\ndrop table b;\n-- dbadvise-ignore-file drop-table: all")).toEqual({
    reported: [],
    ignored: [
      [1, "all"],
      [2, "all"],
    ],
    problems: [],
  });
});

test("a comment that silences nothing is told, unless its rule is off", () => {
  const text =
    "-- dbadvise-ignore drop-column: a\ndrop table a;\n-- dbadvise-ignore drop-table: end";
  expect(apply(text)).toEqual({
    reported: [2],
    ignored: [],
    problems: [
      "1: The comment ignores drop-column, which is not found in the statement that it is about.",
      "3: The comment ignores drop-table, which is not found in the statement that it is about.",
    ],
  });
  expect(apply(text, ["drop-column"]).problems).toHaveLength(1);
});

test("in a file that is no migration, a comment is about its line and the one behind it", () => {
  const at = (line: number): SourcePlace => ({ file: "a.ts", line, column: 1, endLine: line });
  const findings = [2, 3, 4].map(
    (line) => ({ code: "n-plus-one", place: at(line) }) as unknown as MigrationFinding,
  );
  const { ignores } = read("f();\n// dbadvise-ignore n-plus-one: two rows\ng();\nh();", "a.ts");
  const applied = applyIgnores({ findings, ignores, statements: [] });
  expect(applied.findings.map(({ place }) => place.line)).toEqual([4]);
});

test("comments of one file say nothing of another", () => {
  const place: SourcePlace = { file: "other.sql", line: 2, column: 1, endLine: 2 };
  const finding = { code: "drop-table", place } as unknown as MigrationFinding;
  const { ignores } = read("-- dbadvise-ignore drop-table: a\ndrop table a;");
  const applied = applyIgnores({ findings: [finding], ignores, statements: [place] });
  expect(applied.findings).toEqual([finding]);
  expect(applied.problems).toHaveLength(1);
});
