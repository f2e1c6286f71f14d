"""Compares what is made with a folder of reviewed files, and replaces them when asked to."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Final

from twinstack.errors import UsageError
from twinstack.fresh_file import replace_file


class Golden:
    """Compares files with the reviewed ones: `golden("golden/prod", twin("prod").files)`.

    A relative folder is one beside the test. With `pytest --update-golden` the folder is written anew instead; the
    change is then reviewed in Git.
    """

    def __init__(self, test: Path, *, update: bool, updated: list[str]) -> None:
        self._test = test
        self._update = update
        self._updated = updated

    def __call__(self, folder: str | Path, made: Mapping[str, str] | Mapping[PurePath, str]) -> None:
        """Raises AssertionError with everything that is missing, additional or different.

        Raises UsageError for nothing made, which would pass against an empty folder, and for a folder with the test in
        it, whose other files an update would remove.
        """
        __tracebackhide__ = True
        target = self._test.parent / folder
        fresh = {str(name): text for name, text in made.items()}
        if not fresh:
            raise UsageError(f"nothing is made for {folder}: an empty mapping is compared with nothing")
        if target.resolve() in self._test.resolve().parents:
            raise UsageError(f"{folder} holds the test itself: give the reviewed files a folder of their own")
        reviewed = _contents(target)
        if self._update:
            self._updated += _replace(target, reviewed, fresh)
            return
        report = list(_differences(reviewed, fresh))
        if report:
            raise AssertionError("\n".join([f"{folder} is not what was reviewed", *report, f"  {ADVICE}"]))


def _contents(folder: Path) -> dict[str, str]:
    """Every file under a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _differences(reviewed: Mapping[str, str], fresh: Mapping[str, str]) -> Iterator[str]:
    for title, names in (
        ("missing (reviewed, but not made)", sorted(reviewed.keys() - fresh.keys())),
        ("additional (made, but not reviewed)", sorted(fresh.keys() - reviewed.keys())),
    ):
        if names:
            yield f"  {title}: {', '.join(names)}"
    changed = [name for name in sorted(fresh.keys() & reviewed.keys()) if fresh[name] != reviewed[name]]
    if changed:
        yield f"  different: {', '.join(changed)}"
    lines = [line for name in changed for line in _diff(name, reviewed[name], fresh[name])]
    yield from lines[:LONGEST_DIFF]
    if len(lines) > LONGEST_DIFF:
        yield f"… and {len(lines) - LONGEST_DIFF} more lines"


def _diff(name: str, reviewed: str, fresh: str) -> Iterator[str]:
    lines = list(
        difflib.unified_diff(
            reviewed.splitlines(), fresh.splitlines(), f"reviewed/{name}", f"made/{name}", lineterm="", n=1
        )
    )
    return iter(lines or [f"{name}: only the ends of its lines, or its last line's, differ"])


def _replace(folder: Path, reviewed: Mapping[str, str], fresh: Mapping[str, str]) -> Iterator[str]:
    """Writes what differs and removes what is not made any more; says what it did."""
    for name, text in fresh.items():
        if reviewed.get(name) != text:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, text)
            yield f"written {target}"
    for name in sorted(reviewed.keys() - fresh.keys()):
        (folder / name).unlink()
        yield f"removed {folder / name}"


LONGEST_DIFF: Final = 120
"""Lines of difference that a failure shows; the rest is for `--update-golden` and Git."""
ADVICE: Final = "if the change is right: pytest --update-golden, and review it in Git"
