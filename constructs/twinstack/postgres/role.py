r"""The script that makes the application's role: what the `admin` link does before a Job's own command.

Run again it changes nothing but the password, which it sets to the one in the application's URL; so it also carries a
rotation through. Sources: PostgreSQL 15, "psql" (`\password` sends only the SCRAM verifier, so no log can hold the
password), "CREATE ROLE", "ALTER DEFAULT PRIVILEGES".
"""

from __future__ import annotations


def role_script(application: str, admin: str, *, tls: str = "require") -> str:
    """A shell script that reads the two connection URLs from these variables; `tls` is libpq's sslmode.

    The role may connect and change rows, and nothing else: tables are the master user's, who runs the migrations. No
    password stands in an argument list or in a statement.
    """
    return f"""url="${{{application}#*://}}"
export ROLE="${{url%%:*}}"
rest="${{url#*:}}"
password="${{rest%%@*}}"
rest="${{{admin}#*://}}"
user="${{rest%%:*}}"
rest="${{rest#*:}}"
export PGPASSWORD="${{rest%%@*}}"
rest="${{rest#*@}}"
admin="postgresql://$user@${{rest%%\\?*}}?sslmode={tls}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$admin" <<'SQL'
\\getenv role ROLE
SELECT current_database() AS database \\gset
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
ALTER ROLE :"role" WITH LOGIN NOCREATEDB NOCREATEROLE;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"role";
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO :"role";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO :"role";
SQL
printf '%s\\n%s\\n' "$password" "$password" |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "\\password $ROLE" "$admin" >/dev/null
"""  # noqa: S608  the two names are the library's own
