r"""What makes the role that an exporter connects as: it may read figures (`pg_monitor`), and no table of the product.

It follows the script of the application's role in the same Job, and needs `$admin` and PGPASSWORD of it. Two roles take
turns by the password's version, as there. Sources: PostgreSQL 15, "Predefined Roles"; postgres_exporter, "Running as
non-superuser".
"""

from __future__ import annotations

from typing import Final

from twinstack.postgres.shell import LOCK, from_file, password_of, role_of


def monitor_script(variable: str) -> str:
    """The lines for the role of the URL in this variable, or in the file that `{variable}_FILE` names."""
    return f"""{from_file(variable)}{role_of(variable)}psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$admin" <<'SQL'
\\getenv role ROLE
BEGIN;
SELECT pg_advisory_xact_lock({LOCK}) \\g /dev/null
SELECT current_database() AS database \\gset
{MAKE}GRANT CONNECT ON DATABASE :"database" TO :"role";
COMMIT;
SQL
{password_of(variable, " >/dev/null")}"""


MAKE: Final = r"""
SELECT format('CREATE ROLE %I LOGIN', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('GRANT %I TO CURRENT_USER WITH ADMIN OPTION', :'role')
  WHERE current_setting('server_version_num')::int < 160000
    AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role' AND pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')) \gexec
SELECT format('GRANT pg_monitor TO %I', :'role') WHERE NOT pg_has_role(:'role', 'pg_monitor', 'USAGE') \gexec
""".lstrip()
