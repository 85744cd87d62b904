import { join } from "node:path";
import { MigrationProblem, type Migration, type MigrationScript } from "../migration.ts";
import type { Runner, RunnerInput, SafeStep } from "../runner.ts";
import { filesIfAny, listFiles } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { lineOf, pathBelow, readText } from "./read-text.ts";
import { brokenScript, scopeOfOneText, scriptOrProblem, sqlScript } from "./sql-script.ts";
import { textMatches } from "./text-matches.ts";
import { oneStatementEach, prefixesAfter, slugOf, sqlText } from "./written-names.ts";

/** At the line's begin: dbmate 2.36 takes an indented one for a comment. */
const MARK = /^--[^\S\n]*migrate:(up|down)(?:[^\S\n]+([^\n]*\S))?[^\S\n]*$/gm;

/** dbmate: files that begin with a number, in the order of their names, each with both directions. */
export const dbmate: Runner = {
  name: "dbmate",
  title: "dbmate",
  outsideTransaction:
    "`-- migrate:up transaction:false`, with a single statement in that file: several are one transaction even so.",

  async detect(path) {
    const files = (await filesIfAny(path)).filter(isMigration);
    return (await textMatches(path, files, /^--\s*migrate:up\b/m))
      ? "its files are marked with `-- migrate:up`"
      : null;
  },

  async read(input) {
    const migrations: Migration[] = [];
    for (const name of (await listFiles(input.path)).filter(isMigration)) {
      const file = pathBelow(input.directory, join(input.path, name));
      let down: MigrationScript | null = null;
      const up = await scriptOrProblem(async () => {
        const blocks = readBlocks(await readText(join(input.path, name), file), file, input);
        down = blocks.down;
        return blocks.up;
      });
      migrations.push({ name: name.replace(/\.sql$/, ""), file, up, down });
    }
    return migrations;
  },

  write(steps, after) {
    const files = oneStatementEach(steps);
    const prefixes = prefixesAfter(after.name, files.length);
    return files.map((step, index) => ({
      name: `${prefixes[index] ?? ""}_${slugOf(step.title)}.sql`,
      content: `${block("up", step)}\n${block("down", step)}`,
    }));
  },
};

function isMigration(name: string): boolean {
  return /^\d.*\.sql$/.test(name);
}

function block(direction: "up" | "down", step: SafeStep): string {
  const marker = step.outsideTransaction ? " transaction:false" : "";
  return `-- migrate:${direction}${marker}\n${sqlText(step[direction])}`;
}

function readBlocks(
  text: string,
  file: string,
  { splitStatements, dialect }: RunnerInput,
): { readonly up: MigrationScript; readonly down: MigrationScript | null } {
  const marks = [...text.matchAll(MARK)];
  const read = (direction: "up" | "down"): MigrationScript | null => {
    const index = marks.findIndex((mark) => mark[1] === direction);
    const mark = marks[index];
    if (mark === undefined) return null;
    const end = marks[index + 1]?.index ?? text.length;
    const start = mark.index + mark[0].length;
    const statements = locateStatements(file, text, splitStatements, start, end);
    const outside = /\btransaction:false\b/.test(mark[2] ?? "");
    return sqlScript(statements, outside ? scopeOfOneText(statements, dialect) : "migration");
  };
  const first = marks[0]?.index ?? text.length;
  const [stray] = locateStatements(file, text, splitStatements, 0, first);
  const up = read("up");
  const repeated = marks.find((mark, index) =>
    marks.some((other, before) => before < index && other[1] === mark[1]),
  );
  if (repeated !== undefined) {
    const line = text.slice(0, repeated.index).split("\n").length;
    const problem = new MigrationProblem(
      lineOf(file, line),
      `\`-- migrate:${repeated[1] ?? ""}\` stands in ${file} more than once.`,
      "Make a file of each: what dbmate does with them depends on its version.",
    );
    return { up: brokenScript(problem), down: null };
  }
  if (up === null || stray !== undefined) {
    const problem = new MigrationProblem(
      stray?.place ?? lineOf(file),
      up === null
        ? `${file} has no \`-- migrate:up\`.`
        : "This statement stands before `-- migrate:up`.",
      "dbmate refuses such a file: put the statements under `-- migrate:up`, what takes them back under `-- migrate:down`.",
    );
    return { up: brokenScript(problem), down: null };
  }
  return { up, down: read("down") };
}
