"""`python -m docs_generator` writes the generated pages of docs/; with `--record` what the tutorial and
the slower examples of the command line show.

Recording does what the tutorial says, in a temporary folder, with the `twinstack`, `python` and `terraform` on the path.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from docs_generator.blocks import blocks_of
from docs_generator.transcript import Reader, recorded
from twinstack.bindings import activate
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE

ROOT: Final = Path(__file__).parents[1]
TUTORIAL: Final = ROOT / "docs" / "tutorial.md"
PROGRAMS: Final = ("twinstack", "terraform", "checkov", "jq")


def main(arguments: list[str]) -> int:
    """Writes what has changed, and says which."""
    if arguments not in ([], ["--record"]):
        sys.stderr.write("python -m docs_generator [--record]\n")
        return 2
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    missing += [] if os.environ.get(ASSETS_VARIABLE) else [ASSETS_VARIABLE]
    if arguments and missing:
        sys.stderr.write(f"what is shown would be incomplete without {', '.join(missing)}\n")
        return 2
    if arguments:
        _write(TUTORIAL, _record(TUTORIAL))
    activate(ROOT)
    from docs_generator.command_line import FILE, command_line_page
    from docs_generator.pages import pages

    if arguments:
        _write(FILE, command_line_page(record=True))
        return 0

    for path, text in pages():
        _write(ROOT / "docs" / path, text)
    return 0


def _record(page: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="tutorial-") as home:
        return recorded(page, Reader(Path(home)), [*blocks_of(page)])


def _write(file: Path, text: str) -> None:
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
