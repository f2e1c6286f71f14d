#!/usr/bin/env bash
# PostgreSQL 16.2: ALTER DEFAULT PRIVILEGES FOR ROLE of a group does not count for tables that its members make.
#
# Expected: what a member makes falls under the group's default privileges.
# Seen:     a table that the member makes can be read by neither the reader nor the other members; after SET
#           ROLE to the group it can.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check pgserver==0.1.4 'psycopg[binary]==3.3.9' platformdirs==4.14.8
export XDG_RUNTIME_DIR="$work"
cat >privileges.py <<'EOF'
import pgserver
import psycopg

server = pgserver.get_server("data")
with psycopg.connect(server.get_uri(), autocommit=True) as admin:
    for statement in (
        "CREATE ROLE shop",
        "CREATE ROLE shop_a LOGIN IN ROLE shop",
        "CREATE ROLE reader",
        "CREATE SCHEMA shop AUTHORIZATION shop",
        "ALTER DEFAULT PRIVILEGES FOR ROLE shop IN SCHEMA shop GRANT SELECT ON TABLES TO reader",
    ):
        admin.execute(statement)
    with psycopg.connect(server.get_uri(), user="shop_a", autocommit=True) as member:
        member.execute("CREATE TABLE shop.as_member ()")
        member.execute("SET ROLE shop")
        member.execute("CREATE TABLE shop.as_group ()")
    for table in ("as_member", "as_group"):
        print(table, *admin.execute("SELECT has_table_privilege('reader', %s, 'SELECT')", [f"shop.{table}"]).fetchone())
server.cleanup()
EOF
seen=$(tools/bin/python privileges.py)
echo "$seen"
if ! [[ "$seen" == "as_member False"$'\n'"as_group True" ]]; then
  echo "this has changed" >&2
  exit 1
fi
