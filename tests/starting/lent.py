"""Bindings lent to a new product: building them takes seconds, and those of all new products are nearly always the same.

It is a loan and no more: the program that then runs looks whether they fit, and builds its own where they do not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.once import once
from twinstack.bindings.overlay import (
    FOLDER,
    _identity,
    _is_same,
    _wanted,
    ensure,
    read_stamp,
    write_stamp,
)
from twinstack.bindings.wheels import installed

Lend = Callable[[Path], None]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lend_bindings(tmp_path_factory: pytest.TempPathFactory) -> Lend:
    """Puts into the folder of a product the bindings that it will use, built once for all that use the same."""

    def lend(product: Path) -> None:
        packages = installed()
        wheels = {name: _identity(package) for name, package in packages.items()}
        _, wanted = _wanted(product, packages, wheels, ())
        same = {key: value for key, value in wanted.items() if key not in {"contents", "fingerprint", "packages"}}
        name = f"bindings-{hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:16]}"

        def make(store: Path) -> None:
            here = ROOT
            if not _is_same(read_stamp(here / FOLDER), wanted):
                ensure(product)
                here = product
            shutil.copytree(here / FOLDER, store / FOLDER)

        lent = once(tmp_path_factory, name, make) / FOLDER
        if not (product / FOLDER).exists():
            shutil.copytree(lent, product / FOLDER)
            stamp = read_stamp(lent)
            for load in stamp["loads"]:
                *_, folder, package, assembly, file = Path(load["tarball"]).parts
                if folder == FOLDER:
                    load["tarball"] = str(product / FOLDER / package / assembly / file)
            write_stamp(product / FOLDER, stamp)

    return lend
