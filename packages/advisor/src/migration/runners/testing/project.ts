import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import Module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Migration, MigrationStatement, TransactionScope } from "../../migration.ts";
import type { MigrationEngine } from "../../migration-engine.ts";
import type { Runner, RunnerInput } from "../../runner.ts";

// pnpm's shims name a folder of all packages to Node: a user's project has only its own.
delete process.env["NODE_PATH"];
(Module as unknown as { _initPaths(): void })["_initPaths"]();

const INSTALLED = join(import.meta.dirname, "../../../../node_modules");

/** A user's project in a temporary folder, which finds the packages that the tests are developed with. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  input(path: string, given?: Partial<RunnerInput>): RunnerInput;
}

/** `packages`: folders of those that are installed there; by default all that the advisor has. */
export async function createProject(
  { splitStatements, dialect }: Pick<MigrationEngine, "splitStatements" | "dialect">,
  files: Readonly<Record<string, string | Uint8Array>>,
  { packages }: { readonly packages?: Readonly<Record<string, string>> } = {},
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-migrations-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const modules = join(folder, "node_modules");
  if (packages === undefined) await symlink(INSTALLED, modules);
  else await mkdir(modules);
  for (const [name, target] of Object.entries(packages ?? {}))
    await symlink(target, join(modules, name));
  return {
    folder,
    input: (path, given = {}) => ({
      path: join(folder, path),
      directory: folder,
      splitStatements,
      dialect,
      atBase: () => Promise.resolve(null),
      ...given,
    }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a migration's direction sends, against no database. */
export async function statementsOf(
  migration: Migration | undefined,
  direction: "up" | "down" = "up",
): Promise<readonly MigrationStatement[]> {
  const sent: MigrationStatement[] = [];
  await migration?.[direction]?.run((statement) => {
    sent.push(statement);
    return Promise.resolve([]);
  });
  return sent;
}

/** Names and texts, for tests of what is read in which order. */
export async function readAll(
  runner: Runner,
  input: RunnerInput,
): Promise<
  readonly {
    readonly name: string;
    readonly scope: TransactionScope;
    readonly up: readonly string[];
    readonly down: readonly string[] | null;
  }[]
> {
  return Promise.all(
    (await runner.read(input)).map(async (migration) => ({
      name: migration.name,
      scope: migration.up.transaction,
      up: (await statementsOf(migration)).map(({ sql }) => sql),
      down: migration.down && (await statementsOf(migration, "down")).map(({ sql }) => sql),
    })),
  );
}
