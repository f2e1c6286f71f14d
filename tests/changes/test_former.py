"""What a change is compared with: found by what it is called, and refused in words that help."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from twinstack import Product
from twinstack.changes.former import former
from twinstack.cli.project import load_product
from twinstack.delivery.manifest import Manifest
from twinstack.delivery.record import Status
from twinstack.delivery.release import ClusterIdentity, Release
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Problem

EXAMPLE = Path(__file__).parents[2] / "examples" / "reports"
STACK = "reports-test"
OBJECT = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "reports"}}


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    variables = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=variables).stdout.strip()


def written(folder: Path, stack: str = STACK) -> Path:
    """Outputs as `twinstack synth` writes them, as small as they get."""
    (folder / "cdktf.out" / "stacks" / stack).mkdir(parents=True)
    (folder / "cdktf.out" / "stacks" / stack / "cdk.tf.json").write_text('{"resource": {"aws_vpc": {"main": {}}}}')
    (folder / "dist" / stack).mkdir(parents=True)
    (folder / "dist" / stack / "00-namespace.k8s.yaml").write_text(json.dumps(OBJECT))
    return folder


class Placed(Product[Any]):
    """The product of the examples, in another folder: nothing is imported to find out what something former is."""

    root = Path()


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product[Any]:
    """The product two folders down in a repository with two commits, of which the first has one environment less."""
    root = tmp_path / "repository" / "services" / "reports"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("imports", ".*", "cdktf.out", "dist", "__pycache__"))
    top = tmp_path / "repository"
    (top / ".gitignore").write_text("imports/\n.imports*\ncdktf.out/\ndist/\n__pycache__/\n")
    git(top, "init", "-q", "-b", "main")
    live = root / "environments" / "live.yaml"
    kept = live.read_text()
    live.unlink()
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    git(top, "tag", "v1")
    live.write_text(kept)
    git(top, "add", ".")
    git(top, "commit", "-qm", "two")
    monkeypatch.syspath_prepend(EXAMPLE)
    reports = load_product("reports:product", EXAMPLE)
    placed = Placed(reports.environment, reports.infrastructure, reports.workloads)
    object.__setattr__(placed, "root", root)
    return placed


def refused(product: Product[Any], environment: str, against: str, **options: Any) -> Problem:
    with pytest.raises(ConfigurationError) as caught, former(product, environment, against, **options):
        pass
    (problem,) = caught.value.problems
    return problem


def test_nothing_is_a_first_release(at: Product[Any]) -> None:
    with former(at, "test", "nothing") as found:
        assert (found.stack, found.manifests, found.folder) == ({}, [], None)


def test_a_folder_of_outputs(at: Product[Any], tmp_path: Path) -> None:
    with former(at, "test", str(written(tmp_path / "kept"))) as found:
        assert found.stack == {"resource": {"aws_vpc": {"main": {}}}}
        assert found.manifests == [OBJECT]
        assert found.folder == tmp_path / "kept" / "cdktf.out" / "stacks" / STACK


def test_a_checkout_with_its_outputs_has_its_layers_too(at: Product[Any], tmp_path: Path) -> None:
    shutil.copytree(at.root / "environments", written(tmp_path / "old") / "environments")
    with former(at, "test", str(tmp_path / "old")) as found:
        assert found.root == tmp_path / "old"


def release(folder: Path, *halves: str, environment: str = "test") -> Path:
    """A release as `twinstack plan --out` leaves it."""
    place = written(folder / "made")
    for half, made in (("infrastructure", "cdktf.out/stacks"), ("workloads", "dist")):
        if half in halves:
            shutil.copytree(place / made / STACK, folder / half)
    shutil.rmtree(place)
    identity = ClusterIdentity("platform", "eu-central-1", "222233334444", "")
    Release(
        "reports", environment, "1.2.3", STACK, "222233334444", "eu-central-1", "reports", identity, halves, False,
        600, 0, 10, {}, "", False, "somebody", "2026-11-28T22:15:00Z",
    ).write(folder)  # fmt: skip
    return folder


def test_the_folder_of_a_release(at: Product[Any], tmp_path: Path) -> None:
    with former(at, "test", str(release(tmp_path / "release", "infrastructure", "workloads"))) as found:
        assert found.label == f"release 1.2.3 ({tmp_path / 'release'})"
        assert found.manifests == [OBJECT]
        assert found.stack


def test_half_a_release_is_not_taken_for_a_whole_one(at: Product[Any], tmp_path: Path) -> None:
    folder = release(tmp_path / "release", "infrastructure")
    problem = refused(at, "test", str(folder))
    assert (problem.code, problem.given, problem.allowed) == ("TW387", "no workloads", "there is infrastructure")
    with former(at, "test", str(folder), halves=(Half.INFRASTRUCTURE,)) as found:
        assert found.stack
        assert found.manifests == []
    assert refused(at, "live", str(folder)).given == "a release of test"


def test_a_folder_without_outputs_names_the_stacks_that_it_has(at: Product[Any], tmp_path: Path) -> None:
    problem = refused(at, "test", str(written(tmp_path / "kept", "reports-live")))
    assert (problem.code, problem.given, problem.allowed) == ("TW387", "no infrastructure", "there is reports-live")
    (tmp_path / "kept" / "cdktf.out" / "stacks" / "reports-live" / "cdk.tf.json").write_text("[")
    assert refused(at, "live", str(tmp_path / "kept")).code == "TW387"


def test_an_unknown_name_lists_the_nearest(at: Product[Any]) -> None:
    git(at.root, "branch", "release-1.4")
    problem = refused(at, "test", "release-1.5")
    assert (problem.code, problem.given, problem.allowed) == ("TW385", "release-1.5", "release-1.4")
    assert set(refused(at, "test", "zzz").allowed.split(", ")) == {"main", "release-1.4", "v1"}
    assert refused(at, "test", "--all").code == "TW385"


def test_a_shallow_clone_says_what_to_fetch(at: Product[Any], tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path / 'repository'}", "shallow")
    object.__setattr__(at, "root", tmp_path / "shallow" / "services" / "reports")
    problem = refused(at, "test", "v1")
    assert (problem.code, problem.given) == ("TW385", "v1, in a shallow clone")
    assert "git fetch --unshallow --tags" in problem.fix


def test_outside_of_git_and_before_there_was_an_environment(at: Product[Any], tmp_path: Path) -> None:
    problem = refused(at, "live", "v1")
    assert (problem.code, problem.given.partition(" has ")[2]) == ("TW386", "test")
    (tmp_path / "elsewhere").mkdir()
    object.__setattr__(at, "root", tmp_path / "elsewhere")
    assert refused(at, "test", "main").code == "TW386"


@dataclass
class Remembered:
    """As a Records is, of one release."""

    release: dict[str, Any]
    number: int = 7
    version: str = "1.2.3"
    status: Status = Status.SUCCEEDED
    all: list[Any] = field(default_factory=list)

    def numbered(self, number: int) -> Any:
        return self if number == self.number else None

    def manifests(self, _record: Any) -> tuple[Manifest, ...]:
        return (Manifest(OBJECT),)


@pytest.mark.parametrize("name", ["7", "1.2.3"])
def test_a_release_that_the_cluster_remembers(at: Product[Any], name: str) -> None:
    records: Any = Remembered({"revision": "0" * 40})
    records.all.append(records)
    with former(at, "test", name, halves=(Half.WORKLOADS,), records=lambda: records) as found:
        assert (found.label, found.manifests, found.stack) == ("release 7, 1.2.3", [OBJECT], {})
    problem = refused(at, "test", name, records=lambda: records)
    assert (problem.code, problem.given) == ("TW387", "release 7 was made of 0000000000, which is not here")
    assert "7 (1.2.3)" in refused(at, "test", "8", records=lambda: records).allowed


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary ones, which has nothing in it at the end."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert [one.name for one in place.iterdir()] == []


def test_a_revision_is_synthesized_apart_and_leaves_nothing(
    at: Product[Any], left: Path, lend_bindings: Callable[[Path], None]
) -> None:
    lend_bindings(at.root)
    base = at.root / "environments" / "base.yaml"
    base.write_text(base.read_text().replace("multi_az: false", "multi_az: true"))
    git(at.root, "add", ".")
    before = git(at.root, "status", "--porcelain"), git(at.root, "worktree", "list")
    index = (at.root.parents[1] / ".git" / "index").read_bytes()
    with former(at, "test", "HEAD", version="9.8.7") as found:
        assert found.folder is not None
        assert left in found.folder.parents
        (database,) = found.stack["resource"]["aws_db_instance"].values()
        assert not database.get("multi_az")
        assert any(":9.8.7" in json.dumps(one) for one in found.manifests)
    assert (git(at.root, "status", "--porcelain"), git(at.root, "worktree", "list")) == before
    assert (at.root.parents[1] / ".git" / "index").read_bytes() == index


def test_a_revision_that_cannot_be_synthesized_says_why(
    at: Product[Any], left: Path, lend_bindings: Callable[[Path], None]
) -> None:
    lend_bindings(at.root)
    (at.root / "environments" / "base.yaml").write_text("organization: 7\n")
    git(at.root, "commit", "-qam", "three")
    problem = refused(at, "test", "main")
    assert left.is_dir()
    assert problem.code == "TW387"
    assert "error TW" in problem.given
