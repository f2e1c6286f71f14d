"""docs/performance.md: each part of the benchmark writes its own section, and leaves the others as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"


def write(part: str, text: str, page: Path = PAGE) -> None:
    """Writes a part's section anew, at the end where it had none. Raises ValueError where its marks are broken."""
    begin, end = f"<!-- {part}: written by `make bench` -->", f"<!-- end of {part} -->"
    section = f"{begin}\n\n{text.strip()}\n\n{end}\n"
    before = page.read_text("utf-8") if page.is_file() else _HEAD
    if begin not in before:
        page.write_text(f"{before.rstrip()}\n\n{section}", "utf-8")
        return
    head, _, rest = before.partition(begin)
    _, found, tail = rest.partition(end + "\n")
    if not found:
        raise ValueError(f"{page} has no line {end}: take out what `make bench` wrote, and run it again")
    page.write_text(f"{head}{section}{tail}", "utf-8")


_HEAD: Final = """# How fast, and why

The figures are ratios within one run on one machine, so that another machine should find the same ratios though not the
same seconds.
"""
