import { join } from "node:path";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { Migration } from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { foldersIfAny, isFile, listFolders } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { pathBelow, readText } from "./read-text.ts";
import { scriptOrProblem, sqlScript } from "./sql-script.ts";
import { prefixesAfter, slugOf } from "./written-names.ts";

const JOURNAL = "meta/_journal.json";
const BREAKPOINT = "--> statement-breakpoint";

interface Journal {
  readonly entries: readonly { readonly tag: string; readonly when: number }[];
}

/**
 * Drizzle: the files that meta/_journal.json names in its order, or since version 1 a folder each, in the order of their
 * names. All pending migrations run in one transaction; there are no down migrations.
 */
export const drizzle: Runner = {
  name: "drizzle",
  title: "Drizzle",
  // Its migrator has no setting for it: everything pending is in one transaction.
  outsideTransaction: null,

  async detect(path) {
    if (await isFile(join(path, JOURNAL))) return `it has drizzle-kit's ${JOURNAL}`;
    for (const folder of await foldersIfAny(path))
      if (
        (await isFile(join(path, folder, "migration.sql"))) &&
        (await isFile(join(path, folder, "snapshot.json")))
      )
        return "its folders hold a migration.sql with drizzle-kit's snapshot.json";
    return null;
  },

  async read(input) {
    const files = (await isFile(join(input.path, JOURNAL)))
      ? await journalFiles(input)
      : (await listFolders(input.path)).map((name) => ({ name, path: `${name}/migration.sql` }));
    const migrations: Migration[] = [];
    for (const { name, path } of files) {
      const file = pathBelow(input.directory, join(input.path, path));
      const up = await scriptOrProblem(async () => {
        const text = await readText(join(input.path, path), file);
        return sqlScript(readParts(file, text, input), "run");
      });
      migrations.push({ name, file, up, down: null });
    }
    return migrations;
  },

  write(steps, after) {
    if (steps.some(({ outsideTransaction }) => outsideTransaction)) return null;
    const prefixes = prefixesAfter(after.name, steps.length);
    const inFolders = after.file.endsWith("/migration.sql");
    return steps.map(({ title, up }, index) => {
      const name = slugOf(title);
      return {
        name: `${prefixes[index] ?? ""}_${name}${inFolders ? "/migration.sql" : ".sql"}`,
        content:
          `-- Make this migration with: drizzle-kit generate --custom --name=${name}\n` +
          (inFolders ? "" : `-- (a file without an entry in ${JOURNAL} is never run)\n`) +
          `${up.map((statement) => statement.replace(/;?\s*$/, ";")).join(`\n${BREAKPOINT}\n`)}\n`,
      };
    });
  },
};

/** Each part between the marks is sent as one text. */
function readParts(file: string, text: string, { splitStatements }: RunnerInput) {
  let start = 0;
  return text.split(BREAKPOINT).flatMap((part) => {
    const statements = locateStatements(file, text, splitStatements, start, start + part.length);
    start += part.length + BREAKPOINT.length;
    return statements;
  });
}

async function journalFiles({ path, directory, note }: RunnerInput) {
  const file = pathBelow(directory, join(path, JOURNAL));
  const { entries } = readJournal(await readText(join(path, JOURNAL), file), file);
  let newest: (typeof entries)[number] | null = null;
  for (const entry of entries) {
    if (newest !== null && entry.when <= newest.when)
      note?.(
        `${file} dates ${entry.tag} before ${newest.tag}: Drizzle never runs it on a database that has ${newest.tag}.`,
      );
    else newest = entry;
  }
  return entries.map(({ tag }) => ({ name: tag, path: `${tag}.sql` }));
}

function readJournal(text: string, file: string): Journal {
  try {
    const journal = JSON.parse(text) as Journal;
    if (journal.entries.every(({ tag, when }) => typeof tag === "string" && Number.isFinite(when)))
      return journal;
  } catch {
    // Told below, with what a journal is.
  }
  throw new DbadviseError(
    "bad-option",
    `${file} is not a journal of drizzle-kit: "entries" with a "tag" and a "when" each.`,
    "Mend the file: a merge may have left marks of a conflict in it.",
  );
}
