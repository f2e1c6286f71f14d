"""Nine public products, written anew from what is known of their needs: each has to pass, from check to compose.

openforms (maykinmedia/charts), plane (makeplane/helm-charts), fullstack (fastapi/full-stack-fastapi-template), launchpad
(blastupio/api-launchpad), grai (grai-io/grai-core), saleor (trieb-work/helm-charts), netbox (netbox-community/netbox-docker),
paperless (paperless-ngx/paperless-ngx), mastodon (mastodon/chart), as they were in November 2026. What they need and cannot
have is in docs/how-to/from-manifests.md.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.checkers import COMPOSE, needs_compose
from twinstack.errors import Problem, UsageError
from twinstack.layers.load import Loaded
from twinstack.local import files_of
from twinstack.product import Product
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import rehearse_on
from twinstack.rehearsal.terraform import rehearse as rehearse_terraform
from twinstack.synthesis import Output, synthesized
from twinstack.testing import Twins

ROOT = Path(__file__).parents[2]
NAMES = ("openforms", "plane", "fullstack", "launchpad", "grai", "saleor", "netbox", "paperless", "mastodon")


def product(name: str) -> Product[Any]:
    found: Product[Any] = importlib.import_module(f"tests.products.{name}").product
    return found


@pytest.fixture(scope="module", params=NAMES)
def made(request: pytest.FixtureRequest) -> Iterator[tuple[Loaded[Any], Output]]:
    """Production, both halves of it."""
    loaded = product(request.param).load_all(["prod"])
    with synthesized(product(request.param), loaded) as output:
        yield loaded[0], output


@pytest.fixture(scope="module")
def control_plane() -> Iterator[ControlPlane]:
    """One for all: each has a namespace of its own, and its administrator's objects are the same in all."""
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no API server to ask")
    with ControlPlane.start(pod_start_seconds=0, autoscaler_sync_seconds=1) as started:
        yield started


@pytest.mark.parametrize("name", NAMES)
def test_a_product_is_checked_without_a_warning(name: str) -> None:
    found = {loaded.environment.name: loaded.warnings for loaded in product(name).load_all()}
    assert found == {"dev": (), "prod": ()}


@pytest.mark.parametrize("name", NAMES)
def test_a_product_keeps_every_rule(name: str) -> None:
    """No rule has anything to say of what the library makes of what people need."""
    said: list[Problem] = []
    with synthesized(product(name), product(name).load_all(["prod"]), tell=said.extend):
        assert [str(problem) for problem in said] == []


@pytest.mark.slow
def test_a_product_passes_real_terraform(made: tuple[Loaded[Any], Output]) -> None:
    loaded, output = made
    report = rehearse_terraform(output.stack(loaded.environment))
    assert [str(problem) for problem in report.problems] == []


@pytest.mark.slow
def test_a_product_comes_up_on_a_real_api_server(made: tuple[Loaded[Any], Output], control_plane: ControlPlane) -> None:
    loaded, output = made
    report = rehearse_on(control_plane, output.manifests(loaded.environment), progress=lambda _: None)
    assert [str(problem) for problem in report.problems] == []


@needs_compose
@pytest.mark.parametrize("name", NAMES)
def test_compose_reads_what_a_workload_is_given_in_the_cluster(name: str, tmp_path: Path) -> None:
    environment = product(name).load("dev")
    for path, text in files_of(environment).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_bytes((tmp_path / ".env.example").read_bytes())
    done = subprocess.run(
        [COMPOSE, "--profile", "*", "config", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"]
    ports = [port["published"] for one in services.values() for port in one.get("ports", ())]
    assert len(ports) == len(set(ports))
    for workload in environment.workloads:
        given = {
            key: (value or "").replace("$$", "$")
            for key, value in services[workload.compose_name]["environment"].items()
        }
        plain = {
            variable.name: variable.value
            for link in workload.links
            if link.resource is environment.settings
            for variable in link.offer.variables
        } | workload.environment_variables
        assert {key: given.get(key) for key in plain} == plain


def test_the_pods_of_a_workload_are_found_whatever_object_has_them() -> None:
    twin = Twins(lambda: product("launchpad"))("dev", version="9.8.7")
    owners = {"api": "Deployment", "migration": "Job", "listen_staking_events": "CronJob"}
    assert set(owners.values()) <= twin.workloads.types.keys()
    for key in (workload.key for workload in twin.environment.workloads):
        ((container,),) = (pod["containers"] for pod in twin.pods_of(key))
        assert container["image"] == "ghcr.io/acme/api-launchpad:9.8.7"
    with pytest.raises(UsageError, match=r"launchpad-dev has no workload cache: it has migration, api, worker, "):
        twin.pods_of("cache")


def test_compose_says_how_to_start_what_it_builds_and_what_it_only_pulls() -> None:
    pulled = next(text for path, text in files_of(product("saleor").load("dev")).items() if str(path) == "compose.yaml")
    assert "#   docker compose up  " in pulled
    assert "--build" not in pulled
    assert "`build: web`" in pulled
