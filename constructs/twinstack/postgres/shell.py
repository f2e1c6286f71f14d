"""What the scripts that make roles have in common: reading a URL, and giving its role its password."""

from __future__ import annotations

from typing import Final


def from_file(variable: str) -> str:
    """Reads a variable from the file that `{variable}_FILE` names, where one is named."""
    return f'[ -z "${{{variable}_FILE:-}}" ] || {variable}="$(cat "${variable}_FILE")"\n'


def role_of(variable: str) -> str:
    """`$ROLE` and `$password` of the URL in a variable; `$rest` is used on the way."""
    return f"""url="${{{variable}#*://}}"
export ROLE="${{url%%:*}}"
rest="${{url#*:}}"
password="${{rest%%@*}}"
"""


def password_of(variable: str, otherwise: str) -> str:
    """Gives `$ROLE` its password, as `$admin`. Where that is refused, whoever connects with it already is left alone:
    `otherwise` ends the command that tries.
    """
    return f"""printf '%s\\n%s\\n' "$password" "$password" |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command 'SELECT pg_advisory_lock({LOCK})' \\
    --command "\\password $ROLE" "$admin" >/dev/null || {{
  PGPASSWORD="$password" psql --no-psqlrc --quiet --command 'SELECT' "postgresql://$ROLE@${{{variable}#*@}}"{otherwise}
  echo "$ROLE keeps its password: it is that of this release already." >&2
}}
"""


LOCK: Final = 7946381
"""Any number that is the same in every run: PostgreSQL refuses two changes of one role at once."""
