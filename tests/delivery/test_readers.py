"""Who may look at the product's namespace: the pipeline's plan and its night, and no more than that."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stacks import product
from twinstack.environment import ClusterPlan

GOLDEN: Final = Path(__file__).parents[1] / "golden"


def roles(environment: str) -> dict[str, dict[str, Any]]:
    text = (GOLDEN / environment / "00-namespace.k8s.yaml").read_text(encoding="utf-8")
    return {f"{one['kind']} {one['metadata']['name']}": one for one in yaml.safe_load_all(text)}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_who_plans_changes_nothing_and_reads_no_secret(environment: str) -> None:
    rules = roles(environment)["Role analytics-readers"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in {resource for rule in rules for resource in rule["resources"]}
    assert "*" not in str(rules)


def test_who_plans_sees_every_kind_that_who_deploys_changes() -> None:
    def kinds(role: str, verb: str) -> set[tuple[str, str]]:
        return {
            (group, resource)
            for rule in roles("prod")[role]["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            if verb in rule["verbs"]
        }

    assert kinds("Role analytics-deployers", "patch") <= kinds("Role analytics-readers", "list")


def test_the_groups_are_those_of_the_access_entries() -> None:
    cluster = product.load("prod").find(ClusterPlan)
    assert cluster is not None
    for purpose, group in (("deployers", cluster.deployer_group), ("readers", cluster.reader_group)):
        (subject,) = roles("prod")[f"RoleBinding analytics-{purpose}"]["subjects"]
        assert (subject["kind"], subject["name"]) == ("Group", group)


def test_without_a_pipeline_there_are_no_groups() -> None:
    cluster = product.load("prod", set={"delivery.branch": None}).find(ClusterPlan)
    assert cluster is not None
    assert (cluster.deployer_group, cluster.reader_group) == (None, None)
