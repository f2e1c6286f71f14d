"""The installed wheels of the engines' bindings, and the archive in each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from twinstack.errors import BindingsError, MissingToolError


def installed() -> dict[str, Path]:
    """Where the bindings packages are installed, each after what it needs: not `imports/`, though it stands first."""
    found: dict[str, Path] = {}
    for name in PACKAGES:
        for base in sys.path:
            package = Path(base, name)
            if (package / "_jsii").is_dir() and not (package.parent / STAMP).is_file():
                found[name] = package
                break
    return found


def required() -> dict[str, Path]:
    """The same for node, which needs them all. Raises MissingToolError where one is not installed."""
    found = installed()
    for name in PACKAGES:
        if name not in found:
            raise MissingToolError(f'{name} is not installed: pip install "twinstack[node]"')
    return found


def archives() -> dict[str, Path]:
    """The archive of each installed wheel, each after what it needs. Raises BindingsError where one is not as expected."""
    return {name: archive(package) for name, package in installed().items()}


def archive(package: Path) -> Path:
    """The jsii assembly inside a bindings package. Raises BindingsError where there is none."""
    found = sorted((package / "_jsii").glob("*.tgz"))
    if len(found) != 1:
        raise BindingsError(
            f"{package.name} holds {len(found)} jsii assemblies where one is expected: install it again"
        )
    return found[0]


def members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of a package in its wheel's archive, in one pass."""
    import tarfile

    with tarfile.open(archive, "r|gz") as packed:
        for member in packed:
            content = packed.extractfile(member)
            if content is not None:
                yield member.name.removeprefix("package/"), content


PROVIDER: Final = "cdktf_cdktf_provider_aws"
KUBERNETES: Final = "cdk8s_plus_27"
PACKAGES: Final = ("constructs", "cdktf", PROVIDER, "cdk8s", KUBERNETES)
"""The bindings packages, each after what it needs."""
STAMP: Final = "stamp.json"
"""The file by which `imports/` is known."""
