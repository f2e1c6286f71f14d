#!/usr/bin/env bash
# PostgreSQL 16.2: what ALTER ROLE … SET says of a group role does not reach the roles that are members of it.
#
# Expected: a member that logs in has the group's statement_timeout, as it has the group's rights.
# Seen:     5s belongs to the group alone; the member starts with 0. Two login roles used by turns need the
#           setting each.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check pgserver==0.1.4 'psycopg[binary]==3.3.9' platformdirs==4.14.8
export XDG_RUNTIME_DIR="$work"
cat >group.py <<'EOF'
import pgserver
import psycopg

server = pgserver.get_server("data")
with psycopg.connect(server.get_uri(), autocommit=True) as admin:
    for statement in (
        "CREATE ROLE shop LOGIN",
        "CREATE ROLE shop_a LOGIN IN ROLE shop",
        "ALTER ROLE shop SET statement_timeout = '5s'",
    ):
        admin.execute(statement)
for role in ("shop", "shop_a"):
    with psycopg.connect(server.get_uri(), user=role) as connection:
        print(role, *connection.execute("SHOW statement_timeout").fetchone())
server.cleanup()
EOF
seen=$(tools/bin/python group.py)
echo "$seen"
if ! [[ "$seen" == "shop 5s"$'\n'"shop_a 0" ]]; then
  echo "this has changed" >&2
  exit 1
fi
