"""The pytest plugin: the fixtures `twin` and `golden`, and the option `--update-golden`.

Everything is imported when a fixture is first used, so that a session without them pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from twinstack.product import Product
    from twinstack.testing.golden import Golden
    from twinstack.testing.twin import Twins

_UPDATED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update-golden`."""
    parser.getgroup("twinstack").addoption(
        "--update-golden", action="store_true", help="write the reviewed files of the `golden` fixture anew"
    )


@pytest.fixture(scope="session")
def twin(pytestconfig: pytest.Config) -> Twins:
    """An environment of the product with its outputs: `twin("prod", {"database.multi_az": False})`.

    The product is the one that `[tool.twinstack]` names in the current folder or above it, else in pytest's root.
    Both halves of every environment are made in one kernel, which starts with the first half that is asked for.
    """
    from twinstack.testing.twin import Twins

    return Twins(lambda: _find_product(pytestconfig.invocation_params.dir, pytestconfig.rootpath))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares files with reviewed ones in a folder beside the test: `golden("golden/prod", twin("prod").files)`."""
    from twinstack.testing.golden import Golden

    updated = request.config.stash.setdefault(_UPDATED, [])
    return Golden(request.path, update=bool(request.config.getoption("--update-golden")), updated=updated)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says what `--update-golden` has changed."""
    if config.getoption("--update-golden"):
        updated = config.stash.get(_UPDATED, [])
        terminalreporter.section("golden files")
        for line in updated or ["nothing changed"]:
            terminalreporter.write_line(line)


def _find_product(invoked: Path, root: Path) -> Product[Any]:
    from twinstack.cli.project import find_product
    from twinstack.errors import UsageError

    try:
        return find_product(invoked)
    except UsageError:
        return find_product(root)
