"""The actions of IAM, in lower case as IAM takes them too, and which of them know no resource but all: dated data of cfn-lint,
which has them from AWS's Service Authorization Reference.
"""

from __future__ import annotations

import json
import lzma
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Final

from twinstack.facts.value import nearest_of


def takes_only_all(action: str) -> bool | None:
    """Whether an action, `ses:SendEmail`, is allowed on `*` or not at all; None for one that is not known."""
    service, _, name = action.partition(":")
    return _service(service).get(name.lower())


def any_action(pattern: str) -> bool:
    """Whether a service has an action, or one that a pattern, `s3:Get*`, is about."""
    service, _, name = pattern.lower().partition(":")
    known = _service(service)
    return name in known or (("*" in name or "?" in name) and any(fnmatchcase(one, name) for one in known))


def knows_service(prefix: str) -> bool:
    """Whether there are actions with this prefix."""
    return bool(_service(prefix))


def nearest_action(action: str) -> str:
    """The nearest that there is; empty where none is near."""
    service, _, name = action.partition(":")
    if not knows_service(service):
        near = nearest_of(service, _services())
        return f"{near}:{name}" if near and takes_only_all(f"{near}:{name}") is not None else ""
    near = nearest_of(name, [one for part in _services()[service] for one in part.split()])
    return f"{service}:{near}" if near else ""


@cache
def _service(prefix: str) -> dict[str, bool]:
    narrow, only_all = _services().get(prefix, ("", ""))
    return dict.fromkeys(narrow.split(), False) | dict.fromkeys(only_all.split(), True)


@cache
def _services() -> dict[str, tuple[str, str]]:
    return json.loads(lzma.decompress((resources.files("twinstack.facts") / ACTIONS).read_bytes()))["services"]


def services() -> list[str]:
    """The prefixes of all actions."""
    return sorted(_services())


ACTIONS: Final = "actions.json.xz"
