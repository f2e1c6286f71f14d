"""A product's tests are on the native engine, and begin again on node by themselves where it does not do something."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bindings.test_choice import NEEDS_NODE, Folder
from tests.starting.lent import Lend

RUNS = """
import pathlib, sys

import constructs

def ran(what):
    engine = "node" if "imports" in constructs.__file__ else "native"
    with pathlib.Path("runs").open("a") as runs:
        runs.write(f"{what}-{engine} ")
"""
CONFTEST = """
from pathlib import Path

import pytest
from twinstack.bindings import activate

activate(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def held():
    from tests.runs import ran

    yield
    ran("put-away")
"""
FIRST = """
from tests.runs import ran


def test_before(held):
    ran("before")


def test_both_halves(twin):
    assert any(name.endswith("tf.json") for name in twin("dev").files)


def test_after():
    ran("after")
"""
IN_A_TEST = """
import cdktf
import pytest


def test_what_is_caught():
    with pytest.raises(Exception) if "imports" not in cdktf.__file__ else __import__("contextlib").nullcontext():
        cdktf.TerraformIterator
"""


class ProductWithTests(Folder):
    """A product with tests."""

    def __init__(self, path: Path, text: str = FIRST, conftest: str = CONFTEST) -> None:
        super().__init__(path)
        for name, content in (("conftest", conftest), ("test_first", text), ("runs", RUNS), ("__init__", "")):
            (path / "tests" / f"{name}.py").parent.mkdir(exist_ok=True)
            (path / "tests" / f"{name}.py").write_text(content, encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = arguments or ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_first.py")
        return super().run(*command, XDG_CACHE_HOME=str(self.path / "cache"), **variables)


AGAIN = "the native engine does not do cdktf.TerraformIterator, "


def test_tests_that_need_no_node_start_none(tmp_path: Path) -> None:
    done = ProductWithTests(tmp_path).run(JSII_NODE="/no/such/node")
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "runs").read_text() == "before-native after-native put-away-native "
    assert not (tmp_path / "imports").exists()


@pytest.mark.parametrize("workers", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)])
def test_tests_that_need_node_begin_again_on_it(tmp_path: Path, lend_bindings: Lend, workers: list[str]) -> None:
    product = ProductWithTests(tmp_path)
    lend_bindings(tmp_path)
    product.file.write_text(product.text + NEEDS_NODE, encoding="utf-8")
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, "tests/test_first.py")
    first = product.run(*command)
    line = product.file.read_text(encoding="utf-8").split("\n").index(NEEDS_NODE.split("\n")[2]) + 1
    assert first.returncode == 0, first.stdout + first.stderr
    assert "3 passed" in first.stdout
    assert f"{AGAIN}stacks/infrastructure.py:{line}: the tests begin again on node\n" in first.stderr
    assert "Traceback" not in first.stdout + first.stderr and "UnsupportedError" not in first.stdout
    runs = set(product.runs)
    assert {"put-away-native", "before-node", "after-node", "put-away-node"} <= runs, "what was held is put away first"
    if not workers:
        assert "after-native" not in runs, "and nothing more was begun"

    second = product.run(*command)  # what is noted is known
    assert second.returncode == 0
    assert AGAIN not in second.stderr
    assert {one.rpartition("-")[2] for one in product.runs} == {"node"}


@pytest.mark.parametrize(
    ("text", "conftest"),
    [
        (IN_A_TEST, CONFTEST),
        ("import cdktf\n\ncdktf.TerraformIterator\n" + FIRST, CONFTEST),
        (FIRST, CONFTEST + "\nimport cdktf\n\ncdktf.TerraformIterator\n"),
    ],
    ids=["caught", "collected", "conftest"],
)
def test_so_they_do_wherever_it_was_asked_for(tmp_path: Path, lend_bindings: Lend, text: str, conftest: str) -> None:
    product = ProductWithTests(tmp_path, text, conftest)
    lend_bindings(tmp_path)
    done = product.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{AGAIN}tests/" in done.stderr
    assert AGAIN not in product.run().stderr
    # It is the tests that need node, and not the product.
    assert "engine               native" in Folder.run(product, "-m", "twinstack", "--version").stdout


def test_a_process_that_is_not_pytests_own_is_on_node(tmp_path: Path, lend_bindings: Lend) -> None:
    product = ProductWithTests(tmp_path)
    lend_bindings(tmp_path)
    done = product.run(
        "-c", "import pytest; raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests/test_first.py']))"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(product.runs) == {"before-node", "after-node", "put-away-node"}


def test_tests_that_are_held_on_the_native_engine_fail(tmp_path: Path) -> None:
    product = ProductWithTests(tmp_path, IN_A_TEST.replace("pytest.raises(Exception)", "pytest.raises(KeyError)"))
    done = product.run(TWINSTACK_BINDINGS="native")
    assert done.returncode == 1
    assert "error TW507: the native engine does not do this" in done.stdout
