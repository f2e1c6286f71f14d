"""Every dependency has its reason in docs/dependencies.md, every lock file knows them all, and none names a host."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

REPOSITORY: Final = Path(__file__).parents[1]
DOCUMENT: Final = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
PIPFILE: Final = tomllib.loads((REPOSITORY / "Pipfile").read_text(encoding="utf-8"))
PIPFILE_LOCK: Final = json.loads((REPOSITORY / "Pipfile.lock").read_text(encoding="utf-8"))
PROJECT: Final = tomllib.loads((REPOSITORY / "constructs" / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE: Final = json.loads((REPOSITORY / "package.json").read_text(encoding="utf-8"))
PACKAGE_LOCK: Final = json.loads((REPOSITORY / "package-lock.json").read_text(encoding="utf-8"))
OWN: Final = {"twinstack", "acme-cron", "acme-queue"}


def names(requirements: list[str]) -> set[str]:
    """`cdktf==0.21.0` is `cdktf`."""
    return {re.split(r"[^A-Za-z0-9._-]", requirement)[0] for requirement in requirements}


def of_the_library() -> set[str]:
    project = PROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    return names([*project["dependencies"], *extras])


def of_the_checks() -> set[str]:
    lines = (REPOSITORY / "requirements-check.txt").read_text(encoding="utf-8").splitlines()
    return names([line for line in lines if line and not line.startswith("#")])


def replaced(override: str) -> str:
    """`npm:@lydell/node-pty@1.1.0` is `@lydell/node-pty`."""
    return override.removeprefix("npm:").rpartition("@")[0]


def keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
        for inner in data.values():
            yield from keys(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from keys(inner)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("constructs/pyproject.toml", of_the_library() | names(PROJECT["build-system"]["requires"])),
        ("Pipfile", ({*PIPFILE["packages"]} | {*PIPFILE["dev-packages"]}) - OWN),
        ("package.json", {*PACKAGE["dependencies"]} | {replaced(each) for each in PACKAGE["overrides"].values()}),
        ("requirements-check.txt", of_the_checks()),
    ],
)
def test_every_dependency_has_its_reason(file: str, wanted: set[str]) -> None:
    assert wanted, f"nothing is read from {file}"
    # A row begins with the names, or with what the package is for; a sentence may give the reason as well.
    unexplained = {name for name in wanted if not re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w-])", DOCUMENT)}
    assert unexplained == set(), f"in {file}, and not in docs/dependencies.md"


def test_every_documented_dependency_is_one() -> None:
    installed, _, _ = DOCUMENT.partition("## Found on the path")
    cells = [row.split("|") for row in installed.splitlines() if row.startswith("| ")]
    documented = {name for _, *columns, _reason, _ in cells for name in columns[-1].strip().split(", ")} - {"package"}
    known = of_the_library() | names(PROJECT["build-system"]["requires"]) | {*PIPFILE["dev-packages"]}
    known |= {*PACKAGE["dependencies"]} | {replaced(each) for each in PACKAGE["overrides"].values()}
    assert documented - known == set(), "in docs/dependencies.md, and depended on by nothing"


def test_the_lock_knows_every_dependency_of_the_library() -> None:
    # `pipenv verify` compares the Pipfile alone: what the library's own file asks for, it does not notice.
    apart = {"checkov"}  # in requirements-check.txt: it holds back versions of what the project itself uses
    assert of_the_library() - {*PIPFILE_LOCK["default"]} == apart, "missing in Pipfile.lock: make lock"


def test_the_lock_has_every_extra_that_the_project_asks_for() -> None:
    asked = set(PIPFILE["packages"]["twinstack"]["extras"])
    assert asked == set(PROJECT["project"]["optional-dependencies"]) - {"check"}
    assert asked == set(PIPFILE_LOCK["default"]["twinstack"]["extras"])


def test_the_python_lock_names_no_host() -> None:
    assert PIPFILE_LOCK["_meta"]["sources"] == []
    packages = {**PIPFILE_LOCK["default"], **PIPFILE_LOCK["develop"]}
    assert [name for name, entry in packages.items() if "index" in entry] == []
    assert "://" not in json.dumps(PIPFILE_LOCK)


def test_the_node_lock_names_no_host() -> None:
    assert "resolved" not in set(keys(PACKAGE_LOCK["packages"]))


def test_everything_in_the_locks_is_held_by_a_hash() -> None:
    packages = {**PIPFILE_LOCK["default"], **PIPFILE_LOCK["develop"]}
    assert [name for name, entry in packages.items() if not entry.get("hashes") and name not in OWN] == []
    # A bundled module lies in the archive of another, and is held by its hash.
    modules = {name: entry for name, entry in PACKAGE_LOCK["packages"].items() if name and not entry.get("inBundle")}
    assert [name for name, entry in modules.items() if "integrity" not in entry] == []
