#!/usr/bin/env bash
# Writes the one comment of a pull request, or updates it. Takes GH_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST, COMMENT_FILE
# and COMMENT_AUTHOR. It never fails the job: a token of a fork's pull request may only read.
set -uo pipefail

warn() {
  echo "::warning title=dbadvise::$1 The report is in the step's log and in the run's summary."
  exit 0
}

comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
# By its first line and its author: a comment of somebody else that begins alike stays as it is.
ids=$(gh api --paginate "$comments?per_page=100" --jq \
  '.[] | select((.body | startswith("<!-- dbadvise-check -->")) and .user.login == env.COMMENT_AUTHOR) | .id') ||
  warn "The comments of the pull request could not be read."
id=${ids%%$'\n'*}

if [[ -n "$id" ]]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$COMMENT_FILE" >/dev/null ||
    warn "The comment could not be updated: the job needs the permission pull-requests: write."
elif ! grep -qxF "No migration was changed: nothing was checked." "$COMMENT_FILE"; then
  gh api --method POST "$comments" --field "body=@$COMMENT_FILE" >/dev/null ||
    warn "The comment could not be written: the job needs the permission pull-requests: write."
fi
