"""Real Terraform's and OpenTofu's plans against the schema provider agree with the facts, for edits of what stands."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from twinstack.facts import change_of
from twinstack.rehearsal.terraform import Workspace, workspace
from twinstack.terraform.program import PROGRAMS

pytestmark = pytest.mark.slow
Stack: TypeAlias = dict[str, Any]
STACK: Final[Stack] = {
    "terraform": {"required_version": ">= 1.11", "required_providers": {"aws": {"source": "aws", "version": "~> 6.25"}}},
    "provider": {"aws": [{"region": "eu-central-1"}]},
    "resource": {
        "aws_kms_key": {"key": {"description": "of the database"}},
        "aws_db_instance": {
            "database": {
                "identifier": "shop", "engine": "postgres", "engine_version": "15", "instance_class": "db.t4g.micro",
                "allocated_storage": 30, "username": "admin", "storage_encrypted": True,
                "kms_key_id": "${aws_kms_key.key.arn}", "skip_final_snapshot": True, "deletion_protection": True,
            }
        },
        "aws_elasticache_replication_group": {
            "cache": {"replication_group_id": "shop", "description": "d", "engine": "redis", "engine_version": "7.1"}
        },
        "aws_eks_cluster": {
            "cluster": {
                "name": "shop", "role_arn": "arn:aws:iam::111122223333:role/shop", "version": "1.32",
                "vpc_config": {"subnet_ids": ["subnet-1", "subnet-2"]},
                "kubernetes_network_config": {"ip_family": "ipv4"},
                "encryption_config": {"provider": {"key_arn": "arn:aws:kms:x:1:key/1"}, "resources": ["secrets"]},
            }
        },
        "aws_db_parameter_group": {
            "parameters": {"name": "p", "family": "postgres15", "parameter": [{"name": "a", "value": "1"}]}
        },
        "aws_vpc_security_group_ingress_rule": {
            "rule": {"security_group_id": "sg-1", "ip_protocol": "tcp", "cidr_ipv4": "10.0.0.0/16"}
        },
        "aws_acm_certificate": {
            "certificate": {
                "domain_name": "shop.example", "validation_method": "DNS",
                "validation_option": [{"domain_name": "shop.example", "validation_domain": "example"}],
            }
        },
    },
}  # fmt: skip
EDITS: Final[dict[str, tuple[str, Any]]] = {
    "aws_db_instance.database.engine": ("engine", "mysql"),
    "aws_db_instance.database.identifier": ("identifier", "other"),
    "aws_db_instance.database.instance_class": ("instance_class", "db.t4g.small"),
    "aws_elasticache_replication_group.cache.engine": ("engine", "valkey"),
    "aws_elasticache_replication_group.cache.engine_version": ("engine_version", "7.0"),
    "aws_elasticache_replication_group.cache.port": ("port", 6380),
    "aws_eks_cluster.cluster.version": ("version", "1.33"),
    "aws_eks_cluster.cluster.kubernetes_network_config": ("kubernetes_network_config.ip_family", {"ip_family": "ipv6"}),
    "aws_eks_cluster.cluster.encryption_config": ("encryption_config", None),
    "aws_db_parameter_group.parameters.parameter": ("parameter", [{"name": "a", "value": "2"}]),
    "aws_db_parameter_group.parameters.family": ("family", "postgres16"),
    "aws_vpc_security_group_ingress_rule.rule.cidr_ipv4": ("cidr_ipv4", "10.0.0.0/8"),
    "aws_acm_certificate.certificate.validation_option": (
        "validation_option.validation_domain", [{"domain_name": "shop.example", "validation_domain": "shop.example"}],
    ),
    "aws_kms_key.key.tags": ("tags", {"team": "shop"}),
    "aws_kms_key.key.key_usage": ("key_usage", "SIGN_VERIFY"),
}  # fmt: skip
ALONG: Final[dict[str, Stack]] = {"mysql": {"engine_version": "8.0"}}
"""By a value: what AWS takes it with."""


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Workspace]]:
    """The stack, applied with an engine: once for each."""
    folder = tmp_path_factory.mktemp("stack")
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    places: dict[str, Workspace] = {}
    with ExitStack() as stack:

        def of(program: str) -> Workspace:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not on the path")
            if program not in places:
                place = places[program] = stack.enter_context(workspace(folder, program=program))
                for arguments in (("init", "-no-color"), ("apply", "-auto-approve", "-no-color")):
                    outcome = place.run(*arguments)
                    assert outcome.status == 0, outcome.output
            return places[program]

        yield of


def planned(place: Workspace, edited: Stack) -> dict[str, str]:
    place.configuration_file.write_text(json.dumps(edited))
    outcome = place.run("plan", "-json")
    assert outcome.status == 0, outcome.output
    return {
        one["change"]["resource"]["addr"]: one["change"]["action"]
        for one in outcome.messages
        if one.get("type") == "planned_change"
    }


def edit(address: str, value: Any) -> Stack:
    stack = copy.deepcopy(STACK)
    type_name, name, argument = address.split(".")
    stack["resource"][type_name][name] |= {argument: value} | ALONG.get(str(value), {})
    return stack


def expected(address: str) -> str:
    type_name, name, argument = address.split(".")
    path, after = EDITS[address]
    before = STACK["resource"][type_name][name].get(argument)
    if "." in path:
        leaf = path.split(".")[-1]
        before, after = (one[leaf] if isinstance(one, dict) else one[0][leaf] for one in (before, after))
    fact = change_of(type_name, path, before, after)
    assert fact is not None
    return "replace" if fact.replaces else "update"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_plan_replaces_what_the_facts_say(program: str, standing: Callable[[str], Workspace]) -> None:
    # Edits of one thing are planned together with those of others, so that five plans show all of them.
    rounds: list[dict[str, str]] = []
    for address in EDITS:
        thing = address.rpartition(".")[0]
        free = next((one for one in rounds if thing not in one), None)
        if free is None:
            rounds.append(free := {})
        free[thing] = address
    place = standing(program)
    for one in rounds if program == PROGRAMS[0] else rounds[:1]:
        stack = copy.deepcopy(STACK)
        for address in one.values():
            type_name, name, _ = address.split(".")
            stack["resource"][type_name][name] = edit(address, EDITS[address][1])["resource"][type_name][name]
        found = planned(place, stack)
        wanted = {thing: expected(address) for thing, address in one.items()}
        if wanted.get("aws_kms_key.key") == "replace":
            wanted["aws_db_instance.database"] = "replace"  # its key is another, of which nothing is known yet
        assert found == wanted


@pytest.mark.parametrize(("argument", "value", "code"), [
    ("allocated_storage", 20, "InvalidParameterCombination: Invalid storage size"),
    ("engine_version", "14", "InvalidParameterCombination: Cannot upgrade postgres from 15 to 14"),
    ("engine", "mysql", "InvalidParameterCombination: Cannot delete protected DB Instance"),
])  # fmt: skip
def test_aws_refuses_a_step_when_it_is_applied(
    standing: Callable[[str], Workspace], argument: str, value: Any, code: str, tmp_path: Path
) -> None:
    place = standing(PROGRAMS[0])
    state = shutil.copy(place.state_file, tmp_path)
    planned(place, edit(f"aws_db_instance.database.{argument}", value))
    outcome = place.run("apply", "-auto-approve", "-json", "-target=aws_db_instance.database")
    shutil.copy(state, place.state_file)
    assert outcome.status == 1
    assert code in outcome.output


def test_the_provider_refuses_a_step_in_the_plan(standing: Callable[[str], Workspace]) -> None:
    place = standing(PROGRAMS[0])
    place.configuration_file.write_text(
        json.dumps(edit("aws_elasticache_replication_group.cache.multi_az_enabled", value=True))
    )
    outcome = place.run("plan", "-json")
    assert outcome.status == 1
    assert "automatic_failover_enabled must be true if multi_az_enabled is true" in outcome.output


@pytest.mark.parametrize(("address", "value", "told"), [
    ("aws_db_instance.database.backup_retention_period", 99, "backup_retention_period: AWS does not take 99"),
    ("aws_acm_certificate.certificate.validation_method", "DSN", "validation_method: AWS does not take DSN"),
])  # fmt: skip
def test_a_value_that_aws_does_not_take_is_refused_in_the_plan(
    standing: Callable[[str], Workspace], address: str, value: Any, told: str
) -> None:
    place = standing(PROGRAMS[0])
    place.configuration_file.write_text(json.dumps(edit(address, value)))
    outcome = place.run("plan", "-json")
    found = [one["diagnostic"] for one in outcome.messages if "diagnostic" in one]
    assert outcome.status == 1
    assert [(one["summary"], one["address"]) for one in found] == [(told, address.rpartition(".")[0])]
    assert found[0]["range"]["filename"] == place.configuration_file.name
