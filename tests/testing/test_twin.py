"""A Twin: an environment with its outputs, each made once and only when it is asked for."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import stacks
import twinstack
from twinstack.errors import ConfigurationError
from twinstack.testing import Twins

DAY = datetime.date(2026, 11, 24)


def test_the_same_arguments_give_the_same_twin_and_others_another(twin: Twins) -> None:
    assert twin.product is stacks.product
    plain = twin("prod", today=DAY)
    assert plain is twin("prod", None, today=DAY) is twin("prod", {}, today=DAY)
    assert plain is not twin("prod", {"database.password_version": 2}, today=DAY)
    assert plain is not twin("prod", version="1.2.3", today=DAY)
    assert plain is not twin("dev", today=DAY)


def test_a_change_reaches_the_environment_and_both_halves(twin: Twins) -> None:
    changed = twin("dev", {"database.multi_az": True, "backend.scale.max": 3}, version="9.9.9", today=DAY)
    assert changed.environment.database.multi_az is True
    changed.infrastructure.has_resource_with("aws_db_instance", {"multi_az": True})
    changed.workloads.has_resource_with("HorizontalPodAutoscaler", {"spec": {"maxReplicas": 3}})
    container = {"image": "ghcr.io/shadower/analytics-backend:9.9.9"}
    changed.workloads.has_resource_with(
        "Deployment", {"metadata": {"name": "analytics-backend"}, "spec": {"template": {"spec": {"containers": [container]}}}}
    )  # fmt: skip


def test_a_half_is_made_when_it_is_asked_for(twin: Twins) -> None:
    fresh = twin("dev", {"tags": {"Only": "the-workloads"}}, today=DAY)
    assert "infrastructure" not in vars(fresh)
    assert fresh.workloads is fresh.workloads
    assert "_infrastructure_files" not in vars(fresh)


def test_the_files_are_those_of_both_halves_by_name(twin: Twins) -> None:
    files = twin("dev", today=DAY).files
    assert {"cdk.tf.json", "00-namespace.k8s.yaml", "30-backend.k8s.yaml"} <= set(files)
    assert "manifest.json" not in files


def test_the_local_files_are_the_committed_ones(twin: Twins) -> None:
    local = twin("dev", today=DAY).local
    assert local["compose.yaml"] == (stacks.product.root / "compose.yaml").read_text(encoding="utf-8")
    assert ".env.example" in local


@pytest.mark.parametrize(("name", "changes"), [("nowhere", None), ("prod", {"database.storage_gib": 1})])
def test_a_wrong_environment_is_refused_with_its_problems(twin: Twins, name: str, changes: Any) -> None:
    with pytest.raises(ConfigurationError):
        twin(name, changes, today=DAY)


def test_importing_the_kit_loads_neither_jsii_nor_pydantic() -> None:
    program = "import sys, twinstack.testing.plugin, twinstack.testing as kit; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(twinstack.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"jsii", "cdktf", "cdk8s", "constructs", "pydantic", "yaml"}
    assert heavy & {name.split(".")[0] for name in run.stdout.split()} == set()


def test_a_warning_and_an_acknowledgement_that_nothing_needs_fail_the_test_of_a_product(twin: Twins) -> None:
    said = {"backend.acknowledge": {"does-not-exist": "the platform team makes it"}}
    with pytest.raises(
        AssertionError, match=r"warning TW491: an acknowledgement .*\n.*backend.acknowledge.does-not-exist"
    ):
        twin("dev", said, today=DAY).keeps_policy()
    twin("dev", today=DAY).keeps_policy()
