import { basename, dirname, join } from "node:path";
import { type Migration, type MigrationScript } from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { filesIfAny, isFile, listFiles } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { pathBelow, readText } from "./read-text.ts";
import { scriptOrProblem, sqlScript } from "./sql-script.ts";
import { prefixesAfter, slugOf, sqlText, withOwnTransaction } from "./written-names.ts";

const DOWN = /[._-](?:down|undo|rollback)\.sql$/;
const UP = /[._-](?:up|do)\.sql$/;

/**
 * Files of SQL that some program or person runs in the order of their names, numbers in them by value; `x.up.sql` and
 * `x.down.sql` are the directions of one. Each statement runs by itself: transactions are where the files say BEGIN.
 */
export const sqlFolder: Runner = {
  name: "sql",
  title: "SQL files",
  outsideTransaction: "A file without BEGIN and COMMIT runs outside a transaction.",

  async detect(path) {
    if (await isFile(path)) return path.endsWith(".sql") ? "it is a file of SQL" : null;
    const found = (await filesIfAny(path)).some((name) => name.endsWith(".sql"));
    return found ? "it holds files of SQL" : null;
  },

  async read(input) {
    input.note?.(
      "Each statement of a file is taken to run by itself: transactions are where the files say BEGIN.",
    );
    const single = await isFile(input.path);
    const folder = single ? dirname(input.path) : input.path;
    const names = single
      ? [basename(input.path)]
      : (await listFiles(folder)).filter((name) => name.endsWith(".sql"));
    const read = (name: string): Promise<MigrationScript> => readScript(join(folder, name), input);
    const migrations: Migration[] = [];
    for (const name of names.filter((one) => single || !DOWN.test(one)).toSorted(naturally)) {
      const stem = stemOf(name);
      const downName = names.find((other) => DOWN.test(other) && stemOf(other) === stem);
      const hasDown = downName !== undefined && downName !== name;
      migrations.push({
        name: stem,
        file: pathBelow(input.directory, join(folder, name)),
        up: await read(name),
        down: hasDown ? await read(downName) : null,
        ...(hasDown ? { downFile: pathBelow(input.directory, join(folder, downName)) } : {}),
      });
    }
    return migrations;
  },

  write(steps, after) {
    const prefixes = prefixesAfter(after.name, steps.length);
    const paired = UP.exec(after.file)?.[0];
    return steps.flatMap((step, index) => {
      const name = `${prefixes[index] ?? ""}_${slugOf(step.title)}`;
      const up = sqlText(withOwnTransaction(step));
      const down = sqlText(withOwnTransaction({ ...step, up: step.down }));
      if (paired === undefined) return [{ name: `${name}.sql`, content: up }];
      const back = paired.replace("up", "down").replace("do.", "undo.");
      return [
        { name: `${name}${paired}`, content: up },
        { name: `${name}${back}`, content: down },
      ];
    });
  },
};

function readScript(path: string, { directory, splitStatements }: RunnerInput) {
  const file = pathBelow(directory, path);
  return scriptOrProblem(async () =>
    sqlScript(locateStatements(file, await readText(path, file), splitStatements), "none"),
  );
}

function stemOf(name: string): string {
  return name
    .replace(DOWN, "")
    .replace(UP, "")
    .replace(/\.sql$/, "");
}

const BY_NUMBER = new Intl.Collator("en", { numeric: true });

/** `2_a.sql` before `10_b.sql`. */
function naturally(a: string, b: string): number {
  return BY_NUMBER.compare(stemOf(a), stemOf(b)) || (a < b ? -1 : 1);
}
