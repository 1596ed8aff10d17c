#!/usr/bin/env bash
# Installs what Afterglow needs on Debian 12, Debian 13 and Ubuntu, and nothing that is already there.
#
#   deploy/setup.sh          to run:  ffmpeg, PostgreSQL, pgvector
#   deploy/setup.sh --test   to test: also Chromium and a C compiler (for go test -race)
#
# Package hosts come from this machine's own apt configuration. A second run takes a moment and
# changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

with_tests=false
case "${1:-}" in
  '') ;;
  --test) with_tests=true ;;
  *) die "usage: deploy/setup.sh [--test]" ;;
esac

# --- Go and Node: chosen by the person, never installed from here -------------------------------

have go || die "Go is missing: install Go 1.26 or later and run this again."
go_version=$(go env GOVERSION 2>/dev/null) ||
  die "Go is too old or cannot fetch its toolchain: Go 1.26 or later is needed."
printf '%s\n' go1.26 "$go_version" | sort -C -V || die "$go_version is too old: Go 1.26 or later is needed."
have node && have npm || die "Node.js is missing: install Node.js 20.19 or later, with npm, and run this again."
node_version=$(node --version)
printf '%s\n' v20.19 "$node_version" | sort -C -V || die "Node.js $node_version is too old: 20.19 or later is needed."

# --- What is missing ------------------------------------------------------------------------------

# postgres_bin prints the folder of the newest PostgreSQL server, or nothing.
postgres_bin() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  if [ -x "$found" ]; then
    dirname "$found"
  elif have initdb; then
    dirname "$(readlink -f "$(command -v initdb)")"
  fi
}

has_pgvector() {
  local bin
  bin=$(postgres_bin)
  [ -n "$bin" ] && [ -e "$("$bin/pg_config" --sharedir)/extension/vector.control" ]
}

has_browser() { [ -x "${AFTERGLOW_CHROMIUM:-/usr/bin/chromium}" ]; } # where web/e2e looks for it
has_compiler() { have gcc && [ -e /usr/include/stdlib.h ]; }

packages=()
{ have ffmpeg && have ffprobe; } || packages+=(ffmpeg)
postgres_missing=false
[ -n "$(postgres_bin)" ] || postgres_missing=true
if $with_tests; then
  has_browser || packages+=(chromium fonts-liberation)
  has_compiler || packages+=(gcc libc6-dev)
fi

wanted=("${packages[@]}")
$postgres_missing && wanted+=(postgresql)
has_pgvector || wanted+=(pgvector)
if [ ${#wanted[@]} -eq 0 ]; then
  say "nothing is missing."
  exit 0
fi

# --- apt ------------------------------------------------------------------------------------------

have apt-get || die "missing: ${wanted[*]}. This script installs with apt-get, which is not here: install them by hand."
as_root() { "$@"; }
if [ "$(id -u)" -ne 0 ]; then
  have sudo || die "missing: ${wanted[*]}. Run this as root once, or install sudo."
  say "using sudo to install: ${wanted[*]}"
  as_root() { sudo "$@"; }
  as_root true || die "sudo was refused. Run deploy/setup.sh as root once."
else
  say "installing: ${wanted[*]}"
fi
# quiet runs a command and shows what it said only when it fails.
quiet() { "$@" </dev/null >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; die "failed: $*"; }; }
apt() { quiet as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }
install() { apt install --yes --no-install-recommends "$@"; }

scratch=$(mktemp -d)
chmod 755 "$scratch" # apt downloads as its own unprivileged account
cluster_conf=/etc/postgresql-common/createcluster.conf
finish() {
  [ ! -e "$scratch/createcluster.conf" ] || as_root cp "$scratch/createcluster.conf" "$cluster_conf"
  as_root rm -rf "$scratch"
}
trap finish EXIT

apt update
# On Ubuntu the browser has another name.
if [[ " ${packages[*]} " == *" chromium "* ]] && ! apt-cache show chromium >/dev/null 2>&1; then
  packages=("${packages[@]/#chromium/chromium-browser}")
fi
[ ${#packages[@]} -eq 0 ] || install "${packages[@]}"

if $postgres_missing; then
  # Afterglow runs a cluster of its own: the package shall not make and start one for the machine.
  install postgresql-common
  as_root cp "$cluster_conf" "$scratch/createcluster.conf"
  echo 'create_main_cluster = false' | as_root tee -a "$cluster_conf" >/dev/null
  install postgresql
fi

# --- pgvector -------------------------------------------------------------------------------------

# next_release_sources writes this machine's apt sources again, for the source packages of release $2
# instead of release $1, into folder $3. Both formats of apt are understood.
next_release_sources() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] || continue
    awk -v RS= -v this="$1" -v next_="$2" '
      $0 ~ "(^|\n)Suites:[^\n]*[ \t]" this "([ \t\n]|$)" {
        gsub(/(^|\n)#[^\n]*/, "")
        gsub(/(^|\n)(Types|Suites):[^\n]*/, "")
        sub(/^\n+/, "")
        print "Types: deb-src\nSuites: " next_ "\n" $0 "\n"
      }' "$file" >"$3/$(basename "$file")"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -e "$file" ] || continue
    sed -nE "s/^deb([[:space:]]+(\[[^]]*\][[:space:]]+)?[^[:space:]]+[[:space:]]+)$1([[:space:]])/deb-src\1$2\3/p" \
      "$file" >"$3/$(basename "$file")"
  done
}

# build_pgvector builds the next release's source package against the installed server's headers.
build_pgvector() {
  local major=$1 bin=$2 this next
  this=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  case "$this" in
    bookworm) next=trixie ;;
    jammy) next=noble ;;
    *) die "no package postgresql-$major-pgvector for release '$this': install pgvector by hand." ;;
  esac
  say "building pgvector from the source package of $next for PostgreSQL $major"
  install "postgresql-server-dev-$major" gcc libc6-dev make
  mkdir -p "$scratch/parts" "$scratch/lists/partial" "$scratch/download" "$scratch/pgvector"
  next_release_sources "$this" "$next" "$scratch/parts"
  local private=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$scratch/parts" -o "Dir::State::lists=$scratch/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
  apt "${private[@]}" update
  (cd "$scratch/download" && apt "${private[@]}" source --download-only pgvector)
  tar -xf "$scratch"/download/pgvector_*.orig.tar.* --strip-components=1 -C "$scratch/pgvector"
  # OPTFLAGS="" leaves out -march=native: the result runs on every machine of this kind.
  local build=(make --silent -C "$scratch/pgvector" OPTFLAGS= with_llvm=no "PG_CONFIG=$bin/pg_config")
  quiet "${build[@]}" -j"$(nproc)"
  quiet as_root "${build[@]}" install
}

if ! has_pgvector; then
  bin=$(postgres_bin)
  major=$("$bin/pg_config" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
  if [ -n "$(apt-cache madison "postgresql-$major-pgvector" 2>/dev/null)" ]; then
    install "postgresql-$major-pgvector"
  else
    build_pgvector "$major" "$bin"
  fi
  has_pgvector || die "pgvector was installed, but PostgreSQL $major in $bin does not see it."
fi
say "done."
