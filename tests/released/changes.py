"""What a user of the last release would notice, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.released.product import output
from tests.released.surface import surface

FOLDER = Path(__file__).parent
CHANGES = FOLDER / "changes.md"
SURFACE, OUTPUT = FOLDER / "surface.json", FOLDER / "output.json"


def changes() -> str:
    """The whole of changes.md."""
    parts = [("Public names and their promises", SURFACE, surface()), ("Output of one product", OUTPUT, output())]
    lines = ["# Since the last release", ""]
    for title, file, now in parts:
        before = json.loads(file.read_text(encoding="utf-8"))
        lines += [f"## {title}", "", *(list(_differences(before, now)) or ["Nothing has changed."]), ""]
    return "\n".join(lines)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield f"- gone: `{path}`, was `{before[path]}`"
        elif path not in before:
            yield f"- new: `{path}`, is `{after[path]}`"
        elif before[path] != after[path]:
            yield f"- changed: `{path}`, was `{before[path]}`, is `{after[path]}`"


def write() -> None:
    """Takes the snapshot of a release that is being made."""
    for file, now in ((SURFACE, surface()), (OUTPUT, output())):
        file.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    CHANGES.write_text(changes(), encoding="utf-8")
