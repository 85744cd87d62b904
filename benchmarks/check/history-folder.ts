import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Form = "sql" | "kysely";

/** A repository whose last commit adds the last migration; its folder. */
export function writeHistory(history: readonly (readonly string[])[], form: Form): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "dbadvise-history-")));
  const migrations = join(folder, "migrations");
  mkdirSync(migrations);
  // Kysely, for the migrations' import.
  symlinkSync(join(import.meta.dirname, "../node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, ".gitignore"), "node_modules\n");
  git(folder, "init", "--quiet", "--initial-branch=main");
  for (const [number, statements] of history.entries()) {
    if (number === history.length - 1) commit(folder);
    const name = `${String(number + 1).padStart(4, "0")}_change`;
    if (form === "sql")
      writeFileSync(join(migrations, `${name}.sql`), `${statements.join(";\n\n")};\n`);
    else writeFileSync(join(migrations, `${name}.ts`), kyselyText(statements));
  }
  commit(folder);
  return folder;
}

function kyselyText(statements: readonly string[]): string {
  // A run of migrations is one transaction.
  const calls = statements.map(
    (sql) => `  await sql\`${sql.replace(" CONCURRENTLY", "")}\`.execute(db);\n`,
  );
  return `import { type Kysely, sql } from "kysely";\n\nexport async function up(db: Kysely<unknown>): Promise<void> {\n${calls.join("")}}\n`;
}

function commit(folder: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "migrations");
}

function git(folder: string, ...args: readonly string[]): void {
  const name = { GIT_AUTHOR_NAME: "Bench", GIT_COMMITTER_NAME: "Bench" };
  const email = { GIT_AUTHOR_EMAIL: "bench@example.com", GIT_COMMITTER_EMAIL: "bench@example.com" };
  const env = { PATH: process.env["PATH"], HOME: folder, ...name, ...email };
  execFileSync("git", [...args], { cwd: folder, env });
}
