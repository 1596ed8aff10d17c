#!/usr/bin/env bash
# Runs the Go tests of the module in the current folder, with the given arguments for `go test`. What
# failed is told once more at the end, in a few lines: what the parts of a platform had to say is long.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
go test "$@" ./... 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
  printf '\nWhat failed:\n'
  grep -E '^ *--- FAIL|^FAIL[[:space:]]|^panic: |^ +[a-z_]+_test\.go:[0-9]+: |DATA RACE|^[a-z/.]+_?[a-z]*\.go:[0-9]+:[0-9]+: ' "$log" |
    grep -vE ': what .* said:$|: AFTERGLOW_|: killed map|took over after' | cut -c1-300 | tail -n 25
fi
exit "$status"
