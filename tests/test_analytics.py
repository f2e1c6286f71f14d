"""What the analytics product as a whole refuses, and where it says so."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from stacks import product
from twinstack.environment import Reach
from twinstack.errors import ConfigurationError, Problem, UsageError
from twinstack.testing import Twins

DAY = datetime.date(2026, 11, 24)
ENVIRONMENTS = ("dev", "staging", "prod")
WORKLOADS = ("backend", "frontend", "worker", "scheduler", "migration")
EXPORTERS = ("database_exporter", "cache_exporter")
"""What monitoring brings where it reads figures, in prod."""
ON_THE_NETWORK = ("database", "cache", "exports")


def refused(name: str, **changes: object) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        product.load(name, set={path.replace("__", "."): value for path, value in changes.items()}, today=DAY)
    return [problem for problem in caught.value.problems if not problem.warning]


def test_no_way_out_and_what_needs_one_is_refused() -> None:
    images, *internet = refused("dev", network__nat="none")
    assert (images.code, images.path) == ("TW314", "network.nat")
    assert "ghcr.io/shadower/analytics-backend" in images.given
    assert {(problem.code, problem.given.split()[3]) for problem in internet} == {
        ("TW317", "backend.internet:"),
        ("TW317", "worker.internet:"),
    }


def test_no_way_out_with_every_image_in_ecr_lacks_the_internet_alone() -> None:
    image = "111122223333.dkr.ecr.us-west-2.amazonaws.com/analytics"
    workloads = ("backend", "frontend", "worker", "scheduler", "migration")
    changes = {f"{workload}__image": image for workload in workloads}
    client = changes | {"database__client_image": f"{image}:18.4"}
    own = {"delivery__branch": None}  # no workflow of GitHub's could push there
    assert [problem.code for problem in refused("dev", network__nat="none", **changes, **own)] == [
        "TW314",
        "TW317",
        "TW317",
    ]
    assert [problem.code for problem in refused("dev", network__nat="none", **client, **own)] == ["TW317", "TW317"]


def test_a_parameter_that_would_let_plain_connections_in_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        product.load("prod", set={"database.parameters": {"rds.force_ssl": "0"}}, today=DAY)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [
        ("TW708", "database.parameters.rds.force_ssl")
    ]


def test_a_host_too_long_for_a_certificate_is_refused() -> None:
    host = f"{'a' * 50}.{'b' * 10}.shadower.ai"
    (problem,) = refused("prod", edge__host=host)
    assert (problem.code, problem.given) == ("TW737", f"{host} ({len(host)} characters)")


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_a_region_of_another_partition_is_refused(region: str) -> None:
    (problem,) = refused("prod", region=region)
    assert (problem.code, problem.path) == ("TW104", "region")


def test_an_expression_in_a_tag_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        product.load("prod", set={"tags": {"Owner": "${aws_iam_role.backend.arn}"}}, today=DAY)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [("TW104", "tags.Owner")]


def test_a_job_without_the_admin_link_leaves_nobody_to_make_the_role() -> None:
    found = {(problem.code, problem.path) for problem in refused("prod", migration__uses=["settings"])}
    assert found == {
        ("TW106", "migration.uses"),
        ("TW709", "database"),
    }  # links are base.yaml's, so this layer is refused too


@pytest.mark.parametrize("version", ["", "latest"])
def test_a_version_that_names_no_release_is_refused(version: str) -> None:
    with pytest.raises((UsageError, ConfigurationError)):
        product.load_all(["prod"], version=version, today=DAY)


def test_the_variable_sets_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINSTACK_VERSION", "9.9.9")
    assert product.load_all(["prod"], today=DAY)[0].environment.version == "9.9.9"


def test_one_host_in_two_environments_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        product.load_all(["prod"], set={"edge.host": "dev.analytics.shadower.ai"}, today=DAY)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [("TW303", "edge.host")]


def test_two_accounts_that_look_for_one_public_zone_are_refused_unless_somebody_says_why() -> None:
    shared = {"edge.zone": "shadower.ai"}
    with pytest.raises(ConfigurationError) as caught:
        product.load_all(["dev"], set=shared, today=DAY)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, problem.given) == (
        "TW744", "edge.zone", "prod and dev both say shadower.ai",
    )  # fmt: skip
    assert "delegate `dev.analytics.shadower.ai`" in problem.fix
    reason = {"edge.acknowledge": {"TW744": "dev looks it up through a role of the DNS account"}}
    (loaded,) = product.load_all(["dev"], set={**shared, **reason}, today=DAY)
    assert loaded.warnings == ()


def test_environments_of_one_account_may_share_a_zone() -> None:
    changes = {"edge.zone": "staging.analytics.shadower.ai", "edge.host": "a.staging.analytics.shadower.ai"}
    account = {"account": "444455556666", "delivery.existing_oidc_provider": True}
    product.load_all(["dev"], set={**changes, **account}, today=DAY)


def test_one_namespace_of_one_shared_cluster_in_two_environments_is_refused() -> None:
    network = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
        "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
    }
    changes = {"cluster.existing": "shared", "network.existing": network, "account": "111122223333"}
    with pytest.raises(ConfigurationError) as caught:
        product.load_all(["prod", "dev", "staging"], set={**changes, "suffix": None}, today=DAY)
    assert ("TW303", "namespace") in {(problem.code, problem.path) for problem in caught.value.problems}


@pytest.mark.parametrize("path", ["database.title", "credentials.provided.SENTRY_DSN.description"])
@pytest.mark.parametrize("text", ["${aws_db_instance.x.id}", "%{ if true }", "two\nlines"])
def test_free_text_that_terraform_would_evaluate_is_refused(path: str, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        product.load("prod", set={path: text}, today=DAY)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [("TW104", path)]


def test_production_that_lost_its_protection_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    shutil.copytree(product.root / "environments", folder)
    prod = folder / "prod.yaml"
    prod.write_text(prod.read_text(encoding="utf-8").replace("protected: true\n", ""), encoding="utf-8")
    monkeypatch.setitem(vars(product), "root", tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        product.load("prod", today=DAY)
    assert [problem.code for problem in caught.value.problems] == ["TW407"]


def test_every_workload_and_every_resource_on_the_network_is_asked_about() -> None:
    environment = product.load("prod", today=DAY)
    brought = tuple(workload.key for workload in environment.monitoring.exporters)
    assert {workload.key for workload in environment.workloads} == {*WORKLOADS, *brought}
    assert brought == EXPORTERS
    reached = [one for one in environment.resources if one.offer(one.access_levels[0]).reach is not Reach.NOTHING]
    assert tuple(one.key for one in reached if one.key not in WORKLOADS) == ON_THE_NETWORK


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("source", [*WORKLOADS, *EXPORTERS])
@pytest.mark.parametrize("target", [*ON_THE_NETWORK, *WORKLOADS])
def test_every_link_can_be_reached_and_nothing_else(twin: Twins, name: str, source: str, target: str) -> None:
    analytics = twin(name, today=DAY)
    if source in EXPORTERS and source not in analytics.environment.specs:
        pytest.skip("nobody reads figures there")
    links = {(link.workload.key, link.resource.key) for link in analytics.environment.links}
    if (source, target) in links:
        assert analytics.can_reach(source, target)
    else:
        assert not analytics.can_reach(source, target)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_rule_is_kept_or_acknowledged_with_a_reason(twin: Twins, name: str) -> None:
    twin(name, today=DAY).keeps_policy()
