import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const execute = promisify(execFile);

export interface GitRepository {
  readonly folder: string;
  git(...args: readonly string[]): Promise<string>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes the files and commits everything. */
  commit(files: Readonly<Record<string, string>>): Promise<void>;
}

/** A real repository with a branch `main`, removed when the test ends. */
export async function newRepository(): Promise<GitRepository> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "dbadvise-git-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  const repository = repositoryIn(folder);
  await repository.git("init", "--quiet", "--initial-branch=main");
  return repository;
}

/** A clone of a repository, removed when the test ends. */
export async function cloneOf(
  { folder: source }: GitRepository,
  ...options: readonly string[]
): Promise<GitRepository> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "dbadvise-clone-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clone = repositoryIn(folder);
  await clone.git("clone", "--quiet", ...options, `file://${source}`, ".");
  return clone;
}

function repositoryIn(folder: string): GitRepository {
  const git = async (...args: readonly string[]): Promise<string> => {
    // Nothing of the settings of whoever runs the test.
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@example.com",
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@example.com",
    };
    return (await execute("git", [...args], { cwd: folder, env })).stdout;
  };
  const write: GitRepository["write"] = async (files) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  return {
    folder,
    git,
    write,
    async commit(files) {
      await write(files);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "a change");
    },
  };
}
