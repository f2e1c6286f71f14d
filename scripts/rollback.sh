#!/usr/bin/env bash
# rollback.sh <environment> [version]: puts the release before back, or the one that is named, as it was recorded.
# A front of `twinstack rollback`, whose exit status it ends with. Further options are handed on: rollback.sh prod --yes
set -euo pipefail

usage() {
  echo "Usage: $0 <environment> [version] [option of twinstack rollback …]" >&2
  echo "       $0 prod          # the last release that succeeded before this one" >&2
  echo "       $0 prod 1.4.2    # \`twinstack releases prod\` lists those that are kept" >&2
  exit 2
}

[ "$#" -ge 1 ] || usage
case $1 in '' | -*) usage ;; esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=.venv/bin/twinstack
[ -x "$program" ] || program=$(command -v twinstack) || {
  echo "$0: twinstack is not installed here: \`make .venv/.complete\`, or pip install -r requirements.txt" >&2
  exit 2
}
exec "$program" rollback "$@"
