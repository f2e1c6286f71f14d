"""Fields by the names that people know them by: `image`, `containers[backend].env[LOG_LEVEL]`, `data[host]`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Part = str | tuple[str, ...]
"""A field's name, or in a tuple the key of an item of a list."""
Path = tuple[Part, ...]


def human(path: Path, *, containers: int = 0) -> str:
    """A path in the words of a person; that of the only container of a pod goes without its name."""
    rest, pod = path, ""
    for prefix in _POD_TEMPLATES:
        if rest[: len(prefix)] == prefix and len(rest) > len(prefix):
            rest, pod = rest[len(prefix) :], "pod "
            break
    if pod and rest[:1] == ("spec",):
        rest, pod = rest[1:], ""
        if containers == 1 and rest[:1] == ("containers",) and len(rest) > 2:
            rest = rest[2:]
    elif rest[:1] in {("metadata",), ("spec",)} and len(rest) > 1:
        rest = rest[1:]
    text = ""
    for index, part in enumerate(rest):
        if isinstance(part, tuple) or (index and rest[index - 1] in _MAPS):
            text += f"[{'/'.join(part) if isinstance(part, tuple) else part}]"
        else:
            text += f".{part}" if text else str(part)
    return f"{pod}{text}"


def humans(paths: Iterable[Path], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Several paths of one object, each once, in order."""
    containers = len(value(manifest, "spec", "template", "spec", "containers") or ())
    return tuple(dict.fromkeys(human(path, containers=containers) for path in paths))


def parsed(text: str) -> Path:
    """The path of `.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name`, as the server writes it."""
    parts: list[Part] = []
    for found in _PART.finditer(text):
        if found["field"] is not None:
            parts.append(found["field"])
        elif found["value"] is not None:
            parts.append((_plain(found["value"]),))
        else:
            parts.append(tuple(_plain(one[1]) for one in _KEY.findall(found["keys"])))
    return tuple(parts)


def value(data: Any, *path: str) -> Any:
    """What lies at the end of a path, None where it ends before."""
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _plain(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


_MAPS: Final = frozenset({"labels", "annotations", "data", "matchLabels", "binaryData"})
_POD_TEMPLATES: Final[tuple[Path, ...]] = (
    ("spec", "template"),
    ("spec", "jobTemplate", "spec", "template"),
)
_PART: Final = re.compile(
    r'\[=(?P<value>"(?:[^"\\]|\\.)*"|[^\]]*)\]|\[(?P<keys>(?:[^"\]]|"(?:[^"\\]|\\.)*")*)\]|\.(?P<field>[^.\[]+)'
)
_KEY: Final = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^,\]]+)')
