#!/usr/bin/env bash
# deploy.sh <environment> <version>: plans a release, shows it, asks, applies it and waits; what fails is put back.
# A front of `twinstack deploy`, whose exit status it ends with: 0 done, 1 failed and returned, 2 refused. Further options
# are handed on: deploy.sh prod 1.5.0 --yes
set -euo pipefail

usage() {
  echo "Usage: $0 <environment> <version> [option of twinstack deploy …]" >&2
  echo "       $0 prod 1.5.0" >&2
  exit 2
}

[ "$#" -ge 2 ] || usage
environment=$1 version=$2
shift 2
case $environment in '' | -*) usage ;; esac
case $version in '' | -*) usage ;; esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=.venv/bin/twinstack
[ -x "$program" ] || program=$(command -v twinstack) || {
  echo "$0: twinstack is not installed here: \`make .venv/.complete\`, or pip install -r requirements.txt" >&2
  exit 2
}
exec "$program" deploy "$environment" "$version" "$@"
