"""The pytest plugin: the fixtures `twin` and `golden`, the option `--update-golden`, the setting `twinstack_product`.

Everything is imported when a fixture is first used, so that a session without them pays nothing. Both halves are made on the
native engine, and where that does not do something the session begins again on node (tests_again).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest

from twinstack.testing import tests_again

if TYPE_CHECKING:
    from pathlib import Path

    from twinstack.product import Product
    from twinstack.testing.golden import Golden
    from twinstack.testing.twin import Twins

_UPDATED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update-golden`, and the setting `twinstack_product`."""
    parser.getgroup("twinstack").addoption(
        "--update-golden", action="store_true", help="write the reviewed files of the `golden` fixture anew"
    )
    tests_again.own()
    parser.addini(
        SETTING, "the folder of the product that the tests are about, seen from this file; theirs, unless it is said"
    )


@pytest.fixture(scope="session")
def twin(request: pytest.FixtureRequest) -> Twins:
    """An environment of the product with its outputs: `twin("prod", {"database.multi_az": False})`.

    The product is the one that `[tool.twinstack]` names in the folder of `twinstack_product`, in that of the tests or
    above it, else in the current folder. Both halves of every environment are made in one kernel, which starts with the
    first half that is asked for.
    """
    from twinstack.testing.twin import Twins

    return Twins(lambda: _find_product(request.session))


@pytest.fixture(scope="session", autouse=True)
def _engine(pytestconfig: pytest.Config) -> None:
    """Starts the engine on the bindings of the product that is named: a process has one engine, and that fits it all."""
    if folder := _named_folder(pytestconfig):
        from twinstack.bindings import activate
        from twinstack.cli.project import find_reference

        activate(find_reference(folder)[1])


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares files with reviewed ones in a folder beside the test: `golden("golden/prod", twin("prod").files)`."""
    from twinstack.testing.golden import Golden

    updated = request.config.stash.setdefault(_UPDATED, [])
    return Golden(request.path, update=bool(request.config.getoption("--update-golden")), updated=updated)


def pytest_configure(config: pytest.Config) -> None:
    """Looks after the engine that the tests are on."""
    config.pluginmanager.register(tests_again.Again(), "twinstack-again")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says what `--update-golden` has changed."""
    if config.getoption("--update-golden"):
        updated = config.stash.get(_UPDATED, [])
        terminalreporter.section("golden files")
        for line in updated or ["nothing changed"]:
            terminalreporter.write_line(line)


def _named_folder(config: pytest.Config) -> Path | None:
    """The folder that `twinstack_product` names."""
    named = str(config.getini(SETTING))
    return (config.inipath.parent if config.inipath else config.rootpath) / named if named else None


def _find_product(session: pytest.Session) -> Product[Any]:
    """Raises UsageError where no product is named, and for the tests of several, which need one process each."""
    from twinstack.cli.project import find_product, find_reference, load_product
    from twinstack.errors import UsageError

    if folder := _named_folder(session.config):
        return find_product(folder)
    found: dict[Path, str] = {}
    for start in dict.fromkeys(
        item.path.parent for item in session.items if "twin" in getattr(item, "fixturenames", ())
    ):
        with suppress(UsageError):
            reference, folder = find_reference(start)
            found[folder] = reference
    if len(found) > 1:
        raise UsageError(
            f"these are tests of {len(found)} products, in {', '.join(map(str, found))}: run pytest for each, or name one "
            f"with `{SETTING}` in pytest's settings"
        )
    for folder, reference in found.items():
        return load_product(reference, folder)
    return find_product(session.config.invocation_params.dir)


SETTING: Final = "twinstack_product"
