"""What `twinstack doctor` looks at, shows, and ends with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from stacks import product
from twinstack.cli import doctor as command
from twinstack.delivery.doctor import Check, Examined, Finding
from twinstack.delivery.release import Release
from twinstack.delivery.release_folder import copy_halves, new_release_folder
from twinstack.errors import UsageError

WELL = Check("credentials", Finding.OK, "arn:aws:iam::123456789012:user/me")
WARNED = Check("names", Finding.WARNING, "x is not found", "delegate the zone")
FAILED = Check("secrets", Finding.FAILED, "no version with the label v1", "put it")
GOLDEN = Path(__file__).parents[1] / "golden" / "prod"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Examined]:
    """What was looked at; nothing really is."""
    found: list[Examined] = []

    def look(examined: Examined, **_: object) -> Sequence[Check]:
        found.append(examined)
        return CHECKS

    monkeypatch.setattr(command, "doctor", look)
    return found


CHECKS: list[Check] = []


def run(*checks: Check, name: str | None = "prod", release: Path | None = None, as_json: bool = False) -> bool:
    CHECKS[:] = checks
    return command.run_doctor(name, release=release, version="1.4.2", kubeconfig=None, context="", as_json=as_json)


def test_an_environment_is_looked_at_as_it_would_be_released(
    seen: list[Examined], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(WELL, WARNED)
    (examined,) = seen
    assert (examined.name, examined.namespace) == ("prod", "analytics")
    assert (examined.account, examined.region) == ("123456789012", "us-west-2")
    assert examined.backend["bucket"] == "shadower-terraform-state"
    assert examined.kubernetes_version == "1.36"
    assert "ghcr.io/shadower/analytics-backend:1.4.2" in examined.images
    assert examined.hosts == ("analytics.shadower.ai",)
    assert examined.cluster is not None
    assert examined.cluster.arn == product.load("prod").cluster.arn
    out = capsys.readouterr().out
    assert "  fix  delegate the zone\n" in out
    assert out.endswith("a release would go through\n")


def test_a_failure_is_shown_with_its_fix_and_fails(seen: list[Examined], capsys: pytest.CaptureFixture[str]) -> None:
    assert not run(WELL, FAILED)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "secrets: no version with the label v1",
        "  fix  put it",
        "1 check failed",
    ]
    assert not run(FAILED, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (document["environment"], document["ok"]) == ("prod", False)
    assert document["checks"] == [
        {"title": "secrets", "finding": "failed", "message": "no version with the label v1", "fix": "put it"}
    ]
    assert len(seen) == 2


def test_a_release_is_looked_at_as_it_lies_there(seen: list[Examined], tmp_path: Path) -> None:
    folder = tmp_path / "release"
    halves = ("infrastructure", "workloads")
    release = Release.of(product.load("prod"), halves=halves, made_by="me", made_at="2026-11-28T00:00:00Z")
    with new_release_folder(folder) as stage:
        copy_halves(stage, dict.fromkeys(halves, GOLDEN))
        release.write(stage)
    assert run(WELL, name=None, release=folder)
    (examined,) = seen
    assert (examined.name, examined.namespace, examined.cluster) == ("prod", "analytics", release.cluster)
    assert examined.has("SecretProviderClass")


def test_it_is_told_what_to_look_at_once() -> None:
    for name, release in (("prod", Path("x")), (None, None)):
        with pytest.raises(UsageError, match="one of both"):
            run(name=name, release=release)
