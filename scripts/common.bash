# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts: strict mode, the project's root as working directory, and functions that several of them need. A script
# describes itself in its first comment, whose line `# usage: …` the function `usage` prints.
set -euo pipefail
caller=$PWD
script=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Prints a message with the script's name, and ends the script.
fail() { echo "${script##*/}: $1" >&2; exit "${2:-1}"; }

usage() { sed -n 's/^# usage: /usage: /p' "$script" >&2; exit 2; }

# Prints the absolute path of a file that the caller names, and prints the usage if none is named.
file() {
  [ -n "${1:-}" ] || usage
  cd "$caller" && realpath --canonicalize-missing -- "$1"
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || fail "$tool not found; run scripts/install-dependencies --test"
  done
}

# Runs a module of tools/toolbox: toolbox dashboards.make --check
toolbox() {
  [ -x .venv/bin/python ] || scripts/install-dependencies --test >&2
  .venv/bin/python -m "toolbox.$1" "${@:2}"
}

# The time that files of a release have: that of the commit, or SOURCE_DATE_EPOCH.
epoch() { echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"; }

version_of() { "$1" --version | sed -n 's/.*, version \([^ ]*\) .*/\1/p'; }
