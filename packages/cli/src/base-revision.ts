/** Where the revision that changes are counted from was named. */
export interface BaseRevision {
  readonly revision: string;
  /** For messages: `--base`, `GITHUB_BASE_REF`. */
  readonly from: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const branch = (name: string): string => `origin/${name.replace(/^refs\/heads\//, "")}`;

/** What CI platforms say of the branch that a change is merged into, the most exact first. */
const VARIABLES: readonly (readonly [name: string, revision: (value: string) => string])[] = [
  // GitHub Actions, events of pull requests.
  ["GITHUB_BASE_REF", branch],
  // GitLab, merge request pipelines.
  ["CI_MERGE_REQUEST_DIFF_BASE_SHA", (sha) => sha],
  ["CI_MERGE_REQUEST_TARGET_BRANCH_NAME", branch],
  // Bitbucket Pipelines, and Azure Pipelines.
  ["BITBUCKET_PR_DESTINATION_BRANCH", branch],
  ["SYSTEM_PULLREQUEST_TARGETBRANCH", branch],
];

/** The base that somebody named, or else the platform; `null` outside of a pull request. */
export function baseRevision(given: string | undefined, env: Env): BaseRevision | null {
  if (given !== undefined) return { revision: given, from: "--base" };
  for (const [from, revision] of VARIABLES) {
    const value = env[from];
    if (value !== undefined && value !== "") return { revision: revision(value), from };
  }
  return null;
}
