"""Other products are brought out by the same commands: another team's, and one that `twinstack init` has just written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.whole.conftest import ROOT
from tests.delivery.whole.place import HANGING, Place, kubeconfig, plain_variables
from tests.starting.lent import Lend
from twinstack.rehearsal.control_plane import ControlPlane

pytestmark = pytest.mark.slow

HALF = ("--half", "workloads")
SOON = ("--set", "delivery.deadline_seconds=30")


@pytest.fixture
def place(plane: ControlPlane, tmp_path: Path) -> Place:
    """An empty folder, whose commands lead to the cluster once it is named."""
    folder = tmp_path / "product"
    folder.mkdir()
    return Place(folder, plain_variables(tmp_path / "kubeconfig"))


def bring_out(place: Place, plane: ControlPlane, environment: str, workload: str, broken: str) -> None:
    """From the first plan to the end, by its workloads half; the namespace is the product's."""
    namespace, _, name = workload.partition("/")

    def image() -> str:
        found = plane.api.get("apps/v1", "Deployment", name, namespace)
        assert found is not None
        return str(found["spec"]["template"]["spec"]["containers"][0]["image"]).rpartition(":")[2]

    planned = place.ended(3, "plan", environment, "--version", "1.0.0", *HALF)
    assert f"Deployment {workload}" in " ".join(planned.out.split())
    folder = planned.out.rpartition("--release ")[2].strip()
    assert "deployed in" in place.ended(0, "deploy", "--release", folder, *HALF).out
    assert image() == "1.0.0"
    place.ended(0, "plan", environment, "--version", "1.0.0", "--out", "same", *HALF)
    place.ended(0, "deploy", environment, "1.1.0", "--yes", *HALF)
    assert image() == "1.1.0"
    if broken:
        failed = place.ended(1, "deploy", environment, broken, "--yes", *HALF, *SOON)
        assert "failed, and returned to 1.1.0" in failed.out
        assert image() == "1.1.0"
        place.ended(0, "status", environment)
    place.ended(0, "rollback", environment, "1.0.0", "--yes")
    assert image() == "1.0.0"
    found = json.loads(place.ended(0, "status", environment, "--json").out)
    assert (found["release"]["version"], found["whole"]) == ("1.0.0", True)
    listed = json.loads(place.ended(0, "releases", environment, "--json").out)
    returned = ["returned"] if broken else []
    assert [one["status"] for one in listed] == ["succeeded", *returned, "succeeded", "succeeded"]
    assert "is destroyed" in place.ended(0, "destroy", environment, "--yes", *HALF).out
    assert plane.api.objects("apps/v1", "Deployment", namespace) == []
    assert plane.api.objects("v1", "Pod", namespace) == []
    assert plane.api.get("v1", "Namespace", namespace) is None


def test_another_teams_product(place: Place, plane: ControlPlane, lend_bindings: Lend) -> None:
    """Which says nothing of its delivery: it is brought out all the same."""
    ignored = shutil.ignore_patterns("__pycache__", "tests", "imports", ".imports*", "releases")
    shutil.copytree(ROOT / "examples" / "reports", place.folder, ignore=ignored, dirs_exist_ok=True)
    lend_bindings(place.folder)
    arn = "arn:aws:eks:eu-central-1:222233334444:cluster/platform-test"
    kubeconfig(plane, Path(place.variables["KUBECONFIG"]), arn=arn)
    bring_out(place, plane, "test", "reports/reports-api", "")


def test_a_product_that_has_just_begun(place: Place, plane: ControlPlane, lend_bindings: Lend) -> None:
    """Of one version the migration never ends, and is ended."""
    place.ended(
        0, "init", "fresh", "--organization", "acme", "--region", "us-east-1", "--environments", "dev",
        "--workload", "web_service", "--resource", "postgres", "--account", "111122223333", "--repository", "acme/fresh",
    )  # fmt: skip
    place = replace(place, folder=place.folder / "fresh")
    lend_bindings(place.folder)
    kubeconfig(
        plane, Path(place.variables["KUBECONFIG"]), arn="arn:aws:eks:us-east-1:111122223333:cluster/acme-fresh-dev"
    )
    bring_out(place, plane, "dev", "fresh/fresh-web", HANGING)
