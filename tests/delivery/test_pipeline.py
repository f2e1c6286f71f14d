"""The pipeline of environments that are not analytics': orders, pins, and what is refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.test_spec import BASE, Shop
from twinstack.delivery.workflows import files_of
from twinstack.delivery.workflows.actions import PINS, pins_in
from twinstack.delivery.workflows.pipeline import pipeline_of
from twinstack.errors import ConfigurationError, UsageError
from twinstack.layers.load import Loaded, load_text

TODAY = datetime.date(2026, 11, 24)
CHECKOUT = PINS[0]


def loaded(layers: Mapping[str, str], base: str = BASE) -> list[Loaded[Any]]:
    return [load_text(Shop, name, {"base": base, name: layer}, TODAY) for name, layer in layers.items()]


def files(layers: Mapping[str, str], root: Path, base: str = BASE) -> dict[str, str]:
    return {str(path): text for path, text in files_of(loaded(layers, base), root).items()}


def test_a_release_reaches_environments_in_the_order_in_which_they_wait() -> None:
    layers = {"a-last": "delivery: {after: b-middle}", "b-middle": "delivery: {after: c-first}", "c-first": ""}
    assert [one.name for one in pipeline_of(loaded(layers), {}).targets] == ["c-first", "b-middle", "a-last"]


@pytest.mark.parametrize(
    "layers",
    [
        {"one": "delivery: {after: nowhere}", "two": ""},
        {"one": "delivery: {after: two}", "two": "delivery: {branch: production}"},
        {"one": "delivery: {after: two}", "two": "delivery: {branch: null}"},
        {"one": "delivery: {after: two}", "two": "delivery: {after: one}"},
    ],
)
def test_what_would_wait_for_ever_is_refused(layers: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        pipeline_of(loaded(layers), {})
    assert {problem.code for problem in caught.value.problems} == {"TW980"}
    assert caught.value.problems[0].path == "delivery.after"


def test_a_product_that_no_pipeline_deploys_is_told_what_to_say() -> None:
    with pytest.raises(UsageError, match=r"no environment says `delivery.github` and `delivery.branch`"):
        pipeline_of(loaded({"dev": "delivery: {branch: null}"}), {})


def test_an_environment_without_a_branch_is_left_alone(tmp_path: Path) -> None:
    deploy = yaml.safe_load(
        files({"dev": "", "lab": "delivery: {branch: null}"}, tmp_path)[".github/workflows/deploy.yml"]
    )
    assert {"plan-dev", "deploy-dev"} <= {*deploy["jobs"]}
    assert not [job for job in deploy["jobs"] if "lab" in job]


def test_a_newer_pin_is_kept_and_an_older_one_is_not(tmp_path: Path) -> None:
    newer = f"      - uses: {CHECKOUT.action}@{'a' * 40} # v99.0.0\n"
    older = f"      - uses: {CHECKOUT.action}@{'b' * 40} # v1.0.0\n"
    moving = f"      - uses: {CHECKOUT.action}@v99\n"
    assert pins_in([older, moving])[CHECKOUT.action] == CHECKOUT
    assert pins_in([newer, older])[CHECKOUT.action].commit == "a" * 40
    held = tmp_path / ".github" / "workflows" / "deploy.yml"
    held.parent.mkdir(parents=True)
    held.write_text(newer)
    made = files({"dev": ""}, tmp_path)
    assert f"{CHECKOUT.action}@{'a' * 40} # v99.0.0" in made[".github/workflows/drift.yml"], "in every workflow"


def test_images_of_a_private_repository_are_not_attested(tmp_path: Path) -> None:
    base = BASE.replace("Acme/shop}", "Acme/shop, attest: false}")
    build = yaml.safe_load(files({"dev": ""}, tmp_path, base)[".github/workflows/deploy.yml"])["jobs"]["build-and-push"]
    assert build["permissions"] == {"contents": "read", "packages": "write"}
    assert not [step for step in build["steps"] if "attest" in step.get("uses", "")]


def test_every_platform_of_an_image_is_built_once(tmp_path: Path) -> None:
    layers = {"dev": "", "live": "web: {architecture: arm64}\ndelivery: {branch: production}"}
    base = BASE.replace(
        "cluster: {",
        "cluster: {mode: managed, node_groups: {a: {instance_types: [m7g.large], min: 2, max: 3}, b: {instance_types: [m7i.large], min: 2, max: 3}}, ",
    )
    build = yaml.safe_load(files(layers, tmp_path, base)[".github/workflows/deploy.yml"])["jobs"]["build-and-push"]
    (platforms,) = [step["with"]["platforms"] for step in build["steps"] if "platforms" in step.get("with", {})]
    assert platforms == "linux/amd64,linux/arm64"


@pytest.mark.parametrize("name", ["deploy", "drift", "pull-request"])
def test_every_job_that_is_needed_is_there(tmp_path: Path, name: str) -> None:
    layers = {"dev": "", "live": "protected: true\ndelivery: {branch: production, reviewers: [acme/ops]}"}
    jobs = yaml.safe_load(files(layers, tmp_path)[f".github/workflows/{name}.yml"])["jobs"]
    for job, body in jobs.items():
        assert {*body.get("needs", [])} <= {*jobs}, job
