#!/usr/bin/env bash
# pipenv 2026.8.0: a package that is missing from Pipfile.lock is noticed by neither verify nor install
# --deploy.
#
# Expected: --deploy "aborts if the Pipfile.lock is out of date"; a lock without one of the Pipfile's packages
#           is.
# Seen:     only the Pipfile's hash is compared: both end with 0, and the package is not installed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check pipenv==2026.8.0
export PIPENV_VENV_IN_PROJECT=1 PIPENV_NOSPIN=1 PIPENV_IGNORE_VIRTUALENVS=1
printf '[packages]\nsix = "==1.17.0"\n' >Pipfile
tools/bin/pipenv lock >/dev/null 2>&1
python3 - <<'EOF'
import json

with open("Pipfile.lock") as file:
    lock = json.load(file)
del lock["default"]["six"]
with open("Pipfile.lock", "w") as file:
    json.dump(lock, file)
EOF
verify=0 deploy=0 there=0
tools/bin/pipenv verify 2>&1 || verify=$?
tools/bin/pipenv install --deploy >/dev/null 2>&1 || deploy=$?
.venv/bin/python -c 'import six' 2>/dev/null || there=$?
echo "exit status: verify $verify, install --deploy $deploy; import six $there"
if ! [[ "$verify $deploy $there" == "0 0 1" ]]; then
  echo "this has changed" >&2
  exit 1
fi
