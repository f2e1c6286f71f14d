#!/usr/bin/env bash
# Runs the whole service for real and tests it: PostgreSQL, Redis, nginx, web service, worker and beat as processes.
# Installs the servers where they are missing and it may, and both sets of locked requirements into .venv-service/.
# Arguments go to pytest: `scripts/service-test.sh -k outage`.
set -euo pipefail
cd "$(dirname "$0")/.."

find_server() { PATH=$PATH:/usr/sbin:$(printf '%s:' /usr/lib/postgresql/*/bin) command -v "$1" >/dev/null; }

missing=()
find_server postgres || missing+=(postgresql)
find_server psql || missing+=(postgresql-client)
find_server redis-server || missing+=(redis-server)
find_server nginx || missing+=(nginx-light)
if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo --non-interactive); fi
  if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
    echo "service-test: missing ${missing[*]}: install them, or run this where apt-get and root's rights are" >&2
    exit 1
  fi
  echo "service-test: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The image's Python where there is one: the locks hold for 3.11 to 3.13.
python=${PYTHON:-python3.11}
backend_python=$python
for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
  if "$candidate" -c '' 2>/dev/null; then backend_python=$candidate; break; fi
done

# install NAME PYTHON LOCK: a virtual environment with what the lock says and nothing else, made anew when either changed.
install() {
  local folder=.venv-service/$1
  if ! cmp -s <("$2" -V; cat "$3") "$folder/installed.txt"; then
    rm -rf "$folder"
    "$2" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$3"
    { "$2" -V; cat "$3"; } >"$folder/installed.txt"
  fi
}
mkdir -p .venv-service
{
  flock 9 # a second run waits until both are whole
  install test "$python" tests/service/requirements.txt
  install backend "$backend_python" backend/requirements.txt
} 9>.venv-service/lock

SERVICE_BACKEND_VENV=$PWD/.venv-service/backend PYTHONPATH=constructs PYTHONDONTWRITEBYTECODE=1 \
  exec .venv-service/test/bin/python -m pytest tests/service -m service --confcutdir tests/service -p no:cacheprovider "$@"
