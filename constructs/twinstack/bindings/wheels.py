"""The installed wheels of the engines' bindings, and the archive in each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from twinstack.errors import BindingsError, MissingToolError


def installed() -> dict[str, Path]:
    """Where the bindings packages are installed, each after what it needs: not `imports/`, though it stands first.

    A product that makes one half has those of one alone. Raises MissingToolError where there is not even one.
    """
    found: dict[str, Path] = {}
    for name in PACKAGES:
        for base in sys.path:
            package = Path(base, name)
            if (package / "_jsii").is_dir() and not (package.parent / STAMP).is_file():
                found[name] = package
                break
    if len(found) < 2:
        missing = next(name for name in PACKAGES if name not in found)
        raise MissingToolError(f'{missing} is not installed: pip install "twinstack[aws,kubernetes]"')
    return found


def archives() -> dict[str, Path]:
    """The archive of each installed wheel, each after what it needs.

    Raises MissingToolError where a wheel is not installed, BindingsError where one is not as expected.
    """
    return {name: archive(package) for name, package in installed().items()}


def archive(package: Path) -> Path:
    """The jsii assembly inside a bindings package. Raises BindingsError where there is none."""
    found = sorted((package / "_jsii").glob("*.tgz"))
    if len(found) != 1:
        raise BindingsError(
            f"{package.name} holds {len(found)} jsii assemblies where one is expected: install it again"
        )
    return found[0]


PROVIDER: Final = "cdktf_cdktf_provider_aws"
KUBERNETES: Final = "cdk8s_plus_27"
PACKAGES: Final = ("constructs", "cdktf", PROVIDER, "cdk8s", KUBERNETES)
"""The bindings packages, each after what it needs."""
STAMP: Final = "stamp.json"
"""The file by which `imports/` is known."""
