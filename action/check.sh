#!/usr/bin/env bash
# Runs `dbadvise check` for action.yml: annotations and the whole report in the log, the comment's text in a file.
# It ends with 0 whatever is found, so that the comment is written; the exit code is an output.
set -uo pipefail

folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/dbadvise.XXXXXX")
comment="$folder/comment.md"
report="$folder/report.txt"

args=(check)
# One path a line; before the options, of which some take several values.
while IFS= read -r path; do
  [[ -n "$path" ]] && args+=("$path")
done <<<"${INPUT_PATHS:-}"

args+=(--format github --output "markdown=$comment" --output "text=$report")
option() {
  [[ -n "$2" ]] && args+=("--$1=$2")
}
option runner "${INPUT_RUNNER:-}"
option engine "${INPUT_ENGINE:-}"
option base "${INPUT_BASE:-}"
option trial-url "${INPUT_TRIAL_URL:-}"
option snapshot "${INPUT_SNAPSHOT:-}"
option baseline "${INPUT_BASELINE:-}"
option fail-on "${INPUT_FAIL_ON:-}"
option output "${INPUT_SARIF:+sarif=$INPUT_SARIF}"
while IFS= read -r pattern; do
  option queries "$pattern"
done <<<"${INPUT_QUERIES:-}"

npx --yes "dbadvise${INPUT_VERSION:+@$INPUT_VERSION}" "${args[@]}"
code=$?

if [[ ! -s "$comment" ]]; then
  # So that a comment of an earlier run does not stand there as if it were of this one.
  printf '%s\n' '<!-- dbadvise-check -->' '## Migration check' '' \
    "**The migrations were not checked**: the step's log says why." >"$comment"
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
echo "comment=$comment" >>"$GITHUB_OUTPUT"
cat "$comment" >>"$GITHUB_STEP_SUMMARY"
if [[ -s "$report" ]]; then
  # Nothing in the report is taken for a command of the log.
  token="dbadvise-$RANDOM$RANDOM$RANDOM$RANDOM"
  echo "::group::The whole report"
  echo "::stop-commands::$token"
  cat "$report"
  echo "::$token::"
  echo "::endgroup::"
fi
exit 0
