"""Writes .env.example, which a shell and Compose read alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from twinstack.environment.stand_in import Entry
from twinstack.errors import ConstructionError
from twinstack.local.origin import ORIGIN


def env_file(entries: Iterable[Entry]) -> str:
    """Every variable once, under its group's heading. Raises ConstructionError for one with two values."""
    groups: dict[str, dict[str, Entry]] = {}
    seen: dict[str, Entry] = {}
    for one in entries:
        known = seen.setdefault(one.name, one)
        if known.example != one.example:
            raise ConstructionError(
                f'{one.name} would stand twice in .env.example, as "{known.example}" ({known.group}) and as '
                f'"{one.example}" ({one.group}): give one of the two another name, for example by `variable`'
            )
        groups.setdefault(known.group, {})[one.name] = known
    return HEADER + "".join(_group(title, members.values()) for title, members in groups.items())


def _group(title: str, members: Iterable[Entry]) -> str:
    return f"\n# {title}\n" + "".join(
        f"# {'Secret: ' if one.is_secret else ''}{one.comment}\n{one.name}={_quoted(one.example)}\n" for one in members
    )


def _quoted(value: str) -> str:
    """As it is, where a shell and Compose take it for one word; `${NAME}` names a line above."""
    return value if _ONE_WORD.fullmatch(_REFERENCE.sub("", value)) else "'" + value.replace("'", "'\\''") + "'"


HEADER: Final = f"""\
{ORIGIN}# Every variable of the service, each with a value that works on a developer's machine and is no secret of anybody.
#   cp .env.example .env          for Compose; keep .env out of Git
#   set -a; . ./.env; set +a      for a process outside the stack
"""
_REFERENCE: Final = re.compile(r"\$\{[A-Z][A-Z0-9_]*\}")
_ONE_WORD: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]*")
