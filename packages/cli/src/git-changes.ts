import { posix, relative, resolve, sep } from "node:path";
import { DbadviseError } from "@dbadvise/advisor";
import { type BaseRevision, baseRevision } from "./base-revision.ts";
import { gitIn, type Git } from "./git.ts";

/** What a change consists of, by git. */
export interface GitChanges {
  /** The revision as it was named; `null`: there is none, and everything counts as changed. */
  readonly base: string | null;
  /** Files added, edited, renamed or not yet known to git; paths below the working directory. `null`: no base. */
  readonly changed: ReadonlySet<string> | null;
  /** The working directory below the repository's root, with `/` at its end; empty at the root and outside of git. */
  readonly prefix: string;
  /** A file's text at the base; `null` where it was not there, or there is no base. */
  atBase(path: string): Promise<string | null>;
  /** Why everything counts as changed. */
  readonly notes: readonly string[];
}

export interface GitChangesOptions {
  /** The working directory, absolute. */
  readonly folder: string;
  /** What the user gave. Default: what the CI platform says. */
  readonly base?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds what has changed since the merge base of HEAD and the base revision, in commits and in the working tree.
 * Throws `DbadviseError` `bad-option` where a base is named and git does not know it.
 */
export async function gitChanges({ folder, base, env }: GitChangesOptions): Promise<GitChanges> {
  const git = gitIn(folder);
  const named = baseRevision(base, env);
  const prefix = (await git("rev-parse", "--show-prefix"))?.replace(/\n$/, "") ?? null;
  if (named === null) return everything(prefix ?? "");
  if (prefix === null) {
    throw new DbadviseError(
      "bad-option",
      `${named.from} names ${named.revision}, but git can't read a repository in ${folder}.`,
      "Run it inside the checkout, with git installed; in a container whose user does not own the checkout: " +
        "git config --global --add safe.directory '*'. Without a base every migration is checked.",
    );
  }
  const since = await mergeBase(git, named);
  return {
    base: named.revision,
    changed: await changedSince(git, since, prefix),
    prefix,
    async atBase(path) {
      const inside = relative(folder, resolve(folder, path)).replaceAll(sep, "/");
      const known = posix.join(prefix, inside);
      // Told apart from a failure: a file that is not there is an empty list.
      const listed = await git("ls-tree", "--full-tree", "-z", "--name-only", since, "--", known);
      if (listed === null || listed === "") return null;
      return git("cat-file", "blob", `${since}:${known}`);
    },
    notes: [],
  };
}

function everything(prefix: string): GitChanges {
  return {
    base: null,
    changed: null,
    prefix,
    atBase: () => Promise.resolve(null),
    notes: [
      "no base revision was given, so every migration was checked: --base REF checks a change",
    ],
  };
}

/** The commit where the change left the base. */
async function mergeBase(git: Git, { revision, from }: BaseRevision): Promise<string> {
  // A revision never begins with a dash; an option does.
  const commit = revision.startsWith("-")
    ? null
    : await git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
  const found = commit === null ? null : await git("merge-base", commit.trim(), "HEAD");
  if (found !== null) return found.trim();
  const shallow = (await git("rev-parse", "--is-shallow-repository"))?.trim() === "true";
  const why =
    commit === null
      ? `The base ${revision} (${from}) is not in this clone.`
      : `HEAD and the base ${revision} (${from}) have no commit in common in this clone.`;
  throw new DbadviseError("bad-option", why, fetchHint(revision, shallow));
}

function fetchHint(revision: string, shallow: boolean): string {
  const remote = /^origin\/(.+)$/.exec(revision)?.[1];
  const fetch =
    remote === undefined
      ? "git fetch origin"
      : `git fetch origin ${remote}:refs/remotes/${revision}`;
  return shallow
    ? `The clone is shallow: fetch all of it, with fetch-depth: 0 in actions/checkout, GIT_DEPTH: 0 in GitLab, or git fetch --unshallow; then ${fetch}.`
    : `Fetch it first: ${fetch}. Or name another with --base.`;
}

async function changedSince(git: Git, since: string, prefix: string): Promise<ReadonlySet<string>> {
  // Both from the repository's root.
  const [known, unknown] = await Promise.all([
    git("diff", "--name-only", "-z", "--no-ext-diff", "--diff-filter=d", since, "--"),
    git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ":/"),
  ]);
  if (known === null || unknown === null) {
    throw new DbadviseError(
      "bad-option",
      `git could not tell what has changed since ${since}.`,
      `Try it: git diff --name-only ${since}`,
    );
  }
  const paths = [...known.split("\0"), ...unknown.split("\0")].filter((path) => path !== "");
  return new Set(paths.map((path) => posix.relative(prefix, path)));
}
