"""Where only the layers were others, the program that runs makes their outputs: the same as its own revision would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes.test_former import at, git  # noqa: F401  the product in a repository
from twinstack import Product
from twinstack.changes.again import former_layers_alone, made_again
from twinstack.changes.former import former
from twinstack.changes.revision import Repository
from twinstack.environment.spec import Half


def is_alone(product: Product[Any], commit: str = "HEAD", environment: str = "test") -> bool:
    repository = Repository.of(product.root)
    with former_layers_alone(repository, repository.commit(commit), commit, environment) as found:
        return found is not None


@pytest.mark.parametrize(
    ("file", "alone"),
    [
        ("services/reports/environments/test.yaml", True),
        ("services/reports/environments/base.schema.json", True),
        ("services/reports/tests/test_it.py", True),
        (".github/workflows/x.yml", True),
        ("services/reports/environments/inner/terms.txt", False),
        ("services/reports/more.py", False),
        ("services/reports/terms.md", False),  # a workload may mount it
        ("services/other/environments/base.yaml", False),
        ("shared/library.py", False),
    ],
)
def test_any_other_file_that_differs_may_have_changed_the_program(at: Product[Any], file: str, alone: bool) -> None:  # noqa: F811
    assert is_alone(at)
    path = Repository.of(at.root).top / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{path.read_text() if path.exists() else ''}\n")
    assert is_alone(at) is alone
    git(at.root, "add", "-A", ".", ":/")
    git(at.root, "commit", "-qm", "three")
    assert is_alone(at), "nothing differs from what is committed now"
    assert is_alone(at, "HEAD~1") is alone


def test_an_environment_that_was_not_there_is_left_to_who_says_so(at: Product[Any]) -> None:  # noqa: F811
    assert not is_alone(at, "v1", "live")
    assert is_alone(at, "v1", "test")


def test_it_makes_what_the_revision_itself_makes(at: Product[Any], lend_bindings: Callable[[Path], None]) -> None:  # noqa: F811
    lend_bindings(at.root)
    layer = at.root / "environments" / "live.yaml"
    layer.write_text(layer.read_text().replace("storage_gib: 100", "storage_gib: 200"))
    repository = Repository.of(at.root)
    commit = repository.commit("HEAD")
    with (
        former_layers_alone(repository, commit, "HEAD", "live") as layers,
        former(at, "live", "HEAD", version="3.0.0") as expected,
    ):
        assert layers is not None
        with made_again(at, "live", layers, halves=tuple(Half), version="3.0.0") as made:
            assert made.stack == expected.stack
            assert made.manifests == expected.manifests
            assert made.stack["resource"]["aws_db_instance"]["database"]["allocated_storage"] == 100
            assert (made.root, made.commit) == (layers.root, commit)
