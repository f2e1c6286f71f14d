"""A release folder is written whole, and read back as it was planned or not at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from twinstack.delivery import ClusterIdentity, Release
from twinstack.delivery.release_folder import ABANDONED_SECONDS, copy_halves, new_release_folder
from twinstack.errors import ConfigurationError, UsageError
from twinstack.testing import Twins


@pytest.fixture
def release(twin: Twins) -> Release:
    return Release.of(
        twin("prod", {"version": "1.5.0"}).environment,
        halves=("infrastructure", "workloads"),
        made_by="ada@laptop",
        made_at="2026-11-28T22:15:00Z",
        revision="9f3c2e1",
        dirty=True,
    )


@pytest.fixture
def outputs(tmp_path: Path) -> dict[str, Path]:
    """Both halves as they lie after a synth, beside what others keep there."""
    stack, manifests = tmp_path / "out" / "stack", tmp_path / "out" / "manifests"
    for folder in (stack, manifests):
        folder.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text("{}")
    (stack / "terraform.tfstate").write_text("{}")
    (stack / ".terraform").mkdir()
    (manifests / "00-namespace.k8s.yaml").write_text("kind: Namespace\n")
    (manifests / "30-backend.k8s.yaml").write_text("kind: Deployment\n")
    (manifests / "notes.yaml").write_text("mine: true\n")
    return {"infrastructure": stack, "workloads": manifests}


@pytest.fixture
def written(release: Release, outputs: dict[str, Path], tmp_path: Path) -> Path:
    return write(release, outputs, tmp_path / "release")


def write(release: Release, outputs: dict[str, Path], target: Path) -> Path:
    with new_release_folder(target) as stage:
        copy_halves(stage, outputs)
        (stage / "infrastructure" / "release.plan").write_bytes(b"\x00plan")
        (stage / "workloads.json").write_text("[]")
        release.write(stage)
    return target


def test_it_is_of_the_environment_and_says_where_it_goes(release: Release) -> None:
    assert (release.product, release.environment, release.version) == ("analytics", "prod", "1.5.0")
    assert (release.stack, release.namespace, release.protected) == ("analytics-prod", "analytics", True)
    arn = "arn:aws:eks:us-west-2:123456789012:cluster/shadower-analytics"
    assert release.cluster == ClusterIdentity("shadower-analytics", "us-west-2", "123456789012", arn)
    assert release.deadline_seconds == 600


def test_a_tag_that_moves_is_refused(twin: Twins) -> None:
    environment = twin("prod", {"version": "main"}).environment
    with pytest.raises(ConfigurationError, match="TW962"):
        Release.of(environment, halves=("workloads",), made_by="ada", made_at="")
    standing = Release.standing(environment)
    assert (standing.stack, standing.namespace, standing.version) == ("analytics-prod", "analytics", "main")


def test_what_is_written_is_read_back(release: Release, written: Path) -> None:
    found = Release.read(written)
    assert set(found.files) == {
        "infrastructure/cdk.tf.json",
        "infrastructure/release.plan",
        "workloads/00-namespace.k8s.yaml",
        "workloads/30-backend.k8s.yaml",
        "workloads.json",
    }
    assert found.digest.startswith("sha256:")
    assert {**found.as_dict(), "files": {}, "digest": ""} == release.as_dict()
    assert "files" not in found.summary
    assert found.summary["version"] == "1.5.0"


def test_the_same_content_has_the_same_digest_and_another_another(
    release: Release, outputs: dict[str, Path], written: Path, tmp_path: Path
) -> None:
    again = Release.read(write(release, outputs, tmp_path / "again"))
    assert again.digest == Release.read(written).digest
    (outputs["workloads"] / "30-backend.k8s.yaml").write_text("kind: StatefulSet\n")
    assert Release.read(write(release, outputs, tmp_path / "other")).digest != again.digest


def test_nobody_else_may_read_it(written: Path) -> None:
    for path in [written, *written.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def _change(folder: Path) -> None:
    (folder / "workloads" / "30-backend.k8s.yaml").write_text("kind: Job\n")


def _remove(folder: Path) -> None:
    (folder / "infrastructure" / "release.plan").unlink()


def _add(folder: Path) -> None:
    (folder / "workloads" / "99-extra.k8s.yaml").write_text("kind: Pod\n")


def _link(folder: Path) -> None:
    target = folder / "workloads" / "30-backend.k8s.yaml"
    copy = folder.parent / "elsewhere.yaml"
    copy.write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to(copy)


def _link_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


def _edit(folder: Path) -> None:
    path = folder / "release.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "namespace": "other"}))


FAULTS: dict[Callable[[Path], None], tuple[str, str]] = {
    _change: ("workloads/30-backend.k8s.yaml", "30-backend.k8s.yaml was changed"),
    _remove: ("infrastructure/release.plan", "release.plan is missing"),
    _add: ("workloads/99-extra.k8s.yaml", "99-extra.k8s.yaml was added"),
    _link: ("workloads/30-backend.k8s.yaml", "30-backend.k8s.yaml is no file any more"),
    _link_folder: ("more", "more was added"),
    _edit: ("release.json", "release.json was changed"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_folder_that_is_not_what_was_planned_is_refused(written: Path, fault: Callable[[Path], None]) -> None:
    fault(written)
    with pytest.raises(ConfigurationError) as caught:
        Release.read(written)
    (problem,) = caught.value.problems
    place, given = FAULTS[fault]
    assert (problem.code, problem.given) == ("TW960", given)
    assert problem.location is not None
    assert problem.location.file == str(written / place)


def test_all_that_is_wrong_is_named_at_once(written: Path) -> None:
    for fault in (_change, _remove, _add, _edit):
        fault(written)
    with pytest.raises(ConfigurationError) as caught:
        Release.read(written)
    assert {one.given for one in caught.value.problems} == {FAULTS[each][1] for each in (_change, _remove, _add, _edit)}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (None, "No such file or directory"),
        ("{", "a document that is not JSON"),
        ("[]", "a document that is no object"),
        ("{}", "no format"),
        ('{"format": 2}', "format 2"),
        ('{"format": 1, "surprise": 1}', "surprise"),
    ],
)
def test_what_is_no_release_is_refused(tmp_path: Path, text: str | None, given: str) -> None:
    if text is not None:
        (tmp_path / "release.json").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        Release.read(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "TW961"
    assert given in problem.given


@pytest.mark.parametrize("value", [None, 3, {"name": 1}, {"name": "a", "other": "b"}])
def test_a_document_of_another_shape_is_refused(written: Path, value: object) -> None:
    path = written / "release.json"
    for field in ("cluster", "halves", "files"):
        document = {**json.loads(path.read_text()), field: value}
        path.write_text(json.dumps(document))
        with pytest.raises(ConfigurationError, match=r"TW96[01]"):
            Release.read(written)


def test_an_error_on_the_way_leaves_what_stood_there(release: Release, written: Path) -> None:
    before = Release.read(written)
    with pytest.raises(ZeroDivisionError), new_release_folder(written) as stage:
        (stage / "half").write_text("")
        raise ZeroDivisionError
    assert Release.read(written) == before
    assert sorted(path.name for path in written.parent.iterdir()) == ["out", "release"]


def test_what_a_killed_plan_left_is_removed_once_it_is_nobodys(
    release: Release, outputs: dict[str, Path], tmp_path: Path
) -> None:
    for name, age in ((".release-old", 2 * ABANDONED_SECONDS), (".release-now", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "release.plan").write_text("")
        moment = time.time() - age
        os.utime(tmp_path / name, (moment, moment))
    write(release, outputs, tmp_path / "release")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".release-now", "out", "release"]


def test_a_release_takes_the_place_of_a_release_and_of_nothing_else(
    release: Release, outputs: dict[str, Path], written: Path, tmp_path: Path
) -> None:
    (outputs["workloads"] / "30-backend.k8s.yaml").write_text("kind: StatefulSet\n")
    before = Release.read(written)
    assert Release.read(write(release, outputs, written)).digest != before.digest
    foreign = tmp_path / "work"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(written)
    for target, words in ((foreign, "holds something that is no release"), (link, "is no folder")):
        with pytest.raises(UsageError, match=words):
            write(release, outputs, target)
    assert (foreign / "thesis.txt").read_text() == "mine"


def test_a_half_that_was_never_made_is_refused(release: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no cdk\.tf\.json: run `twinstack synth` first"):
        write(release, {"infrastructure": tmp_path}, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_reading_needs_neither_pydantic_nor_the_environment(written: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from twinstack.delivery import Release; Release.read(Path(sys.argv[1]))\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in {'pydantic','jsii','yaml','cdktf'} "
        "or m.startswith('twinstack.environment')))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(written)], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
