r"""Writes .env.example, which shells, Compose and python-dotenv read alike, whatever text a value is.

No quoting alone does that, as was measured with bash 5.2, dash 0.5, Docker Compose 5 (compose-go) and python-dotenv 1.2 in
November 2026. Between apostrophes Compose and a shell leave everything as it is, but know no way to write an apostrophe, and
python-dotenv replaces `${NAME}` and doubled backslashes even there. Between quotes all of them read `\\` and `\"`, but no
two read a `$` or a backtick in the same way. So a text that neither holds names those two characters as variables, which
are replaced once, everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from twinstack.environment.stand_in import Entry
from twinstack.errors import ConstructionError
from twinstack.local.origin import ORIGIN


def env_file(entries: Iterable[Entry], *, read_by_compose: Collection[str] = ()) -> str:
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
    texts = {name: _written(one) for name, one in seen.items()}
    needed = {name: text for name, text in CHARACTERS.items() if any(f"${{{name}}}" in text for text in texts.values())}
    if clash := sorted(needed.keys() & seen):
        raise ConstructionError(
            f".env.example needs {', '.join(clash)} for a character: give your variable another name"
        )
    head = "".join(f"{name}={text}\n" for name, text in needed.items())
    return (
        HEADER
        + (f"\n# Characters that no quotation marks carry through every reader\n{head}" if head else "")
        + "".join(_group(title, members.values(), texts, read_by_compose) for title, members in groups.items())
    )


def written(text: str) -> str:
    """The text as an env file has to hold it; `${TEXT_DOLLAR}` and `${TEXT_BACKTICK}` are `CHARACTERS`."""
    if _ONE_WORD.fullmatch(text):
        return text
    if "'" not in text and "\\" not in text and "${" not in text:
        return f"'{text}'"
    return f'"{text.translate(_BETWEEN_QUOTES)}"'


def _written(one: Entry) -> str:
    if not one.names_others:
        return written(one.example)
    fixed = _REFERENCE.sub("", one.example)
    if not _ONE_WORD.fullmatch(fixed):
        raise ConstructionError(
            f'the example of {one.name} is "{one.example}": around the variables that it names it takes letters, digits '
            "and _ @ % + = : , . / - alone"
        )
    return one.example


def _group(title: str, members: Iterable[Entry], texts: dict[str, str], read_by_compose: Collection[str]) -> str:
    return f"\n# {title}\n" + "".join(
        f"# {'Secret: ' if one.is_secret else ''}{one.comment}{MARK if one.name in read_by_compose else ''}\n"
        f"{one.name}={texts[one.name]}\n"
        for one in members
    )


MARK: Final = " (compose)"
HEADER: Final = f"""\
{ORIGIN}# Every variable of the service, each with a value that works on a developer's machine and is no secret of anybody.
#   cp .env.example .env          for Compose; keep .env out of Git
#   set -a; . ./.env; set +a      for a process outside the stack
# Compose reads the lines marked{MARK}. What else a container is given stands in compose.yaml, and a line in
# compose.override.yaml replaces it there.
"""
CHARACTERS: Final = {"TEXT_DOLLAR": "'$'", "TEXT_BACKTICK": "'`'"}
_BETWEEN_QUOTES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "$": "${TEXT_DOLLAR}", "`": "${TEXT_BACKTICK}"})
_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ONE_WORD: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]*")
