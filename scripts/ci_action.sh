#!/usr/bin/env bash
# What ci/action.yml runs: `bis ci`, against the base of the pull request where nothing else is asked for. Annotations, summary
# and exit status are those of the command. For bash 3.2, which macOS has: no mapfile, and an empty array counts as unset.
set -euo pipefail

words=()
against="${CI_AGAINST:-}"
status=0
while IFS= read -r line; do
  if [ -n "$line" ]; then words+=("$line"); fi
done <<< "${CI_OPTIONS:-}"

if [ -z "$against" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  # actions/checkout fetches one commit: the one at which the branch went off is needed, and all in between.
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then git fetch --quiet --no-tags --unshallow origin; fi
  git fetch --quiet --no-tags origin "+refs/heads/$GITHUB_BASE_REF:refs/remotes/origin/$GITHUB_BASE_REF"
  against="origin/$GITHUB_BASE_REF"
fi
if [ -n "$against" ] && [ "$against" != none ]; then words+=("--against=$against"); fi

while IFS= read -r line; do
  if [ -n "$line" ]; then words+=("$line"); fi
done <<< "${CI_PROGRAM:-}"

python -m bis ci ${words[@]+"${words[@]}"} || status=$?
printf 'status=%s\n' "$status" >> "${GITHUB_OUTPUT:?set by GitHub}"
exit "$status"
