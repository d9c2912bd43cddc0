#!/usr/bin/env bash
# What action.yml runs: `install` puts bis into a separate environment, `audit` writes annotations to stdout and SARIF to
# a file, and ends with the exit status of `bis audit` (0 where AUDIT_FAIL is "false" and there are findings).
# For bash 3.2, which macOS has: no mapfile, and an empty array counts as unset.
set -euo pipefail

environment="${RUNNER_TEMP:?set by GitHub}/bis-audit"

python_of() {
  if [ -x "$1/Scripts/python.exe" ]; then echo "$1/Scripts/python.exe"; else echo "$1/bin/python"; fi
}

install() {
  "${AUDIT_PYTHON:?set by action.yml}" -m venv "$environment"
  "$(python_of "$environment")" -m pip install --quiet --disable-pip-version-check "${GITHUB_ACTION_PATH:?set by GitHub}"
}

audit() {
  local python options=() paths=() path sarif="${AUDIT_SARIF:-bis.sarif}" status=0 findings
  python="$(python_of "$environment")"
  if [ -n "${AUDIT_SELECT:-}" ]; then options+=("--select=$AUDIT_SELECT"); fi
  if [ -n "${AUDIT_IGNORE:-}" ]; then options+=("--ignore=$AUDIT_IGNORE"); fi
  if [ -n "${AUDIT_BASELINE:-}" ]; then options+=("--baseline=$AUDIT_BASELINE"); fi
  if [ -n "${AUDIT_SINCE:-}" ]; then options+=("--since=$AUDIT_SINCE"); fi
  while IFS= read -r path; do
    if [ -n "$path" ]; then paths+=("$path"); fi
  done <<< "${AUDIT_PATH:-.}"

  # The second call is answered from the cache of the first.
  "$python" -m bis audit ${options[@]+"${options[@]}"} --format sarif -- ${paths[@]+"${paths[@]}"} > "$sarif.part" || status=$?
  case "$status" in
    0 | 1 | 4) mv -- "$sarif.part" "$sarif" ;;
    *)
      rm -f -- "$sarif.part"
      exit "$status"
      ;;
  esac
  "$python" -m bis audit ${options[@]+"${options[@]}"} --format github -- ${paths[@]+"${paths[@]}"} > "$environment.annotations" || true
  cat -- "$environment.annotations"
  findings="$(wc -l < "$environment.annotations" | tr -d ' ')"
  rm -f -- "$environment.annotations"

  printf 'sarif=%s\nfindings=%s\n' "$sarif" "$findings" >> "${GITHUB_OUTPUT:?set by GitHub}"
  case "$status" in
    4) printf 'bis audit: no Python file or notebook was found.\n' ;;
    *) printf 'bis audit: %s findings.\n' "$findings" ;;
  esac >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
  if [ "$status" -eq 1 ] && [ "${AUDIT_FAIL:-true}" = false ]; then exit 0; fi
  exit "$status"
}

case "${1:-}" in
  install | audit) "$1" ;;
  *)
    echo "expected install or audit, found ${1:-nothing}" >&2
    exit 2
    ;;
esac
