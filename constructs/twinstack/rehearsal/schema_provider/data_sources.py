"""What the made-up AWS answers to a data source: what the configuration tells of the account, and else made-up values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from twinstack.rehearsal.schema_provider.cloud import Cloud
from twinstack.rehearsal.schema_provider.schema import Block
from twinstack.rehearsal.schema_provider.values import Account, Inventor


def answer(
    type_name: str, block: Block, configuration: Mapping[str, Any], account: Account, cloud: Cloud
) -> dict[str, Any]:
    """The whole state of a data source: what was asked, and an answer to everything that was not."""
    known = ANSWERS[type_name](configuration, account) if type_name in ANSWERS else {}
    inventor = Inventor(type_name, configuration, account, chosen=cloud.chosen)
    state: dict[str, Any] = {}
    for name, attribute in block.attributes.items():
        given = configuration.get(name)
        if given is not None or not attribute.computed:
            state[name] = given
        elif (type_name, name) in _SECRET_RESULTS and name not in known:
            state[name] = cloud.issue()
        else:
            state[name] = known[name] if name in known else inventor.invent(attribute.value_type, name)
    return state | {name: configuration.get(name) for name in block.blocks}


def _caller_identity(_: Mapping[str, Any], account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account,
        "id": account.account,
        "arn": f"arn:aws:sts::{account.account}:assumed-role/rehearsal/rehearsal",
        "user_id": "AROAREHEARSAL:rehearsal",
    }


def _region(configuration: Mapping[str, Any], account: Account) -> dict[str, Any]:
    region = configuration.get("region") or configuration.get("name") or account.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _partition(_: Mapping[str, Any], __: Account) -> dict[str, Any]:
    return {"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"}


def _availability_zones(_: Mapping[str, Any], account: Account) -> dict[str, Any]:
    zones = [f"{account.region}{letter}" for letter in "abc"]
    return {
        "id": account.region,
        "names": zones,
        "zone_ids": [f"{zone}-id" for zone in zones],
        "group_names": [account.region],
    }


def _route53_zone(configuration: Mapping[str, Any], account: Account) -> dict[str, Any]:
    given = configuration.get("zone_id")
    zone = given or Inventor("aws_route53_zone", {"name": configuration.get("name")}, account).invent(
        "string", "zone_id"
    )
    name = configuration.get("name") or "example.com"
    return {
        "id": zone,
        "zone_id": zone,
        "name": name,
        "arn": f"arn:aws:route53:::hostedzone/{zone}",
        "name_servers": [f"ns-{number}.awsdns-00.org" for number in range(4)],
    }


def _lbs(_: Mapping[str, Any], account: Account) -> dict[str, Any]:
    """None: a load balancer made by the cluster does not exist before the cluster does."""
    return {"id": account.region, "arns": []}


def _subnets(_: Mapping[str, Any], account: Account) -> dict[str, Any]:
    return {"id": account.region, "ids": [f"subnet-{number:017x}" for number in range(1, 4)]}


def _ssm_parameter(configuration: Mapping[str, Any], _: Account) -> dict[str, Any]:
    """What AWS publishes itself is known to everybody: the newest release of an image, `1.36.2-20261115`.

    Source: Systems Manager User Guide, "Discovering public parameters".
    """
    name = str(configuration.get("name"))
    if not name.startswith("/aws/service/"):
        return {}
    kubernetes = next((part for part in name.split("/") if part.startswith("1.")), "1.0")
    value = f"{kubernetes}.2-20261115" if name.endswith("/release_version") else "ami-0a1b2c3d4e5f60718"
    return {"id": name, "value": value, "insecure_value": value, "type": "String", "version": 1}


def _addon_version(configuration: Mapping[str, Any], _: Account) -> dict[str, Any]:
    """One that belongs to the cluster's version, so that an upgrade moves the add-ons."""
    name, belongs = configuration.get("addon_name"), configuration.get("kubernetes_version") or "1.2"
    return {"id": name, "version": f"v{belongs}.3-eksbuild.{2 if configuration.get('most_recent') else 1}"}


def _policy_document(configuration: Mapping[str, Any], account: Account) -> dict[str, Any]:
    """Source: IAM User Guide, "IAM JSON policy element reference"."""
    statements = [_statement(one) for one in configuration.get("statement") or []]
    document = {"Version": configuration.get("version") or "2012-10-17", "Statement": statements}
    return {
        "json": json.dumps(document),
        "minified_json": json.dumps(document, separators=(",", ":")),
        "id": account.account,
    }


def _statement(one: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": one.get("effect") or "Allow"}
    if one.get("sid"):
        statement["Sid"] = one["sid"]
    for argument, element in _ELEMENTS.items():
        if one.get(argument):
            statement[element] = one[argument]
    for argument, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if one.get(argument):
            statement[element] = {principal["type"]: principal["identifiers"] for principal in one[argument]}
    for condition in one.get("condition") or []:
        test = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        test[condition["variable"]] = condition["values"]
    return statement


_ELEMENTS: Final = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_SECRET_RESULTS: Final = frozenset(
    {
        ("aws_secretsmanager_random_password", "random_password"),
        ("aws_secretsmanager_secret_version", "secret_string"),
        ("aws_ssm_parameter", "value"),
    }
)
"""Results that put a secret into the state: the rehearsal then finds it there."""
ANSWERS: Final[Mapping[str, Callable[[Mapping[str, Any], Account], dict[str, Any]]]] = {
    "aws_availability_zones": _availability_zones,
    "aws_caller_identity": _caller_identity,
    "aws_eks_addon_version": _addon_version,
    "aws_iam_policy_document": _policy_document,
    "aws_lbs": _lbs,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_route53_zone": _route53_zone,
    "aws_ssm_parameter": _ssm_parameter,
    "aws_subnets": _subnets,
}
