"""`python -m classes_generator generate` writes the tables, `check` says whether they are what the installed wheels give (exit 3:
not).
"""

from __future__ import annotations

import sys

from classes_generator.build import build
from classes_generator.pack import pack
from twinstack.bindings.native.tables.store import AWS, ENGINES, FOLDER, Tables
from twinstack.bindings.wheels import PROVIDER, archives


def main(arguments: list[str]) -> int:
    """Carries out one of the two commands."""
    if arguments not in (["generate"], ["check"]):
        sys.stderr.write("python -m classes_generator generate|check\n")
        return 2
    found = archives()
    parts = {
        AWS: {PROVIDER: found.pop(PROVIDER)},
        ENGINES: found,
    }
    status = 0
    for name, wheels in parts.items():
        made, file = build(wheels), FOLDER / name
        if arguments == ["generate"]:
            file.write_bytes(pack(made))
        elif (held := Tables(file)) and {one: held.text(one) for one in held} != made:
            sys.stderr.write(f"{name} is not what the installed wheels give: python -m classes_generator generate\n")
            status = 3
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
