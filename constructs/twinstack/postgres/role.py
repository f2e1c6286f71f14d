r"""The script that makes the role a release's pods connect as: what the `admin` link does before a Job's own command.

Two roles take turns, so that a rotation refuses nobody: the Job of a release makes or sets the role of its own password
version, and leaves alone the one that the pods of the release before connect as. Both are members of one group, which has
the rights: a right given or taken by hand holds for both, and neither owns anything. Run again, by a second Job at once
or after one that was killed, it comes to the same end. Sources: AWS Secrets Manager User Guide, "Rotation strategy:
alternating users"; PostgreSQL 15, "psql" (`\password` sends only the SCRAM verifier, so no log can hold the password),
"Role Membership", "ALTER DEFAULT PRIVILEGES", "Advisory Locks".

Since PostgreSQL 16 a role with CREATEROLE changes only those on which it has the ADMIN option (release notes of 16;
"ALTER ROLE", "GRANT"). It has it on what it makes there; what it made before came through pg_upgrade without it. So the
script takes the option while it can, under 15; later it asks for no change that it does not need, and where one is
refused it says what a person has to run. It tries instead of asking for the option beforehand, because on RDS a member of
rds_superuser, as its master user is, needs none: AWS documents that it makes and grants roles (RDS User Guide,
"Understanding the rds_superuser role", read 2026-11-28) and no more; that a member changes others' roles on 16 without the
option is the measurement of gravitational/teleport, pull requests 48897 and 48949, of 2024-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twinstack.postgres.extensions import create_statement
from twinstack.postgres.shell import LOCK, from_file, password_of, role_of


def role_script(
    application: str, admin: str, *, group: str, is_retired: bool = False, extensions: Sequence[str] = ()
) -> str:
    """A shell script that reads the two connection URLs from these variables, or from the files that `{variable}_FILE`
    names.

    The role of the application's URL may connect and change rows, by way of `group`, and nothing else: tables are the
    master user's, who runs the migrations. It may be the group itself. `is_retired`: no release that runs connects as the
    group, so it loses its login; while somebody still does, it keeps it until the next run. `extensions` are made if they
    are not there. No password stands in an argument list or in a statement.
    """
    retire = RETIRE if is_retired else ""
    return f"""explain() {{
  psql --no-psqlrc --quiet --tuples-only --no-align "$admin" >&2 <<'SQL'
\\getenv role ROLE
\\set group {group}
{MISSING}SQL
  exit 1
}}
{from_file(application)}{from_file(admin)}{role_of(application)}rest="${{{admin}#*://}}"
user="${{rest%%:*}}"
rest="${{rest#*:}}"
export PGPASSWORD="${{rest%%@*}}"
rest="${{rest#*@}}"
admin="postgresql://$user@$rest"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$admin" <<'SQL' || explain
\\getenv role ROLE
\\set group {group}
BEGIN;
SELECT pg_advisory_xact_lock({LOCK}) \\g /dev/null
{create_statement(extensions)}SELECT current_database() AS database \\gset
SELECT format('CREATE ROLE %I NOLOGIN', name) FROM unnest(ARRAY[:'group', :'role']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) GROUP BY name \\gexec
{OPTION}{ATTRIBUTES}{MEMBER}{retire}GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"group";
GRANT USAGE ON SCHEMA public TO :"group";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"group";
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO :"group";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"group";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO :"group";
COMMIT;
SQL
{password_of(application, OR_EXPLAIN)}"""  # noqa: S608  the names are the library's own, of letters, digits and underscores


CLOSED = r"""
  FROM pg_roles WHERE NOT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')
    AND (rolname IN (:'group', :'role') OR starts_with(rolname, :'group' || '_')
      AND oid IN (SELECT member FROM pg_auth_members WHERE roleid = to_regrole(quote_ident(:'group'))))
""".strip("\n")
"""The group and its roles, also the one of the other turn, as far as the master user has no ADMIN option on them."""
MISSING = rf"""
SELECT format(E'%I lacks the ADMIN option on %s, without which PostgreSQL 16 and later let it change no role.\n'
    'Once, as a superuser (on Amazon RDS as a member of rds_superuser) or as a role that has the option, run\n'
    '  GRANT %2$s TO %1$I WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;\nand then this Job again.',
    current_user, string_agg(quote_ident(rolname), ', ' ORDER BY rolname))
{CLOSED}
    AND current_setting('server_version_num')::int >= 160000 HAVING count(*) > 0;
""".lstrip()
"""No row where the option is not what is missing: then PostgreSQL's own message stands alone."""
OPTION = rf"""
SELECT format('GRANT %I TO CURRENT_USER WITH ADMIN OPTION', rolname)
{CLOSED}
    AND current_setting('server_version_num')::int < 160000 \gexec
""".lstrip()
"""pg_upgrade carries it to 16 and later, where the maker of a role has it anyway and nobody can give it to himself."""
ATTRIBUTES = r"""
SELECT format('ALTER ROLE %I WITH %s', rolname, changes) FROM pg_roles,
    concat_ws(' ', CASE WHEN NOT rolcanlogin THEN 'LOGIN' END, CASE WHEN NOT rolinherit THEN 'INHERIT' END,
      CASE WHEN rolcreatedb THEN 'NOCREATEDB' END, CASE WHEN rolcreaterole THEN 'NOCREATEROLE' END) AS changes
  WHERE rolname = :'role' AND changes <> '' \gexec
""".lstrip()
"""Only those that are not so yet: PostgreSQL 16 refuses an attribute that is named, also where it changes nothing."""
MEMBER = r"""
SELECT format('GRANT %I TO %I', :'group', :'role')
    || CASE WHEN current_setting('server_version_num')::int < 160000 THEN '' ELSE ' WITH INHERIT TRUE' END
  WHERE NOT pg_has_role(:'role', :'group', 'USAGE') \gexec
""".lstrip()
RETIRE = """\
SELECT format('ALTER ROLE %I WITH NOLOGIN PASSWORD NULL', rolname) FROM pg_roles
  WHERE rolname = :'group' AND rolcanlogin AND :'group' <> :'role'
  AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = :'group') \\gexec
"""
OR_EXPLAIN: Final = " \\\n    >/dev/null 2>&1 || explain"
RESERVED_USERS: Final = frozenset({"admin", "public", "rdsadmin", "rdsrepladmin", "rds_superuser", "none", "user"})
"""Source: Amazon RDS API, CreateDBInstance, "Can't be a reserved word for the chosen database engine"."""
