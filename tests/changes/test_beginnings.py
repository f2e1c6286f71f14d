"""What two outputs were made of: read out of Git without a work tree, and compared with what there is now."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.shop import BASE, Shop
from twinstack import Product
from twinstack.changes.beginnings import causes_between
from twinstack.changes.causes import PROGRAM, Causes
from twinstack.changes.difference import Cause
from twinstack.changes.former import Outputs
from twinstack.changes.revision import Repository
from twinstack.errors import Location


class Placed(Product[Any]):
    """The shop in a folder of the test's."""

    root = Path()


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    variables = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=variables).stdout.strip()


@pytest.fixture
def product(tmp_path: Path) -> Product[Any]:
    """The shop, one folder down in a repository with one commit."""
    root = tmp_path / "shop"
    (root / "environments").mkdir(parents=True)
    (root / "environments" / "base.yaml").write_text(BASE)
    (root / "environments" / "live.yaml").write_text("database: {storage_gib: 100}\n")
    (root / "stacks.py").write_text("")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    placed = Placed(Shop)
    object.__setattr__(placed, "root", root)
    return placed


def found(product: Product[Any]) -> Causes:
    repository = Repository.of(product.root)
    commit = repository.commit("main")
    with repository.layers(commit) as root:
        return causes_between(
            product, product.load_with_provenance("live"), Outputs("main", {}, [], root=root, commit=commit)
        )


def test_the_layers_of_a_commit_are_compared_with_those_that_lie_there(product: Product[Any]) -> None:
    assert found(product).edits == ()
    (product.root / "environments" / "live.yaml").write_text("\ndatabase: {storage_gib: 200}\n")
    (edit,) = found(product).edits
    assert (edit.dotted, edit.before, edit.after) == ("database.storage_gib", 100, 200)
    assert edit.location == Location("environments/live.yaml", 2)


def test_the_program_is_a_cause_only_where_it_differs(product: Product[Any]) -> None:
    assert found(product).other is None
    (product.root / "tests").mkdir()
    (product.root / "tests" / "test_it.py").write_text("")
    (product.root / "README.md").write_text("")
    assert found(product).other is None
    (product.root / "stacks.py").write_text("A = 1\n")
    assert found(product).other == Cause("", Location("stacks.py"), PROGRAM)
    (product.root / "more.py").write_text("")
    assert found(product).other == Cause("", None, PROGRAM)


def test_layers_that_cannot_be_read_or_are_not_known_tell_of_every_line(product: Product[Any]) -> None:
    today = product.load_with_provenance("live")
    unknown = causes_between(product, today, Outputs("kept", {}, []))
    assert unknown.is_first
    assert {edit.dotted for edit in unknown.edits} > {"region", "database.storage_gib", "web.scale.min"}
    (product.root / "environments" / "live.yaml").write_text("[")
    assert causes_between(product, today, Outputs("broken", {}, [], root=product.root)).is_first
