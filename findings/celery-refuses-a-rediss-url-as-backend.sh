#!/usr/bin/env bash
# Celery 5.7.0: the URL rediss://… is taken for the broker and refused for the result backend.
#
# Expected: one URL does for both, with the certificate verified, as redis-py itself does with this URL.
# Seen:     the backend raises ValueError until the URL says ssl_cert_reqs; the broker takes it, with
#           verification off.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check 'celery[redis]==5.7.0' redis==8.1.0
cat >application.py <<'EOF'
import redis
from celery import Celery

URL = "rediss://:password@cache.example:6379/0"
app = Celery("application", broker=URL, backend=URL)
try:
    app.backend.connparams
    backend = "taken"
except ValueError as error:
    backend = str(error).strip()
print("backend:", backend)
print("broker:", app.connection_for_write().ssl["ssl_cert_reqs"].name)
print("redis-py:", redis.Redis.from_url(URL).connection_pool.make_connection().cert_reqs.name)
EOF
tools/bin/python application.py | tee said
if ! { grep -q '^backend: A rediss:// URL must have parameter ssl_cert_reqs' said &&
  grep -qx 'broker: CERT_NONE' said && grep -qx 'redis-py: CERT_REQUIRED' said; }; then
  echo "this has changed" >&2
  exit 1
fi
