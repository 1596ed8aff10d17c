#!/usr/bin/env bash
# Looks for known vulnerabilities that the code of the given modules reaches.
#
#   deploy/vulncheck.sh events pkg services
#
# It asks the public Go vulnerability database, or the copy that GOVULNDB names, for instance
# GOVULNDB=file:///srv/vulndb/data/osv, the folder data/osv of a checkout of github.com/golang/vulndb.
# What is accepted is in .govulncheck-allow, a line for each: GO-2026-0001 and the reason.
# Ends with 1 when something else is reached, and with 75 when there is no database to ask.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off

readonly allow=.govulncheck-allow
readonly govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.8.0

if grep -vnE '^(#.*)?$|^GO-[0-9]{4}-[0-9]{4,} .+' "$allow"; then
  echo "$allow: every line is a comment, or an id such as GO-2026-0001 and why it is accepted" >&2
  exit 1
fi

reached=
for module in "$@"; do
  echo "$module: govulncheck"
  status=0
  said=$(cd "$module" && go run "$govulncheck" ${GOVULNDB:+-db "$GOVULNDB"} ./... 2>&1) || status=$?
  case "$said" in
    *"fetching vulnerabilities:"*)
      echo "not checked for known vulnerabilities: the database cannot be reached; name a copy of it with GOVULNDB (see deploy/vulncheck.sh)" >&2
      exit 75 ;;
  esac
  found=$(sed -nE 's/^Vulnerability #[0-9]+: (GO-[0-9-]+)$/\1/p' <<<"$said")
  if [ "$status" -ne 0 ] && [ -z "$found" ]; then
    echo "$said" >&2
    exit 1
  fi
  for id in $found; do
    reached="$reached $id"
    if ! grep -q "^$id " "$allow"; then
      echo "$said" >&2
      echo "$module reaches $id: take a version without it, or accept it in $allow with the reason" >&2
      exit 1
    fi
  done
done

for id in $(sed -nE 's/^(GO-[0-9-]+) .*/\1/p' "$allow"); do
  case "$reached " in
    *" $id "*) ;;
    *)
      echo "$allow accepts $id, which nothing reaches: take the line out" >&2
      exit 1 ;;
  esac
done
