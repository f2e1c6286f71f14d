"""The pytest plugin, as a session of another project sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.starting.lent import Lend

GOLDEN = """\
def test_it(golden):
    golden("golden", {"a.txt": "new\\n"})
"""
PRODUCT = """\
[tool.twinstack]
product = "shop:product"
"""
SHOP = """\
from twinstack import Product
from twinstack.environment import Environment
from twinstack.settings import SettingsSpec


class Shop(Environment):
    settings: SettingsSpec


product = Product(environment=Shop)
"""
BASE = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
settings:
  variables: {LOG_LEVEL: info}
"""
TWIN = """\
import pytest
from twinstack.errors import UsageError


def test_twin(twin):
    assert twin("live", {"settings.variables.LOG_LEVEL": "debug"}).environment.settings.variables["LOG_LEVEL"] == "debug"
    assert "LOG_LEVEL=info" in twin("live").local[".env.example"]


def test_a_half_that_there_is_not(twin):
    assert twin("live").files == {}
    with pytest.raises(UsageError, match="names no infrastructure half"):
        twin("live").infrastructure
"""
LEVEL = """\
def test_level(twin):
    assert twin("live").environment.settings.variables["LOG_LEVEL"] == "own"
"""


def write_product(folder: Path, level: str = "info") -> None:
    files = {
        "pyproject.toml": PRODUCT,
        "shop.py": SHOP,
        "environments/base.yaml": BASE,
        "environments/live.yaml": "{}\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("LOG_LEVEL: info", f"LOG_LEVEL: {level}"))


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False)


def test_it_is_registered_by_installing_the_library() -> None:
    found = {one.name: one.value for one in entry_points(group="pytest11") if one.dist and one.dist.name == "twinstack"}
    assert found == {"twinstack": "twinstack.testing.plugin"}


def test_a_session_without_a_product_runs_and_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\n\ndef test_it():\n"
        "    assert 'twinstack.testing.plugin' in sys.modules\n"
        "    assert not {'pydantic', 'yaml', 'jsii', 'twinstack.testing.twin'} & set(sys.modules)\n"
    )
    done = run(tmp_path)
    assert "1 passed" in done.stdout, done.stdout


def test_a_test_that_wants_a_product_where_there_is_none_is_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(twin):\n    twin('prod')\n")
    done = run(tmp_path)
    assert "1 failed" in done.stdout
    assert 'write `product = "stacks:product"` under `[tool.twinstack]` in pyproject.toml' in done.stdout


@pytest.mark.parametrize("inside", [".", "tests"])
def test_the_product_is_found_from_its_folder_and_from_below(tmp_path: Path, inside: str) -> None:
    write_product(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(TWIN)
    done = run(tmp_path / inside)
    assert "2 passed" in done.stdout, done.stdout
    assert not (tmp_path / "imports").exists(), "no half was made, so no engine was needed"


def test_the_product_is_that_of_the_tests_and_not_of_where_pytest_is_called(tmp_path: Path) -> None:
    write_product(tmp_path)
    write_product(tmp_path / "other", "own")
    (tmp_path / "other" / "tests").mkdir()
    (tmp_path / "other" / "tests" / "test_level.py").write_text(LEVEL)
    done = run(tmp_path, "other/tests")
    assert "1 passed" in done.stdout, done.stdout


def test_the_tests_of_two_products_are_not_run_as_one(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_product(tmp_path / name)
        (tmp_path / name / f"test_{name}.py").write_text(TWIN)
    done = run(tmp_path)
    assert (
        f"these are tests of 2 products, in {tmp_path / 'one'}, {tmp_path / 'other'}: run pytest for each"
        in done.stdout
    )


def test_a_package_names_the_product_that_its_tests_use(tmp_path: Path, lend_bindings: Lend) -> None:
    write_product(tmp_path / "shop", "own")
    lend_bindings(tmp_path / "shop")
    package = tmp_path / "package"
    (package / "tests").mkdir(parents=True)
    (package / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntwinstack_product = "../shop"\n')
    (package / "tests" / "test_level.py").write_text(LEVEL)
    (package / "tests" / "test_engine.py").write_text(
        "def test_engine():\n    import cdktf\n\n    assert '/shop/imports/' in cdktf.__file__\n"
    )
    for folder, arguments in ((package, ()), (tmp_path, ("package",))):
        done = run(folder, *arguments, TWINSTACK_BINDINGS="node")
        assert "2 passed" in done.stdout, done.stdout


def test_golden_files_fail_until_they_are_updated(tmp_path: Path) -> None:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "a.txt").write_text("old\n")
    (tmp_path / "test_it.py").write_text(GOLDEN)
    failed = run(tmp_path)
    assert "1 failed" in failed.stdout
    assert "-old" in failed.stdout
    assert "pytest --update-golden" in failed.stdout
    updated = run(tmp_path, "--update-golden")
    assert "1 passed" in updated.stdout
    assert f"written {tmp_path / 'golden' / 'a.txt'}" in updated.stdout
    assert "nothing changed" in run(tmp_path, "--update-golden").stdout
