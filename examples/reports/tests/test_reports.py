"""What the team of reports relies on."""

from __future__ import annotations

import pytest

from twinstack.testing import Twins, any_value, array_with, json_text, object_like

LINKS = {("api", "database"), ("api", "documents"), ("api", "jobs"), ("writer", "database"), ("writer", "documents"), ("writer", "jobs"), ("migration", "database")}  # fmt: skip


@pytest.mark.parametrize("workload", ["api", "writer", "migration"])
@pytest.mark.parametrize("resource", ["database", "documents", "jobs"])
def test_a_workload_reaches_what_it_uses_and_nothing_else(twin: Twins, workload: str, resource: str) -> None:
    assert bool(twin("live").can_reach(workload, resource)) is ((workload, resource) in LINKS)


def test_the_api_sends_jobs_and_the_writer_only_takes_them(twin: Twins) -> None:
    def may(statements: list[str]) -> object:
        return json_text(object_like({"Statement": array_with([object_like({"Sid": sid}) for sid in statements])}))

    policies = twin("live").infrastructure
    policies.has_resource_with("aws_iam_role_policy", {"name": any_value(), "policy": may(["SendMessages"])})
    writer = policies.find("aws_iam_role_policy", {"policy": may(["WriteObjects"])})
    assert len(writer) == 1
    assert "sqs:SendMessage" not in str(writer)


def test_the_cluster_and_the_network_are_another_teams(twin: Twins) -> None:
    for kind in ("aws_eks_cluster", "aws_vpc", "aws_subnet", "aws_eks_addon"):
        twin("live").infrastructure.absent(kind)


def test_there_is_no_cache_and_no_way_in(twin: Twins) -> None:
    twin("live").infrastructure.absent("aws_elasticache_replication_group")
    twin("live").workloads.absent("Ingress")


def test_the_database_outlives_a_mistake(twin: Twins) -> None:
    twin("live").infrastructure.has_resource_with(
        "aws_db_instance",
        {"deletion_protection": True, "multi_az": True, "lifecycle": {"prevent_destroy": True}},
    )


def test_a_developer_has_a_queue_too(twin: Twins) -> None:
    assert "JOBS_QUEUE_URL: http://sqs:9324/123456789012/acme-reports-jobs-test" in twin("test").local["compose.yaml"]


def test_every_rule_is_kept_or_acknowledged_with_a_reason(twin: Twins) -> None:
    for name in ("live", "test"):
        twin(name).keeps_policy()
