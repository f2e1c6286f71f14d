#!/usr/bin/env bash
# Celery 5.7.0: the URL rediss://… is taken for the broker and refused for the result backend.
#
# Expected: one URL does for both, as it does for redis-py itself.
# Seen:     the backend raises ValueError until the URL says ssl_cert_reqs; the broker takes it without.
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


def backend(url):
    try:
        Celery("application", broker=URL, backend=url).backend.connparams
    except ValueError as error:
        return str(error).strip()
    return "taken"


print("backend:", backend(URL))
print("backend that is told:", backend(f"{URL}?ssl_cert_reqs=required"))
print("broker:", Celery("application", broker=URL).connection_for_write().as_uri())
print("redis-py:", type(redis.Redis.from_url(URL).connection_pool.make_connection()).__name__)
EOF
tools/bin/python application.py | tee said
if ! { grep -q '^backend: A rediss:// URL must have parameter ssl_cert_reqs' said &&
  grep -qx 'backend that is told: taken' said && grep -q '^broker: rediss://' said &&
  grep -qx 'redis-py: SSLConnection' said; }; then
  echo "this has changed" >&2
  exit 1
fi
