import { basename, dirname } from "node:path";
import { type Migration, MigrationProblem, type MigrationStatement } from "../migration.ts";
import type { Runner } from "../runner.ts";
import { isFile } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { pathBelow, readText } from "./read-text.ts";
import { scriptOrProblem, sqlScript } from "./sql-script.ts";
import { structureChanges } from "./structure-changes.ts";
import { textMatches } from "./text-matches.ts";

/**
 * A dump of the schema (Rails' structure.sql): the migration is what it says now and did not at the base revision. How the
 * real migration gets there (its order, its transactions, its data) is in no dump, and a note says so.
 */
export const structureSql: Runner = {
  name: "structure-sql",
  title: "structure.sql",
  outsideTransaction: "`disable_ddl_transaction!` in the class of a Rails migration.",

  async detect(path) {
    if (!(await isFile(path)) || !path.endsWith(".sql")) return null;
    if (basename(path) === "structure.sql") return "it is named as Rails names its dump";
    const heading = /^-- (?:PostgreSQL|MySQL|MariaDB) (?:database )?dump/m;
    const isDump = await textMatches(dirname(path), [basename(path)], heading);
    return isDump ? "it is a dump of a schema" : null;
  },

  async read({ path, directory, splitStatements, dialect, atBase, note }) {
    const file = pathBelow(directory, path);
    const structureOf = (name: string, text: string): readonly MigrationStatement[] =>
      locateStatements(name, text, splitStatements).filter(({ sql }) => isStructure(sql));
    const textBefore = await atBase(path);
    const nameBefore = `${file} (base)`;
    const before = textBefore === null ? [] : structureOf(nameBefore, textBefore);
    const up = await scriptOrProblem(async () => {
      const now = structureOf(file, await readText(path, file));
      const { statements, untold } = structureChanges(before, now, file, dialect);
      const script = sqlScript(statements, "none");
      if (textBefore !== null && statements.length > 0)
        note?.(
          `${file} says what has become of the schema, not how: an index that a migration builds concurrently looks like any ` +
            "other there.",
        );
      return {
        ...script,
        async run(send) {
          await script.run(send);
          const [first] = untold;
          if (first !== undefined)
            throw new MigrationProblem(
              first.place,
              `What changes ${first.sql.split("\n")[0] ?? ""} into what it is now can't be told from two dumps` +
                `${untold.length > 1 ? ` (nor for ${untold.length - 1} more)` : ""}.`,
              "Check the migration itself: give its SQL to dbadvise as a file.",
            );
        },
      };
    });
    const migration: Migration = { name: basename(path), file, up, down: null };
    if (textBefore === null) return [migration];
    return [
      { name: "base", file: nameBefore, up: sqlScript(before, "none"), down: null },
      migration,
    ];
  },

  // Rails' migrations are Ruby.
  write: () => null,
};

/** Settings of the dump's own session, its rows (`schema_migrations`), owners and comments are not structure. */
function isStructure(sql: string): boolean {
  return !/^(?:set|select|insert|use|lock|unlock|comment|\/\*[!M])\b|^\/\*[!M]|\bowner to\b/i.test(
    sql,
  );
}
