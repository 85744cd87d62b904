import { dirname, join } from "node:path";
import type { Migration, MigrationStatement, TransactionScope } from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { foldersIfAny, isFile, listFolders } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { packageVersion } from "./package-version.ts";
import { pathBelow, readText } from "./read-text.ts";
import { scopeOfOneText, scriptOrProblem, sqlScript } from "./sql-script.ts";
import {
  oneStatementEach,
  prefixesAfter,
  slugOf,
  sqlText,
  withOwnTransaction,
} from "./written-names.ts";

const LOCK = "migration_lock.toml";
const SCRIPT = "migration.sql";

/** Since this version the schema engine sends a script's statements one by one (prisma-engines #5767). */
const SPLITS_SINCE = [7, 4] as const;

/**
 * Statements that the engine's parser of 7.4 and later does not know: it then sends the whole script as one text
 * (prisma-engines #5847).
 */
const KEEPS_WHOLE =
  /^(?:drop\s+index|reindex\b.*?|alter\s+table\b.*?\bdetach\s+partition\b.*?)\s+concurrently\b/is;

/** Prisma Migrate: one folder per migration, in the order of their names. No way back: Prisma has no down migrations. */
export const prisma: Runner = {
  name: "prisma",
  title: "Prisma Migrate",
  outsideTransaction:
    "A migration.sql with a single statement runs outside a transaction: give it a migration of its own.",

  async detect(path) {
    if (await isFile(join(path, LOCK))) return `${LOCK} is Prisma Migrate's`;
    if (!(await isFile(join(dirname(path), "schema.prisma")))) return null;
    for (const folder of await foldersIfAny(path))
      if (await isFile(join(path, folder, SCRIPT)))
        return "schema.prisma is beside it, and its folders hold a migration.sql";
    return null;
  },

  async read(input) {
    const splits = await splitsScripts(input);
    const migrations: Migration[] = [];
    for (const name of await listFolders(input.path)) {
      const path = join(input.path, name, SCRIPT);
      const file = pathBelow(input.directory, path);
      const up = await scriptOrProblem(async () => {
        const text = await readText(path, file);
        const statements = locateStatements(file, text, input.splitStatements);
        return sqlScript(statements, scopeOf(statements, splits, input));
      });
      migrations.push({ name, file, up, down: null });
    }
    return migrations;
  },

  write(steps, after) {
    const files = oneStatementEach(steps);
    const prefixes = prefixesAfter(after.name, files.length);
    return files.map((step, index) => ({
      name: `${prefixes[index] ?? ""}_${slugOf(step.title)}/${SCRIPT}`,
      // Since 7.4 a file is no transaction by itself.
      content: sqlText(withOwnTransaction(step)),
    }));
  },
};

function scopeOf(
  statements: readonly MigrationStatement[],
  splits: boolean,
  { dialect }: RunnerInput,
): TransactionScope {
  if (splits && !statements.some(({ sql }) => KEEPS_WHOLE.test(sql))) return "none";
  return scopeOfOneText(statements, dialect);
}

async function splitsScripts({ path, note }: RunnerInput): Promise<boolean> {
  const version = await packageVersion("prisma", path);
  if (version === null) {
    note?.(
      "The version of prisma is not in any package.json above the migrations: a file with several statements is taken for one " +
        "transaction, as up to Prisma 7.3.",
    );
    return false;
  }
  const [major = 0, minor = 0] = version;
  return major > SPLITS_SINCE[0] || (major === SPLITS_SINCE[0] && minor >= SPLITS_SINCE[1]);
}
