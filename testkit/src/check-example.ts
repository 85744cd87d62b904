import { execFile } from "node:child_process";
import { access, cp, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runDbadvise } from "./run-dbadvise.ts";

/** What `dbadvise check` says of an example's pull request. */
export interface CheckedExample {
  /** Exit code. */
  readonly code: number;
  /** Notes and errors of the command. */
  readonly stderr: string;
  /** Output by the form's name. */
  readonly forms: Readonly<Record<"text" | "github" | "json", string>>;
}

/**
 * Makes a repository whose branch `main` has the files of the folder `main`, and a branch that has those of `pull-request`
 * as well, and checks it there. Packages are the example's own.
 */
export async function checkExample(example: string): Promise<CheckedExample> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "dbadvise-example-")));
  try {
    await makeRepository(example, folder);
    const { code, stdout, stderr } = await runDbadvise(
      ["check", "--base", "main", "-o", "github=.git/github.txt", "-o", "json=.git/report.json"],
      folder,
    );
    const read = (name: string): Promise<string> =>
      readFile(join(folder, ".git", name), "utf8").catch(() => "");
    const forms = {
      text: stdout,
      github: await read("github.txt"),
      json: await read("report.json"),
    };
    return { code, stderr, forms };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A README whose blocks below `<!-- output: FORM -->` are what the command says now. */
export function withOutputs(readme: string, { forms }: CheckedExample): string {
  return readme.replace(
    /(<!-- output: (text|github) -->\n\n```text\n)[^]*?(\n```\n)/g,
    (_, opening: string, form: "text" | "github", closing: string) =>
      `${opening}${forms[form].trimEnd()}${closing}`,
  );
}

async function makeRepository(example: string, folder: string): Promise<void> {
  const git = async (...args: readonly string[]): Promise<void> => {
    // Nothing of the settings of whoever runs it.
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Example",
      GIT_AUTHOR_EMAIL: "example@example.com",
      GIT_COMMITTER_NAME: "Example",
      GIT_COMMITTER_EMAIL: "example@example.com",
    };
    await promisify(execFile)("git", [...args], { cwd: folder, env });
  };
  const commit = async (message: string): Promise<void> => {
    await git("add", "--all", ":!node_modules");
    await git("commit", "--quiet", "--message", message);
  };
  await git("init", "--quiet", "--initial-branch=main");
  await cp(join(example, "main"), folder, { recursive: true });
  await commit("main");
  await git("checkout", "--quiet", "-b", "pull-request");
  await cp(join(example, "pull-request"), folder, { recursive: true });
  await commit("pull request");
  const packages = join(example, "node_modules");
  const installed = await access(packages).then(
    () => true,
    () => false,
  );
  if (installed) await symlink(packages, join(folder, "node_modules"));
}
