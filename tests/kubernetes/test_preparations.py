"""What links want done before a pod's own command: a container for each, whose names differ."""

from __future__ import annotations

from typing import Any

import pytest
from cdk8s import App

from tests.aws.documents import DAY
from twinstack import kubernetes
from twinstack.environment import Access, Environment, Offer, Preparation, ResourceSpec, Variable
from twinstack.errors import ConfigurationError, UsageError
from twinstack.job import JobSpec
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec


class ToolSpec(ResourceSpec):
    """Something of somebody else's, whose value depends on the access."""

    access_levels = (Access.READ, Access.WRITE)

    def offer(self, access: Access) -> Offer:
        return Offer(
            (Variable("TOOL_MODE", str(access)),), preparation=Preparation("prepare", "registry.example/x:1.0", "true")
        )


class Shop(Environment):
    orders: PostgresSpec
    audit_log: PostgresSpec
    tool: ToolSpec
    prepare: JobSpec
    other: JobSpec


class ShopWorkloads(kubernetes.Workloads[Shop]):
    def __init__(self, scope: App, environment: Shop) -> None:
        super().__init__(scope, environment)
        kubernetes.Job(self, environment.prepare)
        kubernetes.Job(self, environment.other)


JOB = "{{image: registry.example/x, command: [x], resources: {{requests: {{cpu: 100m, memory: 1Gi}}, limits: {{memory: 1Gi}}}}, uses: {uses}}}"
DATABASE = (
    "{instance_class: db.t4g.micro, storage_gib: 20, multi_az: false, deletion_protection: false, backup_retention_days: 1, "
    "database: a, admin_user: owner, application_user: app}"
)


def shop(prepare: str, other: str = "[]") -> Shop:
    base = (
        "organization: acme\nproduct: shop\nregion: eu-central-1\nversion: 1.0.0\naccount: '111122223333'\n"
        f"orders: {DATABASE}\naudit_log: {DATABASE}\ntool: {{}}\n"
        f"prepare: {JOB.format(uses=prepare)}\nother: {JOB.format(uses=other)}\n"
    )
    return load_text(Shop, "live", {"base": base, "live": ""}, DAY).environment


def containers(environment: Shop) -> dict[str, list[str]]:
    """Of each Job the names of its containers, those that prepare first."""
    found: dict[str, list[str]] = {}
    for one in kubernetes.objects(ShopWorkloads(App(), environment)):
        if one["kind"] == "Job":
            pod: dict[str, Any] = one["spec"]["template"]["spec"]
            name = one["metadata"]["labels"]["app"]
            found[name] = [each["name"] for each in (*pod.get("initContainers", ()), *pod["containers"])]
    return found


def test_one_job_makes_the_roles_of_two_databases() -> None:
    assert containers(shop("[orders: admin, audit_log: admin]", "[orders: admin]")) == {
        "shop-prepare": ["application-role-orders", "application-role-audit-log", "prepare"],
        "shop-other": ["application-role", "other"],
    }


def test_a_preparation_is_not_called_as_the_container_it_prepares() -> None:
    environment = shop("[tool, orders: admin, audit_log: admin]")
    assert containers(environment)["shop-prepare"][0] == "prepare-tool"


@pytest.mark.parametrize("name", ["", "Prepare", "prepare_it", "-x", "x" * 41])
def test_a_name_that_no_container_can_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"Preparation\.name is "):
        Preparation(name, "x", "true")


def test_one_resource_does_not_set_one_key_of_the_config_map_to_two_values() -> None:
    with pytest.raises(ConfigurationError) as refused:
        shop("[tool, orders: admin, audit_log: admin]", "[tool: write]")
    (found,) = refused.value.problems
    assert (found.code, found.path) == ("TW205", "other.uses[0]")
    assert found.given == "tool and `prepare -> tool (read)`, with another value, both set TOOL_MODE"
