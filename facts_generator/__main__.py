"""`python -m facts_generator generate` writes the data, `check` says whether it is what these packages give (exit 3: not), and
`prices EC2_SHOP AWS_PRICE` writes what AWS asks for, from clones of the two repositories that facts_generator/prices.py names.
"""

from __future__ import annotations

import datetime
import json
import lzma
import sys
from pathlib import Path
from typing import Any, Final

import twinstack.facts
from facts_generator.actions import actions
from facts_generator.offers import offers
from facts_generator.prices import prices
from facts_generator.values import shared_lists, values
from facts_generator.versions import versions
from twinstack.facts.actions import ACTIONS
from twinstack.facts.data import OFFERS, VALUES
from twinstack.facts.prices import PRICES

PACKED: Final = ".xz"
FOLDER: Final = Path(twinstack.facts.__file__).parent


def main(arguments: list[str]) -> int:
    """Carries out one of the two commands."""
    if arguments[:1] == ["prices"] and len(arguments) == 3:
        _write(PRICES, prices(*map(Path, arguments[1:])))
        return 0
    if arguments not in (["generate"], ["check"]):
        sys.stderr.write("python -m facts_generator generate|check|prices EC2_SHOP AWS_PRICE\n")
        return 2
    types = values()
    made = {
        VALUES: {"versions": versions(), "lists": shared_lists(types), "types": types},
        OFFERS: {"versions": versions(), **offers()},
        ACTIONS: {"versions": versions(), "services": actions()},
    }
    differ = [name for name, data in made.items() if _without_date(FOLDER / name) != data]
    if arguments == ["check"]:
        sys.stdout.write("".join(f"{name} is not what these packages give: make facts\n" for name in differ))
        return 3 if differ else 0
    for name in differ:
        _write(name, made[name])
    return 0


def _write(name: str, data: dict[str, Any]) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    text = _text({"read": today, **data}).encode()
    (FOLDER / name).write_bytes(lzma.compress(text, preset=9) if name.endswith(PACKED) else text)


def _without_date(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    content = file.read_bytes()
    data = json.loads(lzma.decompress(content) if file.suffix == PACKED else content)
    return {key: value for key, value in data.items() if key != "read"}


def _text(data: dict[str, Any]) -> str:
    """A line for each type or table, so that a change of one shows as one."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and key != "versions":
            rows = ",\n".join(f"  {_compact(name)}: {_compact(row)}" for name, row in value.items())
            lines.append(f" {_compact(key)}: {{\n{rows}\n }}")
        else:
            lines.append(f" {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
