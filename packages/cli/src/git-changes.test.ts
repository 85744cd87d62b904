import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitChanges } from "./git-changes.ts";
import { cloneOf, type GitRepository, newRepository } from "./testing/git-repository.ts";

/** `main` with three migrations, and a branch `change` that is checked out. */
async function newChange(): Promise<GitRepository> {
  const repository = await newRepository();
  await repository.commit({
    "db/1.sql": "one\n",
    "db/2.sql": "two\n".repeat(9),
    "db/3.sql": "three\n",
  });
  await repository.git("checkout", "--quiet", "-b", "change");
  return repository;
}

const changedIn = async (folder: string, base: string | undefined, env = {}) => {
  const { changed } = await gitChanges({ folder, ...(base !== undefined && { base }), env });
  return changed === null ? null : [...changed].toSorted();
};

test("added, edited, renamed, staged and unknown files, since the branch left the base", async () => {
  const change = await newChange();
  await change.git("mv", "db/2.sql", "db/two words ü.sql");
  await change.commit({ "db/4.sql": "four\n" });
  await change.git("rm", "--quiet", "db/3.sql");
  await change.write({
    "db/1.sql": "edited\n",
    "db/5.sql": "staged\n",
    "db/new/6.sql": "unknown\n",
  });
  await change.git("add", "db/5.sql");
  await change.write({ ".gitignore": "ignored.sql\n", "ignored.sql": "x\n" });
  // What the base got since then is none of the change.
  await change.git("stash", "--quiet", "--include-untracked");
  await change.git("checkout", "--quiet", "main");
  await change.commit({ "db/main.sql": "of main\n" });
  await change.git("checkout", "--quiet", "change");
  await change.git("stash", "pop", "--quiet", "--index");
  expect(await changedIn(change.folder, "main")).toEqual([
    ".gitignore",
    "db/1.sql",
    "db/4.sql",
    "db/5.sql",
    "db/new/6.sql",
    "db/two words ü.sql",
  ]);
});

test("paths are below the working directory", async () => {
  const change = await newChange();
  await change.commit({ "db/4.sql": "four\n", "top.sql": "top\n" });
  await change.write({ "db/5.sql": "five\n", "other/6.sql": "six\n" });
  const changes = await gitChanges({ folder: join(change.folder, "db"), base: "main", env: {} });
  expect([...(changes.changed ?? [])].toSorted()).toEqual([
    "../other/6.sql",
    "../top.sql",
    "4.sql",
    "5.sql",
  ]);
  expect(changes.prefix).toBe("db/");
  expect(await changes.atBase("1.sql")).toBe("one\n");
  expect(await changes.atBase(join(change.folder, "db/1.sql"))).toBe("one\n");
  expect(await changes.atBase("../db/1.sql")).toBe("one\n");
  expect(await changes.atBase("4.sql")).toBeNull();
});

test.each([
  ["GitHub", { GITHUB_BASE_REF: "main" }],
  ["GitLab, by its branch", { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" }],
  ["Bitbucket", { BITBUCKET_PR_DESTINATION_BRANCH: "main" }],
  ["Azure", { SYSTEM_PULLREQUEST_TARGETBRANCH: "refs/heads/main" }],
])("%s says what the base is", async (_, env) => {
  const source = await newChange();
  await source.commit({ "db/4.sql": "four\n" });
  const clone = await cloneOf(source);
  expect(await changedIn(clone.folder, undefined, env)).toEqual(["db/4.sql"]);
});

test("GitLab's commit wins over its branch, and --base over both", async () => {
  const change = await newChange();
  await change.commit({ "db/4.sql": "four\n" });
  const env = {
    CI_MERGE_REQUEST_DIFF_BASE_SHA: (await change.git("rev-parse", "main")).trim(),
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "nowhere",
  };
  expect(await changedIn(change.folder, undefined, env)).toEqual(["db/4.sql"]);
  expect(await changedIn(change.folder, "HEAD", env)).toEqual([]);
});

test("without a base everything counts as changed, and that is said", async () => {
  const change = await newChange();
  const changes = await gitChanges({ folder: change.folder, env: { GITHUB_BASE_REF: "" } });
  expect(changes).toMatchObject({ base: null, changed: null, prefix: "" });
  expect(changes.notes).toEqual([expect.stringContaining("every migration was checked")]);
  expect(await changes.atBase("db/1.sql")).toBeNull();
});

test("outside of a repository", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-no-git-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await changedIn(folder, undefined)).toBeNull();
  await expect(gitChanges({ folder, base: "main", env: {} })).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining("can't read a repository"),
  });
});

test("a shallow clone without the base says how to fetch it", async () => {
  const source = await newChange();
  await source.commit({ "db/4.sql": "four\n" });
  const clone = await cloneOf(source, "--depth=1", "--branch=change");
  await expect(
    gitChanges({ folder: clone.folder, env: { GITHUB_BASE_REF: "main" } }),
  ).rejects.toMatchObject({
    code: "bad-option",
    message: "The base origin/main (GITHUB_BASE_REF) is not in this clone.",
    hint: expect.stringMatching(
      /fetch-depth: 0.*git fetch origin main:refs\/remotes\/origin\/main/,
    ),
  });
  // The branch is there now, but not where it left.
  await clone.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main");
  await expect(
    gitChanges({ folder: clone.folder, env: { GITHUB_BASE_REF: "main" } }),
  ).rejects.toMatchObject({
    message: expect.stringContaining("no commit in common"),
    hint: expect.stringContaining("fetch-depth: 0"),
  });
  await clone.git("fetch", "--quiet", "--unshallow");
  expect(await changedIn(clone.folder, "origin/main")).toEqual(["db/4.sql"]);
});

test.each(["nowhere", "--output=x", "", "main file"])(
  "a base that there is not: %j",
  async (base) => {
    const change = await newChange();
    await expect(gitChanges({ folder: change.folder, base, env: {} })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("is not in this clone"),
      hint: expect.stringContaining("git fetch origin"),
    });
  },
);
